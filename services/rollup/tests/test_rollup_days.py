"""Days of roll-ups on a real engine: what they hold, when they may be read, and what is left of a builder that died."""

import asyncio
from datetime import date
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from rollup.adapters import rollup_days
from rollup.adapters.event_store import EventStore
from rollup.adapters.rollup_days import RollupDays
from rollup.days_to_roll_up import Extent, LocalDay
from rollup.rolling_up import RollingUp

DAY, NEXT_DAY = LocalDay(date(2019, 3, 5), "Etc/UTC"), LocalDay(date(2019, 3, 6), "Etc/UTC")
HOUR = 60.0


async def test_a_day_counts_each_value_of_each_dimension(site: Any, rollups: RollupDays) -> None:
    site.visit([10, 12, 30], source="Search", page="/a")
    site.visit([600], source="Search", page="/b")
    site.visit([700], visitor=2, source="News", page="/a")
    await rollups.build(site.site_id, DAY)
    assert site.rollup("visitors, visits, bounces, duration_s, visit_pageviews, pageviews, events") == [
        (2, 3, 2, 1200, 5, 5, 5)
    ]
    assert site.rollup("value, visitors, visits, pageviews", "source") == [("News", 1, 1, 1), ("Search", 1, 2, 4)]
    assert site.rollup("value, visitors, visits, pageviews", "page") == [("/a", 2, 2, 4), ("/b", 1, 1, 1)]


async def test_a_visitor_over_midnight_is_told_apart_on_the_second_day(site: Any, rollups: RollupDays) -> None:
    site.visit([24 * HOUR - 10, 24 * HOUR + 10], page="/a")
    site.visit([24 * HOUR + 60], page="/b")
    site.visit([24 * HOUR + 60], visitor=2, page="/a")
    for local in (DAY, NEXT_DAY):
        await rollups.build(site.site_id, local)
    assert site.rollup("day, gap, visitors, visits") == [
        (DAY.day, 0, 1, 1),
        (NEXT_DAY.day, 0, 1, 2),
        (NEXT_DAY.day, 1, 1, 1),
    ]
    assert site.rollup("value, gap, visitors, visits", "page")[1:] == [
        ("/a", 0, 1, 1),
        ("/a", 1, 1, 1),
        ("/b", 0, 1, 1),
    ]


async def test_an_imported_visitor_is_looked_for_on_all_days_before(site: Any, rollups: RollupDays) -> None:
    week = LocalDay(date(2019, 3, 12), "Etc/UTC")
    for minute in (10, 7 * 24 * HOUR + 10):
        site.visit([minute], imported=True)
    await rollups.build(site.site_id, week)
    assert site.rollup("gap, visitors, visits") == [(0, 0, 1), (7, 1, 0)]


async def test_a_late_event_makes_its_day_and_the_days_that_looked_back_at_it_unread(
    site: Any, rollups: RollupDays
) -> None:
    first, last = DAY.day, date(2019, 3, 9)
    for day in range(5, 10):
        site.visit([(day - 5) * 24 * HOUR + 10], visitor=day)
        await rollups.build(site.site_id, LocalDay(date(2019, 3, day), "Etc/UTC"))
    assert len(await rollups.trusted(site.site_id, "Etc/UTC", first, last)) == 5
    site.visit([30], visitor=99)
    assert await rollups.trusted(site.site_id, "Etc/UTC", first, last) == {date(2019, 3, 9)}


async def test_an_event_that_comes_while_a_day_is_built_leaves_the_build_unread(
    site: Any, rollups: RollupDays, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.visit([10])
    command = store.command

    async def disturbed(name: str, *fragments: Any, **parameters: Any) -> None:
        if name == "rollup_fill":
            site.visit([20], visitor=2)
        await command(name, *fragments, **parameters)

    monkeypatch.setattr(store, "command", disturbed)
    await rollups.build(site.site_id, DAY)
    assert site.rolled_up() == []


async def test_a_builder_that_dies_before_its_claim_leaves_nothing_to_read_and_is_cleared_after_an_hour(
    site: Any, rollups: RollupDays, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.visit([10])
    command = store.command

    async def dying(name: str, *fragments: Any, **parameters: Any) -> None:
        if name == "rollup_claim":
            raise DatabaseError("away")
        await command(name, *fragments, **parameters)

    monkeypatch.setattr(store, "command", dying)
    with pytest.raises(DatabaseError):
        await rollups.build(site.site_id, DAY)
    assert site.rolled_up() == []
    held = f"SELECT count() FROM rollup_days WHERE site_id = {site.site_id}"
    assert site.client.command(held) > 0
    await rollups.clear_leftovers()
    assert site.client.command(held) > 0
    monkeypatch.setattr(rollup_days, "_KEPT_FOR_S", -60)
    await rollups.clear_leftovers()
    assert site.client.command(held) == 0


async def test_of_several_builds_the_newest_is_read_and_the_others_go(
    site: Any, rollups: RollupDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.visit([10])
    await asyncio.gather(*(rollups.build(site.site_id, DAY) for _ in range(3)))
    assert site.rollup("visitors, visits") == [(1, 1)]
    monkeypatch.setattr(rollup_days, "_KEPT_FOR_S", -60)
    await rollups.clear_leftovers()
    builds = f"SELECT uniqExact(build) FROM rollup_days WHERE site_id = {site.site_id}"
    assert site.client.command(builds) == 1
    assert site.rollup("visitors, visits") == [(1, 1)]


async def test_a_tick_builds_what_is_due_and_the_next_finds_nothing(
    site: Any, rollups: RollupDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.visit([10, 24 * HOUR + 10])

    class OneSite:
        async def zones(self) -> dict[int, str]:
            return {site.site_id: "Etc/UTC"}

    built: list[date] = []
    build = rollups.build

    async def noted(site_id: int, local: LocalDay) -> None:
        built.append(local.day)
        await build(site_id, local)

    monkeypatch.setattr(rollups, "build", noted)
    rolling_up = RollingUp(rollups, OneSite(), lambda: date(2019, 4, 1), most_days=1)
    for _ in range(3):
        await rolling_up.tick()
    assert built == [NEXT_DAY.day, DAY.day]
    assert site.rolled_up() == [DAY.day, NEXT_DAY.day]


async def test_a_dimension_that_is_new_makes_every_day_due(
    site: Any, rollups: RollupDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.visit([10])
    await rollups.build(site.site_id, DAY)
    assert await rollups.trusted(site.site_id, "Etc/UTC", DAY.day, DAY.day) == {DAY.day}
    assert {"all", "page", "source", "city"} < set(rollup_days.dimensions())
    monkeypatch.setattr(rollup_days, "dimensions", lambda: ["all", "language"])
    assert await rollups.trusted(site.site_id, "Etc/UTC", DAY.day, DAY.day) == set()


async def test_a_site_with_few_events_has_no_roll_ups(site: Any, store: EventStore) -> None:
    site.visit([10, 12])
    extents = [await RollupDays(store, least).extents() for least in (2, 3)]
    assert [Extent(site.site_id, DAY.day, DAY.day) in found for found in extents] == [True, False]
