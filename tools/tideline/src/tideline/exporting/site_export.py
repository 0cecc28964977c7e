"""A site's events out of ClickHouse as lines, a UTC day at a time, so that memory holds no more than a day's sort."""

from collections.abc import Callable, Iterator
from datetime import date

from clickhouse_connect.driver.client import Client

from tideline.event_line import write_line
from tideline.exporting.row_to_line import Labels, line_of
from tideline.sql_files import sql

Progress = Callable[[int, int], None]
"""Is told how many days are done, of how many."""


def export_lines(
    client: Client, site_id: int, first: date | None, last: date | None, progress: Progress
) -> Iterator[bytes]:
    """Lines by time, from the first to the last UTC day, both included; None is an open end. Raises ClickHouseError."""
    labels = Labels()
    days = client.query(
        sql("export_days"), parameters={"site": site_id, "first_day": first, "last_day": last}
    ).result_rows
    for done, (day,) in enumerate(days):
        progress(done, len(days))
        with client.query_rows_stream(sql("export_events"), parameters={"site": site_id, "day": day}) as rows:
            for row in rows:
                yield write_line(line_of(row, labels))
    progress(len(days), len(days))
