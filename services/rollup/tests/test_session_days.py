"""Days of sessions on a real engine: rebuilt, made stale, erased, built twice at once, died half way."""

import asyncio
import time
from datetime import date
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from rollup.adapters.event_store import EventStore
from rollup.adapters.session_days import SessionDays

DAY, NEXT_DAY = date(2019, 3, 5), date(2019, 3, 6)
HOUR = 60.0
WHOLE = "session_id, session_start, session_end, pageviews, events, is_bounce, duration_s, exit_page, visitor, source"


async def test_a_built_day_answers_what_its_events_answer(site: Any, days: SessionDays) -> None:
    site.visit([10, 12, 30], source="Search")
    site.visit([10], visitor=2)
    before = site.sessions(0, 24 * HOUR, WHOLE)
    await days.rebuild(DAY)
    assert len(site.built()) == 2
    assert site.sessions(0, 24 * HOUR, WHOLE) == before
    assert before[0][3:8] == (3, 3, False, 20 * 60, "/3")


async def test_a_day_is_stale_until_it_is_built_and_again_after_a_late_event(site: Any, days: SessionDays) -> None:
    session = site.visit([10, 12])
    assert DAY in await days.stale()
    await days.rebuild(DAY)
    assert DAY not in await days.stale()
    site.add(session, [20], [3], began=10)
    assert DAY in await days.stale()
    assert site.sessions(0, HOUR, "pageviews, exit_page") == [(3, "/3")]
    assert site.built("pageviews") == [(2,)]
    await days.rebuild(DAY)
    assert site.built("pageviews") == [(3,)]


async def test_a_page_that_came_late_is_the_exit_only_if_it_was_the_last(site: Any) -> None:
    session = site.visit([10, 14])
    site.add(session, [12, 8], [3, 4], began=10)
    assert site.sessions(0, HOUR, "entry_page, exit_page") == [("/4", "/2")]


async def test_entry_and_exit_are_pageviews_and_of_one_moment_the_later_in_the_session(site: Any) -> None:
    session = site.visit([10, 10])
    site.add(session, [9, 20], [3, 4], began=10, name="signup")
    assert site.sessions(0, HOUR, "entry_page, exit_page") == [("/1", "/2")]
    site.visit([30], visitor=2, name="signup")
    assert site.sessions(0, HOUR, "entry_page, exit_page")[1] == ("", "")


async def test_an_erased_visitor_is_in_no_answer_and_in_no_day_built_anew(site: Any, days: SessionDays) -> None:
    kept = site.visit([10, 12], visitor=1)
    site.visit([15], visitor=2)
    await days.rebuild(DAY)
    site.client.command(f"DELETE FROM events WHERE site_id = {site.site_id} AND visitor = 2")
    assert site.sessions(0, HOUR) == [(kept,)]
    assert DAY in await days.stale()
    await days.rebuild(DAY)
    assert site.built() == [(kept,)]


async def test_an_erased_day_answers_nothing_and_its_rows_go(site: Any, days: SessionDays) -> None:
    site.visit([10])
    await days.rebuild(DAY)
    site.client.command(f"DELETE FROM events WHERE site_id = {site.site_id}")
    assert site.sessions(0, HOUR) == []
    assert DAY in await days.stale()
    await days.rebuild(DAY)
    assert site.built() == []
    assert DAY not in await days.stale()


async def test_a_session_over_midnight_belongs_to_both_days_and_is_built_with_its_start(
    site: Any, days: SessionDays
) -> None:
    session = site.visit([23 * HOUR + 50, 24 * HOUR + 10])
    for build in (None, NEXT_DAY, DAY):
        if build:
            await days.rebuild(build)
        assert site.sessions(0, 24 * HOUR, "session_id, duration_s") == [(session, 1200)]
        assert site.sessions(24 * HOUR, 48 * HOUR, "session_id, duration_s") == [(session, 1200)]
        assert site.sessions(24 * HOUR + 11, 48 * HOUR) == []
    assert site.built() == [(session,)]


async def test_a_session_counts_from_its_start_to_its_last_event_and_not_beyond(site: Any, days: SessionDays) -> None:
    session = site.visit([60, 90])
    for build in (False, True):
        if build:
            await days.rebuild(DAY)
        assert site.sessions(90, 91) == [(session,)]
        assert site.sessions(70, 80) == [(session,)]
        assert site.sessions(0, 60) == []
        assert site.sessions(0, 60.001) == [(session,)]
        assert site.sessions(90.001, 120) == []


async def test_two_builders_at_once_change_no_answer_and_the_next_build_heals_the_day(
    site: Any, days: SessionDays
) -> None:
    for minute in range(20):
        site.visit([minute], visitor=minute)
    await asyncio.gather(*(days.rebuild(DAY) for _ in range(4)))
    assert len(site.sessions(0, HOUR)) == 20
    if DAY in await days.stale():
        await days.rebuild(DAY)
    assert len(site.built()) == 20
    assert DAY not in await days.stale()


async def test_a_day_that_holds_two_builds_is_not_read(site: Any, days: SessionDays) -> None:
    site.visit([10])
    await days.rebuild(DAY)
    site.client.command(f"INSERT INTO sessions SELECT * FROM sessions WHERE site_id = {site.site_id}")
    assert len(site.built()) == 2
    assert len(site.sessions(0, HOUR)) == 1
    assert DAY in await days.stale()


async def test_a_builder_that_fails_half_way_leaves_the_day_and_no_table(
    site: Any, days: SessionDays, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.visit([10])
    await days.rebuild(DAY)
    command = store.command

    async def broken(name: str, *fragments: Any, **parameters: Any) -> None:
        await command(name, *fragments, **parameters)
        if name == "build_fill":
            raise DatabaseError("away")

    monkeypatch.setattr(store, "command", broken)
    site.visit([11])
    with pytest.raises(DatabaseError):
        await days.rebuild(DAY)
    assert len(site.built()) == 1
    assert len(site.sessions(0, HOUR)) == 2
    assert site.client.command("SELECT count() FROM system.tables WHERE name LIKE 'sessions_build_%'") == 0


async def test_a_dead_builders_table_goes_and_a_young_one_is_left_to_its_builder(site: Any, days: SessionDays) -> None:
    young, dead = f"sessions_build_{int(time.time())}_ab", f"sessions_build_{int(time.time()) - 7200}_cd"
    for name in (young, dead):
        site.client.command(f"CREATE TABLE {name} AS sessions")
    await days.clear_leftovers()
    assert site.client.command(f"EXISTS {young}") == 1
    assert site.client.command(f"EXISTS {dead}") == 0
    site.client.command(f"DROP TABLE {young}")


async def test_a_store_that_is_away_is_met_again_later(migrated_clickhouse_url: str) -> None:
    answers = iter([OSError("away")])

    async def connect() -> Any:
        for error in answers:
            raise error
        return await clickhouse_connect.get_async_client(dsn=migrated_clickhouse_url)

    store = EventStore(connect)
    with pytest.raises(OSError, match="away"):
        await store.alive()
    await store.alive()
    await store.stop()
