"""`tideline import`: a file of the past into a site, with a bar that tells how far it is."""

from pathlib import Path
from time import time

import click
import clickhouse_connect
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from tideline.accounts import clean_domain, site_id_of
from tideline.importing.events_table import EventsTable
from tideline.importing.file_import import Outcome, import_file
from tideline.importing.import_lock import only_import
from tideline.plain_errors import plain_errors
from tideline.settings import Settings

_CLOCKS_MAY_DIFFER_MS = 24 * 3_600 * 1_000


@click.group("import")
def import_group() -> None:
    """Bring in what happened before."""


@import_group.command("events")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", "domain", required=True, help="The site that the events belong to.")
@click.pass_obj
def import_events(settings: Settings, file: Path, domain: str) -> None:
    r"""Store the events of FILE, one JSON object a line; the same file twice counts once.

    \b
    Keys: timestamp (UTC, with Z), name and visitor (any stable label; it is stored
    nowhere), and as far as they are known hostname, page, referrer, source, utm_source,
    utm_medium, utm_campaign, utm_content, utm_term, click_id, country, region, region2,
    city (GeoNames id), city_name, device, os, os_version, browser, browser_version,
    screen_width, props, scroll_depth, engagement_ms, revenue_amount, revenue_currency,
    interactive.

    \b
    Sessions, their entry and exit pages and channels are made as for live events.
    Nothing is stored unless the whole file is right.
      {"timestamp":"2026-10-01T09:30:00.000Z","name":"pageview","visitor":"a","page":"/"}
    """
    with plain_errors():
        site_id = site_id_of(settings.postgres_url, domain)
        with only_import(settings.postgres_url, site_id):
            done = _import(settings.clickhouse_url, file, site_id, clean_domain(domain))
    there = done.lines - done.inserted
    click.echo(f"{domain}: {done.lines} events in the file, {done.inserted} stored, {there} were there already")


def _import(clickhouse_url: str, file: Path, site_id: int, domain: str) -> Outcome:
    client = clickhouse_connect.get_client(dsn=clickhouse_url)
    until_ms = int(time() * 1_000) + _CLOCKS_MAY_DIFFER_MS
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as bars:
            return import_file(
                file,
                site_id,
                domain,
                until_ms,
                lambda first_ms, last_ms: EventsTable(client, site_id, first_ms, last_ms),
                _Bars(bars, file.stat().st_size),
            )
    finally:
        client.close()


class _Bars:
    """Two bars: bytes read and checked, events stored."""

    def __init__(self, bars: Progress, file_bytes: int) -> None:
        self._bars = bars
        self._reading = bars.add_task("checking", total=file_bytes)
        self._storing = bars.add_task("storing", total=None, start=False)

    def read(self, read_bytes: int) -> None:
        """So many bytes more of the file were read."""
        self._bars.advance(self._reading, read_bytes)

    def stored(self, events: int, all_events: int) -> None:
        """So many more of all events are known to be in the table."""
        self._bars.start_task(self._storing)
        self._bars.update(self._storing, total=all_events, advance=events)
