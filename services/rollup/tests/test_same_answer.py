"""Whatever is built, late or erased: the view answers what a plain count over the events answers."""

import asyncio
from datetime import date, timedelta
from typing import Any

import clickhouse_connect
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rollup.adapters.event_store import EventStore
from rollup.adapters.session_days import SessionDays

FIRST = date(2019, 3, 5)
DAY_MINUTES = 24 * 60

_minute = st.integers(0, 3 * DAY_MINUTES)
_session = st.tuples(_minute, st.lists(st.integers(1, 600), max_size=4), st.integers(1, 3))
_step = st.one_of(
    st.tuples(st.just("visit"), st.lists(_session, min_size=1, max_size=4)),
    st.tuples(st.just("late"), st.tuples(st.integers(0, 5), st.integers(1, 900))),
    st.tuples(st.just("erase"), st.integers(1, 3)),
    st.tuples(st.just("build"), st.integers(0, 3)),
)


def exit_page(minutes: list[int]) -> str:
    """The page of the last minute, and of several the one that came last."""
    return f"/{max(zip(minutes, range(1, len(minutes) + 1), strict=True))[1]}"


class Model:
    """Sessions as lists of minutes, counted plainly."""

    def __init__(self) -> None:
        self.sessions: dict[int, tuple[int, list[int]]] = {}

    def overlapping(self, since: int, until: int) -> list[tuple[int, int, int, int, bool, str]]:
        return sorted(
            (session, visitor, len(minutes), (max(minutes) - minutes[0]) * 60, len(minutes) == 1, exit_page(minutes))
            for session, (visitor, minutes) in self.sessions.items()
            if minutes[0] < until and max(minutes) >= since
        )


def _apply(kind: str, what: Any, site: Any, model: Model) -> None:
    if kind == "visit":
        for start, pauses, visitor in what:
            minutes = [start]
            for pause in pauses:
                minutes.append(minutes[-1] + pause)
            model.sessions[site.visit(minutes, visitor)] = (visitor, minutes)
    elif kind == "late" and model.sessions:
        chosen, after = what
        session = sorted(model.sessions)[chosen % len(model.sessions)]
        visitor, minutes = model.sessions[session]
        minutes.append(minutes[0] + after)
        site.add(session, [minutes[-1]], [len(minutes)], visitor, began=minutes[0])
    elif kind == "erase":
        site.client.command(f"DELETE FROM events WHERE site_id = {site.site_id} AND visitor = {what}")
        model.sessions = {s: kept for s, kept in model.sessions.items() if kept[0] != what}


@pytest.mark.timeout(300)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(_step, min_size=1, max_size=6),
    ranges=st.lists(st.tuples(_minute, st.integers(1, 2 * DAY_MINUTES)), min_size=1, max_size=2),
)
def test_session_rows_are_those_of_a_plain_count(
    migrated_clickhouse_url: str, make_site: Any, steps: Any, ranges: Any
) -> None:
    site, model = make_site(), Model()

    async def build(day: date) -> None:
        store = EventStore(lambda: clickhouse_connect.get_async_client(dsn=migrated_clickhouse_url))
        await SessionDays(store).rebuild(day)
        await store.stop()

    for kind, what in steps:
        _apply(kind, what, site, model)
        if kind == "build":
            asyncio.run(build(FIRST + timedelta(days=what)))
    columns = "session_id, visitor, pageviews, duration_s, is_bounce, exit_page"
    for since, length in ranges:
        assert site.sessions(since, since + length, columns) == model.overlapping(since, since + length)
