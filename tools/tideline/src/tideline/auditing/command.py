"""`tideline audit`: whether every beacon of a stretch of time is accounted for, from its envelope to its row."""

import asyncio
from datetime import UTC, datetime, timedelta

import click
import clickhouse_connect
from contract.ledger import ACCEPTED
from contract.outcomes import MINUTE_MS
from contract.topics import EVENTS
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tideline.accounts import list_sites, site_id_of
from tideline.auditing.comparing import ON_THE_WAY, Finding, findings
from tideline.auditing.evidence import Evidence, Scope
from tideline.auditing.gathering import gathered
from tideline.plain_errors import plain_errors
from tideline.settings import Settings
from tideline.topics import bootstrap_of

_TIME = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"])
_MINUTE_S = MINUTE_MS // 1_000
_MOST_SHOWN = 100


@click.command("audit")
@click.option("--site", "domain", help="Only beacons of this site; all, if not given.")
@click.option("--from", "since", type=_TIME, help="Received at or after this minute, UTC; an hour ago if not given.")
@click.option("--to", "until", type=_TIME, help="Received before this minute, UTC; now if not given.")
@click.option("--sink-group", default="sink", show_default=True, help="The sink's consumer group.")
@click.pass_obj
def audit(
    settings: Settings, domain: str | None, since: datetime | None, until: datetime | None, sink_group: str
) -> None:
    """Say whether every beacon received in a stretch of time is accounted for, or which are not.

    \b
    It compares, as far as each is still there:
      the clear parts of `beacons` (3 days), which say how many beacons were sealed
      the sections of `events` (7 days), which say what became of them
      rows and loss ledger in ClickHouse

    What was erased on purpose shows as missing rows. Exit status 1 where something is not accounted for, or is
    still on its way. It reads both logs from that time to their ends, and keeps a few numbers a section in memory.
    """  # noqa: D301  click takes the escape for "keep these lines as they are"
    now = datetime.now(UTC)
    with plain_errors():
        scope = Scope(
            _minute(since, now - timedelta(hours=1)),
            _minute(until, now),
            site_id_of(settings.postgres_url, domain) if domain else None,
        )
        _check(scope, now)
        names = {site.site_id: site.domain for site in list_sites(settings.postgres_url)}
        evidence = _gathered(settings, scope, sink_group)
    found = findings(evidence)
    click.echo(_summary(evidence))
    if not found:
        click.echo("every beacon accounted for")
        return
    Console().print(_table(found[:_MOST_SHOWN], names))
    waiting = sum(finding.kind in ON_THE_WAY for finding in found)
    click.echo(f"{len(found) - waiting} stretches not accounted for, {waiting} still on their way")
    raise SystemExit(1)


def _minute(given: datetime | None, otherwise: datetime) -> int:
    return int((given.replace(tzinfo=UTC) if given else otherwise).timestamp()) // _MINUTE_S


def _check(scope: Scope, now: datetime) -> None:
    kept = now - timedelta(milliseconds=EVENTS.retention_ms)
    if scope.first_minute >= scope.end_minute:
        raise click.ClickException("--from must lie before --to")
    if scope.first_minute * _MINUTE_S < kept.timestamp():
        raise click.ClickException(
            f"--from: the log goes back to {kept:%Y-%m-%dT%H:%M}; of times before that the loss ledger tells "
            "(GET /api/v1/sites/{site}/ledger)"
        )


def _gathered(settings: Settings, scope: Scope, sink_group: str) -> Evidence:
    client = clickhouse_connect.get_client(dsn=settings.clickhouse_url)
    try:
        with Progress(console=Console(stderr=True), transient=True) as bars:
            tasks = {name: bars.add_task(name, total=None) for name in ("beacons", "events")}
            return asyncio.run(
                gathered(
                    scope,
                    bootstrap_of(settings.kafka_url),
                    client,
                    sink_group,
                    lambda name, done, total: bars.update(tasks[name], completed=done, total=total),
                )
            )
    finally:
        client.close()


def _summary(evidence: Evidence) -> str:
    accepted = sum(count for (_, _, reason), count in evidence.told.items() if reason == ACCEPTED)
    others = sum(count for (_, _, reason), count in evidence.told.items() if reason != ACCEPTED)
    return (
        f"{len(evidence.envelopes)} envelopes; {accepted} beacons accepted, {others} dropped, dead or expired; "
        f"{evidence.rows.total()} rows"
    )


def _table(found: list[Finding], names: dict[int, str]) -> Table:
    table = Table("what", "partition", "offsets", "site", "minute (UTC)", "expected", "found")
    for each in found:
        table.add_row(
            each.kind,
            _known(each.partition),
            _stretch(each),
            names.get(each.site_id, _known(each.site_id)),
            f"{datetime.fromtimestamp(each.minute * _MINUTE_S, UTC):%Y-%m-%d %H:%M}" if each.minute >= 0 else "",
            str(each.expected),
            str(each.found),
        )
    return table


def _stretch(each: Finding) -> str:
    ends = dict.fromkeys((each.first_offset, each.last_offset))
    return " to ".join(map(_known, ends))


def _known(number: int) -> str:
    return str(number) if number >= 0 else ""
