"""`tideline dead-letters`: what could never become events, and the way back for what can by now."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
import clickhouse_connect
from contract.dead_letter import DeadLetter
from contract.redrive import LetterKey
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tideline.accounts import list_sites, site_id_of
from tideline.letters.day_keys import day_keys
from tideline.letters.explaining import ADVICE, explanation, sites_of
from tideline.letters.letter_log import letter_log
from tideline.letters.listing import Letters, short_id
from tideline.letters.redriving import Outcome, Redriving
from tideline.letters.section_lines import section_lines
from tideline.plain_errors import plain_errors
from tideline.settings import Settings
from tideline.topics import bootstrap_of

_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
Wanted = Callable[[LetterKey, DeadLetter], bool]


def _choosing(command: Callable[..., None]) -> Callable[..., None]:
    """The options by which letters are chosen."""
    for option in (
        click.option("--until", type=_TIME, help="Received before this time, UTC."),
        click.option("--since", type=_TIME, help="Received at or after this time, UTC."),
        click.option("--site", "domain", help="With a beacon of this site, where that is known."),
        click.option("--reason", type=click.Choice([str(reason) for reason in ADVICE]), help="Of this reason."),
    ):
        command = option(command)
    return command


@click.group("dead-letters")
def dead_letters_group() -> None:
    """What could never become events: see why, and put it back once it can.

    \b
      tideline dead-letters list --reason poison
      tideline dead-letters explain 4f0c9a1b22d7
      tideline dead-letters redrive --reason poison
    """  # noqa: D301  click takes the escape for "keep these lines as they are"


@dead_letters_group.command("list")
@_choosing
@click.pass_obj
def list_letters(
    settings: Settings, reason: str | None, domain: str | None, since: datetime | None, until: datetime | None
) -> None:
    """List the letters that nobody has put back yet."""
    with plain_errors():
        wanted = _wanted(settings, reason, domain, since, until)
        letters = asyncio.run(_letters(settings))
        names = {site.site_id: site.domain for site in list_sites(settings.postgres_url)}
    table = Table("letter", "received", "reason", "sites", "partition", "offset", "place", "bytes", "state")
    for key, letter in letters.open().items():
        if wanted(key, letter):
            sites = ", ".join(names.get(site, f"site {site}") for site in sites_of(letter)) or "unknown"
            state = "begun to be put back" if key in letters.owners else ""
            where = (letter.partition, letter.source_offset, letter.place, len(letter.value))
            table.add_row(short_id(key), _time(letter.received_ms), letter.reason, sites, *map(str, where), state)
    Console().print(table if table.row_count else "no dead letters")
    if letters.unreadable:
        click.echo(f"{letters.unreadable} records are neither letters nor records of re-driving", err=True)


@dead_letters_group.command("explain")
@click.argument("letter_id")
@click.pass_obj
def explain_letter(settings: Settings, letter_id: str) -> None:
    """Say what LETTER_ID means and what to do next; never what a visitor sent."""
    with plain_errors():
        letters = asyncio.run(_letters(settings))
        keys = asyncio.run(day_keys(settings.redis_url))
    found = [(key, letter) for key, letter in letters.letters.items() if short_id(key) == letter_id]
    if not found:
        raise click.ClickException(f"no letter {letter_id}; `tideline dead-letters list` shows those that are there")
    table = Table.grid(padding=(0, 2))
    for name, text in explanation(*found[0], keys):
        table.add_row(name, text)
    Console().print(table)


@dead_letters_group.command("redrive")
@click.argument("letter_ids", nargs=-1)
@_choosing
@click.pass_obj
def redrive_letters(
    settings: Settings,
    letter_ids: tuple[str, ...],
    reason: str | None,
    domain: str | None,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Put letters back into the pipeline: those named, or all that the options choose.

    No beacon counts twice, whether this is run again, at once from two places, or was killed midway: run it again then,
    it goes on where it was. What a client may have sent again meanwhile is looked up first, which takes some seconds.
    Exit status 1 where a letter could not be put back.
    """
    with plain_errors():
        chosen = _wanted(settings, reason, domain, since, until)
        named = set(letter_ids)
        outcome = asyncio.run(
            _redrive(settings, lambda key, letter: chosen(key, letter) and (not named or short_id(key) in named))
        )
    click.echo(f"{len(outcome.sent)} put back, {len(outcome.refused)} not")
    for key, why in outcome.refused.items():
        click.echo(f"  {short_id(key)}: {why}")
    if outcome.refused:
        raise SystemExit(1)


async def _letters(settings: Settings) -> Letters:
    with _progress() as told:
        async with letter_log(bootstrap_of(settings.kafka_url), told) as log:
            return await log.letters()


async def _redrive(settings: Settings, wanted: Wanted) -> Outcome:
    keys = await day_keys(settings.redis_url)
    client = clickhouse_connect.get_client(dsn=settings.clickhouse_url)
    try:
        with _progress() as told:
            async with letter_log(bootstrap_of(settings.kafka_url), told) as log:
                return await Redriving(log, keys, lambda letters: section_lines(client, letters)).run(wanted)
    finally:
        client.close()


@contextmanager
def _progress() -> Iterator[Callable[[int, int], object]]:
    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("reading")
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _wanted(
    settings: Settings, reason: str | None, domain: str | None, since: datetime | None, until: datetime | None
) -> Wanted:
    site_id = site_id_of(settings.postgres_url, domain) if domain else None
    first_ms = since.replace(tzinfo=UTC).timestamp() * 1_000 if since else 0
    end_ms = until.replace(tzinfo=UTC).timestamp() * 1_000 if until else float("inf")

    def wanted(_: LetterKey, letter: DeadLetter) -> bool:
        return (
            reason in (None, letter.reason)
            and (site_id is None or site_id in sites_of(letter))
            and first_ms <= letter.received_ms < end_ms
        )

    return wanted


def _time(unix_ms: int) -> str:
    return f"{datetime.fromtimestamp(unix_ms / 1_000, UTC):%Y-%m-%d %H:%M:%S}"
