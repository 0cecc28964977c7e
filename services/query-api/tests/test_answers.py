"""The shape of answers, and what each dimension, order, page and rarer metric says."""

import pytest

DAY = {"date_range": ["2026-11-02", "2026-11-02"]}
NO_X = ["not", ["contains", "event:page", ["x"], {"case_sensitive": False}]]
FILTERS = [["or", [["is", "visit:city", [0]], NO_X]]]


def at_clock(clock: str) -> str:
    return f"2026-11-02T{clock}"


async def test_an_answer_has_results_meta_and_the_question_as_understood(shore, visit):
    shore.add(visit((at_clock("10:00"), "/"), source="Google"))
    response = await shore.answer(
        "visitors",
        "bounce_rate",
        **DAY,
        dimensions=["visit:source"],
        filters=[
            ["or", [["is", "visit:city", [0]], ["not", ["contains", "event:page", ["x"], {"case_sensitive": False}]]]]
        ],
        include={"imports": True, "total_rows": True},
        pagination={"limit": 5},
    )
    assert response.json() == {
        "results": [{"metrics": [1, 100], "dimensions": ["Google"]}],
        "meta": {"imports_included": True, "total_rows": 1},
        "query": {
            "site_id": shore.domain,
            "metrics": ["visitors", "bounce_rate"],
            "date_range": ["2026-11-02T00:00:00Z", "2026-11-02T23:59:59Z"],
            "filters": [
                [
                    "or",
                    [["is", "visit:city", [0]], ["not", ["contains", "event:page", ["x"], {"case_sensitive": False}]]],
                ]
            ],
            "dimensions": ["visit:source"],
            "order_by": [["visitors", "desc"]],
            "include": {
                "imports": True,
                "time_labels": False,
                "total_rows": True,
                "trim_relative_date_range": False,
            },
            "pagination": {"limit": 5, "offset": 0},
        },
    }


@pytest.mark.parametrize("zone", ["Asia/Kolkata"])
async def test_the_range_is_told_with_the_sites_offset(shore):
    response = await shore.answer("visitors", **DAY)
    expected = ["2026-11-02T00:00:00+05:30", "2026-11-02T23:59:59+05:30"]
    assert response.json()["query"]["date_range"] == expected


@pytest.mark.parametrize(
    ("dimension", "column", "value", "shown"),
    [
        ("visit:source", "source", "Google", "Google"),
        ("visit:source", "source", "", "Direct / None"),
        ("visit:referrer", "referrer", "", "Direct / None"),
        ("visit:channel", "channel", "Organic Search", "Organic Search"),
        ("visit:utm_medium", "utm_medium", "", "(not set)"),
        ("visit:utm_source", "utm_source", "a", "a"),
        ("visit:utm_content", "utm_content", "b", "b"),
        ("visit:utm_term", "utm_term", "c", "c"),
        ("visit:device", "device", "Mobile", "Mobile"),
        ("visit:screen", "device", "Tablet", "Tablet"),
        ("visit:browser", "browser", "Firefox", "Firefox"),
        ("visit:browser_version", "browser_version", "140.0", "140.0"),
        ("visit:os", "os", "Linux", "Linux"),
        ("visit:os_version", "os_version", "6", "6"),
        ("visit:country", "country", "DE", "DE"),
        ("visit:country", "country", "", "(not set)"),
        ("visit:country_name", "country", "DE", "Germany"),
        ("visit:country_name", "country", "QQ", "QQ"),
        ("visit:country_name", "country", "", "(not set)"),
        ("visit:region", "region", "DE-HE", "DE-HE"),
        ("visit:region_name", "region", "DE-HE", "Hesse"),
        ("visit:region_name", "region", "QQ-Q", "QQ-Q"),
        ("visit:city", "city", 2_925_533, 2_925_533),
        ("visit:city", "city", 0, 0),
        ("visit:city_name", "city", 2_925_533, "2925533"),
        ("visit:city_name", "city_name", "Frankfurt", "Frankfurt"),
        ("visit:city_name", "city_name", "", "(not set)"),
    ],
)
async def test_a_visits_dimension_shows_its_value_and_is_found_by_it(shore, visit, dimension, column, value, shown):
    shore.add(visit((at_clock("10:00"), "/"), (at_clock("10:01"), "/"), **{column: value}))
    assert await shore.ask("visitors", "pageviews", **DAY, dimensions=[dimension]) == [[shown, 1, 2]]
    chosen = [["is", dimension, [shown]]]
    assert await shore.ask("visitors", "pageviews", **DAY, filters=chosen) == [[1, 2]]
    chosen = [["is_not", dimension, [shown]]]
    assert await shore.ask("visitors", "pageviews", **DAY, filters=chosen) == [[0, 0]]


async def test_entry_and_exit_are_the_first_and_last_page_of_the_whole_visit(shore, visit):
    shore.add(visit((at_clock("23:50"), "/in"), (at_clock("23:55"), "/mid"), ("2026-11-03T00:05", "/out")))
    for dimension, page in (("visit:entry_page", "/in"), ("visit:exit_page", "/out")):
        assert await shore.ask("visits", "pageviews", **DAY, dimensions=[dimension]) == [[page, 1, 2]]
        assert await shore.ask("pageviews", **DAY, filters=[["is", dimension, [page]]]) == [[2]]
    hosts = ["visit:entry_page_hostname", "visit:exit_page_hostname"]
    assert await shore.ask("visits", **DAY, dimensions=hosts) == [["a.example", "a.example", 1]]


async def test_pages_show_bounces_of_those_who_entered_there(shore, visit):
    shore.add(
        visit((at_clock("10:00"), "/a")),
        visit((at_clock("11:00"), "/a"), (at_clock("11:01"), "/b")),
        visit((at_clock("12:00"), "/b"), (at_clock("12:01"), "/c")),
    )
    found = await shore.ask("visitors", "pageviews", "bounce_rate", **DAY, dimensions=["event:page"])
    assert found == [["/a", 2, 2, 50], ["/b", 2, 2, 0], ["/c", 1, 1, 0]]
    on_b = {"filters": [["is", "event:page", ["/b"]]]}
    assert await shore.ask("visitors", "visits", "pageviews", "bounce_rate", **DAY, **on_b) == [[2, 2, 2, 0]]


async def test_props_group_and_filter_events(shore, visit):
    shore.add(
        visit((at_clock("10:00"), "/"), (at_clock("10:01"), "signup!/", {"props": {"plan": "pro"}})),
        visit((at_clock("11:00"), "signup!/", {"props": {"plan": "free"}})),
    )
    by_plan = await shore.ask("visitors", "events", **DAY, dimensions=["event:props:plan"])
    assert by_plan == [["(none)", 1, 1], ["free", 1, 1], ["pro", 1, 1]]
    having = {"filters": [["is_not", "event:props:plan", ["(none)"]]]}
    assert await shore.ask("visitors", "events", "visit_duration", **DAY, **having) == [[2, 2, 30]]


async def test_filters_that_stand_side_by_side_speak_of_one_event(shore, visit):
    shore.add(visit((at_clock("10:00"), "/a"), (at_clock("10:01"), "signup!/b")))
    both = [["is", "event:page", ["/a"]], ["is", "event:name", ["signup"]]]
    assert await shore.ask("visitors", "bounce_rate", **DAY, filters=both) == [[0, 0]]
    either = [["or", both]]
    assert await shore.ask("visitors", "events", **DAY, filters=either) == [[1, 2]]


async def test_names_of_events_leave_engagement_out(shore, visit):
    shore.add(visit((at_clock("10:00"), "/"), (at_clock("10:01"), "engagement!/")))
    found = await shore.ask("visitors", "events", **DAY, dimensions=["event:name"])
    assert found == [["pageview", 1, 1]]


async def test_percentage_is_of_all_visitors_that_the_filters_choose(shore, visit):
    shore.add(*(visit((at_clock("10:00"), "/"), device=device) for device in ("Mobile", "Mobile", "Desktop", "TV")))
    by_device = {"dimensions": ["visit:device"]}
    found = await shore.ask("percentage", **DAY, **by_device)
    assert found == [["Mobile", 50.0], ["Desktop", 25.0], ["TV", 25.0]]
    found = await shore.ask("visitors", "percentage", **DAY, **by_device, filters=[["is_not", "visit:device", ["TV"]]])
    assert found == [["Mobile", 2, 66.7], ["Desktop", 1, 33.3]]


async def test_scroll_depth_and_time_are_averages_over_visits_of_a_page(shore, visit):
    shore.add(
        visit(
            (at_clock("10:00"), "/a"),
            (at_clock("10:01"), "engagement!/a", {"scroll_depth": 40, "engagement_ms": 20_000}),
            (at_clock("10:02"), "engagement!/a", {"scroll_depth": 80, "engagement_ms": 10_000}),
        ),
        visit(
            (at_clock("11:00"), "/a"),
            (at_clock("11:01"), "engagement!/a", {"scroll_depth": 20, "engagement_ms": 4_000}),
        ),
        visit((at_clock("12:00"), "/a")),
        visit((at_clock("13:00"), "/b")),
    )
    found = await shore.ask("scroll_depth", "time_on_page", **DAY, dimensions=["event:page"])
    assert found == [["/a", 50, 17], ["/b", 0, 0]]


async def test_pages_of_results_follow_the_order_and_never_overlap(shore, visit):
    shore.add(*(visit((at_clock("10:00"), f"/{place}")) for place in range(7)))
    shore.add(visit((at_clock("11:00"), "/6")))
    question = {**DAY, "dimensions": ["event:page"], "include": {"total_rows": True}}
    first = await shore.answer("visitors", **question, pagination={"limit": 3})
    second = await shore.answer("visitors", **question, pagination={"limit": 3, "offset": 3})
    beyond = await shore.answer("visitors", **question, pagination={"limit": 3, "offset": 30})
    pages = [row["dimensions"][0] for page in (first, second) for row in page.json()["results"]]
    assert pages == ["/6", "/0", "/1", "/2", "/3", "/4"]
    assert beyond.json()["results"] == []
    assert {page.json()["meta"]["total_rows"] for page in (first, second, beyond)} == {7}


async def test_an_order_may_name_dimensions_and_several_metrics(shore, visit):
    shore.add(
        visit((at_clock("10:00"), "/b"), (at_clock("10:01"), "/b")),
        visit((at_clock("11:00"), "/a")),
        visit((at_clock("12:00"), "/c")),
    )
    question = {**DAY, "dimensions": ["event:page"]}
    found = await shore.ask("visitors", "pageviews", **question, order_by=[["event:page", "desc"]])
    assert [row[0] for row in found] == ["/c", "/b", "/a"]
    order = [["visitors", "asc"], ["pageviews", "desc"], ["event:page", "desc"]]
    found = await shore.ask("visitors", "pageviews", **question, order_by=order)
    assert [row[0] for row in found] == ["/b", "/c", "/a"]


async def test_names_of_countries_can_be_searched_and_sorted(shore, visit):
    shore.add(*(visit((at_clock("10:00"), "/"), country=code) for code in ("DE", "FR", "GB", "US")))
    question = {**DAY, "dimensions": ["visit:country_name"], "order_by": [["visit:country_name", "desc"]]}
    united = [["contains", "visit:country_name", ["united"], {"case_sensitive": False}]]
    found = await shore.ask("visits", **question, filters=united)
    assert found == [["United States", 1], ["United Kingdom", 1]]
    found = await shore.ask("visits", **question, filters=[["matches", "visit:country_name", ["^(Ger|Fra)"]]])
    assert found == [["Germany", 1], ["France", 1]]


async def test_many_clauses_and_long_ones_arrive_whole(shore, visit):
    long = "/" + "a" * 1_900
    shore.add(visit((at_clock("10:00"), long)))
    clauses = [f"{long}{place}" for place in range(100)]
    assert await shore.ask("visits", **DAY, filters=[["is", "event:page", clauses]]) == [[0]]
    assert await shore.ask("visits", **DAY, filters=[["is", "event:page", [*clauses, long]]]) == [[1]]
    assert await shore.ask("visits", **DAY, filters=[["contains", "event:page", ["b", *clauses, "aaa"]]]) == [[1]]


async def test_sites_never_see_each_others_events(shore, visit, clickhouse_client):
    shore.add(visit((at_clock("10:00"), "/")))
    others = type(shore)(shore.site_id + 1_000_000, "other.example", clickhouse_client, shore.api)
    others.add(visit((at_clock("10:00"), "/")))
    metrics = ("visitors", "pageviews", "bounce_rate")
    assert await shore.ask(*metrics, **DAY) == [[1, 1, 100]]
    assert await shore.ask("pageviews", **DAY, filters=[["is", "visit:entry_page", ["/"]]]) == [[1]]
