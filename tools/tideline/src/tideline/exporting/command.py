"""`tideline export`: a site's events as lines that `tideline import` takes."""

from datetime import datetime
from typing import BinaryIO

import click
import clickhouse_connect
from rich.console import Console
from rich.progress import Progress

from tideline.accounts import site_id_of
from tideline.exporting.site_export import export_lines
from tideline.plain_errors import plain_errors
from tideline.settings import Settings

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("export")
def export_group() -> None:
    """Take out what is stored."""


@export_group.command("events")
@click.option("--site", "domain", required=True, help="The site whose events are written.")
@click.option("--from", "first", type=_DAY, help="First UTC day; all from the beginning if not given.")
@click.option("--to", "last", type=_DAY, help="Last UTC day; all to the end if not given.")
@click.option("--out", type=click.File("wb"), default="-", show_default=True, help="The file to write.")
@click.pass_obj
def export_events(
    settings: Settings, domain: str, first: datetime | None, last: datetime | None, out: BinaryIO
) -> None:
    """Write events by time, one JSON object a line, as `tideline import events` takes them.

    Visitors are called v1, v2 and so on, by first appearance.
    """
    with plain_errors():
        site_id = site_id_of(settings.postgres_url, domain)
        client = clickhouse_connect.get_client(dsn=settings.clickhouse_url)
        try:
            with Progress(console=Console(stderr=True), transient=True) as bars:
                bar = bars.add_task("days")
                lines = export_lines(
                    client,
                    site_id,
                    first and first.date(),
                    last and last.date(),
                    lambda done, days: bars.update(bar, completed=done, total=days),
                )
                out.writelines(lines)
        finally:
            client.close()
