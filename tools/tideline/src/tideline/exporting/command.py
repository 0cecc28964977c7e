"""`tideline export`: a site's events as lines that `tideline import` takes."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import BinaryIO

import click
import clickhouse_connect
from clickhouse_connect.driver.client import Client

from tideline.accounts import site_id_of
from tideline.event_line import write_line
from tideline.exporting.row_to_line import Labels, line_of
from tideline.plain_errors import plain_errors
from tideline.settings import Settings
from tideline.sql_files import sql

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
            out.writelines(_lines(client, site_id, first and first.date(), last and last.date()))
        finally:
            client.close()


def _lines(client: Client, site_id: int, first: date | None, last: date | None) -> Iterator[bytes]:
    labels = Labels()
    asked = {"site": site_id, "first_day": first, "last_day": last}
    for (day,) in client.query(sql("export_days"), parameters=asked).result_rows:
        of_day = {"site": site_id, "day": day}
        with client.query_rows_stream(sql("export_events"), parameters=of_day) as rows:
            for row in rows:
                yield write_line(line_of(row, labels))
