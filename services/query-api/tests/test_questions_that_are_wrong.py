"""Whatever a body holds, the answer is an answer or a 400 that points at what is wrong; never a 500."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from query_api.json_to_question import json_to_asked
from query_api.problems import InvalidQuestionError

RIGHT: dict[str, Any] = {"site_id": "a.example", "metrics": ["visitors"], "date_range": "7d"}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"metrics": ["visitor"]}, '#/metrics/0: Unknown metric "visitor"'),
    ({"metrics": []}, "#/metrics: Required"),
    ({"metrics": ["visits", "visits"]}, "#/metrics/1: "),
    ({"metrics": [["visits"]]}, "#/metrics/0: "),
    ({"metrics": ["percentage"]}, "#/metrics/0: `percentage` needs a dimension"),
    ({"metrics": ["scroll_depth"]}, "#/metrics/0: `scroll_depth` needs event:page"),
    ({"metrics": ["bounce_rate"], "dimensions": ["event:name"]}, "#/metrics/0: Session metric(s) `bounce_rate`"),
    ({"site_id": 7}, "#/site_id: "),
    ({"site_id": None}, "#/site_id: "),
    ({"date_range": "7w"}, "#/date_range: "),
    ({"date_range": "0d"}, "#/date_range: "),
    ({"date_range": "5001d"}, "#/date_range: "),
    ({"date_range": "101mo"}, "#/date_range: "),
    ({"date_range": ["2026-02-30", "2026-03-01"]}, "#/date_range/0: "),
    ({"date_range": ["2026-03-02", "2026-03-01"]}, "#/date_range: The first date lies after the last"),
    ({"date_range": ["2026-03-01T00:00:00", "2026-03-02T00:00:00Z"]}, "#/date_range/0: "),
    ({"date_range": ["2026-03-01T00:00:00Z"]}, "#/date_range: "),
    ({"date_range": ["0001-01-01", "9999-12-31"]}, "#/date_range: "),
    ({"date": "yesterday"}, "#/date: "),
    ({"date": "2026-01-01", "date_range": "24h"}, "#/date: "),
    ({"dimensions": "visit:source"}, "#/dimensions: "),
    ({"dimensions": ["visit:sauce"]}, '#/dimensions/0: Unknown dimension "visit:sauce"'),
    ({"dimensions": ["event:props:"]}, "#/dimensions/0: "),
    ({"dimensions": ["event:goal"]}, "#/dimensions/0: event:goal is not supported"),
    ({"dimensions": ["visit:os", "visit:os"]}, "#/dimensions/1: "),
    ({"dimensions": ["time", "time:day"]}, "#/dimensions/1: Only one"),
    ({"dimensions": ["time:minute"]}, "#/dimensions/0: time:minute"),
    ({"filters": {}}, "#/filters: "),
    ({"filters": [["is", "event:page"]]}, "#/filters/0: "),
    ({"filters": [["is", "event:page", "/"]]}, "#/filters/0/2: "),
    ({"filters": [["is", "event:page", []]]}, "#/filters/0/2: "),
    ({"filters": [["is", "event:page", [1]]]}, "#/filters/0/2/0: "),
    ({"filters": [["equals", "event:page", ["/"]]]}, "#/filters/0/0: "),
    ({"filters": [["is", "time:day", ["2026-01-01"]]]}, "#/filters/0/1: Time dimensions"),
    ({"filters": [["is", "event:goal", ["Signup"]]]}, "#/filters/0/1: event:goal"),
    ({"filters": [["is", "segment", [1]]]}, "#/filters/0/1: Segments"),
    ({"filters": [["has_done", ["is", "event:page", ["/"]]]]}, "#/filters/0/0: "),
    ({"filters": [["is", "visit:country", ["Germany"]]]}, "#/filters/0/2/0: "),
    ({"filters": [["and", []]]}, "#/filters/0/1: "),
    ({"filters": [["or", [["is", "visit:os", ["x"]], ["not", ["is", "visit:ox", ["x"]]]]]]}, "#/filters/0/1/1/1/1: "),
    ({"filters": [["matches", "event:page", ["/"], {"case_sensitive": False}]]}, "#/filters/0/3: "),
    ({"filters": [["is", "event:page", ["/"], {"case": 1}]]}, "#/filters/0/3: "),
    ({"filters": [["is", "event:page", ["/"]]] * 61}, "#/filters: More than 60"),
    ({"order_by": [["pageviews", "desc"]]}, "#/order_by/0/0: "),
    ({"order_by": [["visitors", "down"]]}, "#/order_by/0: "),
    ({"order_by": "visitors"}, "#/order_by: "),
    ({"pagination": {"limit": 0}}, "#/pagination/limit: "),
    ({"pagination": {"limit": True}}, "#/pagination/limit: "),
    ({"pagination": {"offset": -1}}, "#/pagination/offset: "),
    ({"pagination": []}, "#/pagination: "),
    ({"include": {"time_labels": True}}, "#/include/time_labels: "),
    ({"include": {"imports": 1}}, "#/include/imports: "),
    ({"include": {"all": True}}, "#/include: "),
    ({"filter": []}, '#: Unknown key "filter"'),
]


@pytest.mark.parametrize(("change", "expected"), WRONG, ids=lambda value: str(value)[:60])
async def test_a_wrong_question_is_a_400_that_points_at_the_fault(shore, change, expected):
    response = await shore.api.post("/api/v2/query", json={**RIGHT, "site_id": shore.domain, **change})
    assert response.status_code == 400
    assert response.json()["error"].startswith(expected)


def test_all_faults_are_told_at_once():
    with pytest.raises(InvalidQuestionError) as caught:
        json_to_asked(json.dumps({"metrics": ["x"], "dimensions": ["y"], "site_id": ""}).encode())
    pointers = [line.split(":")[0] for line in str(caught.value).splitlines()]
    assert sorted(pointers) == ["#/date_range", "#/dimensions/0", "#/metrics/0", "#/site_id"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"metrics": "\\ud800"}', b"[" * 100_000])
async def test_a_body_that_is_no_object_is_a_400(shore, body):
    response = await shore.api.post("/api/v2/query", content=body)
    assert response.status_code == 400
    assert response.json()["error"].startswith("#")


async def test_a_body_that_is_too_large_is_a_400(shore):
    response = await shore.api.post("/api/v2/query", content=b" " * 300_000)
    assert response.status_code == 400


async def test_filters_nested_too_deep_are_a_400(shore):
    part: list[Any] = ["is", "event:page", ["/"]]
    for _ in range(50):
        part = ["not", part]
    response = await shore.answer("visitors", filters=[part])
    assert response.status_code == 400
    assert "nested deeper" in response.json()["error"]


async def test_a_pattern_that_is_none_is_pointed_at(shore):
    filters = [["matches", "visit:os", ["^L"]], ["not", ["matches_not", "event:page", ["^/", "(", "["]]]]
    response = await shore.answer("visitors", filters=filters)
    assert response.status_code == 400
    assert response.json()["error"].startswith("#/filters/1/1/2/1: Not a regular expression")


HOSTILE = (
    "'; DROP TABLE events; --",
    "{site:UInt32}",
    "\\",
    "\\'",
    "$part",
    "%s",
    "\t\n\r\0",
    "') OR 1=1 --",
    "🌊",
    "\u2028",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20))
names = st.sampled_from(["event:page", "visit:source", "visit:city", "visit:country_name", "event:props:plan"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prop=texts, clause=texts, name=names, any_case=st.booleans(), operator=st.sampled_from(["is", "contains_not"]))
@example(prop="a'b", clause=HOSTILE[0], name="event:page", any_case=True, operator="is")
async def test_no_text_gets_out_of_its_place_in_the_statement(shore, visit, prop, clause, name, any_case, operator):
    if not hasattr(shore, "filled"):
        shore.filled = True
        shore.add(visit(("2026-11-02T10:00", "/")))
    filters = [["or", [[operator, name, [clause], {"case_sensitive": not any_case}], ["is", "visit:source", [""]]]]]
    question = {"dimensions": [f"event:props:{prop or 'x'}"], "filters": filters}
    response = await shore.answer("visitors", date_range=["2026-11-02", "2026-11-02"], **question)
    assert response.status_code in (200, 400), response.text
    if response.status_code == 200:
        assert response.json()["results"] == [{"metrics": [1], "dimensions": ["(none)"]}]
    else:
        assert response.json()["error"].startswith("#/")


async def test_a_hostile_value_is_found_as_it_was_stored(shore, visit):
    for hostile in HOSTILE:
        shore.add(visit(("2026-11-02T10:00", "/", {"props": {hostile: hostile}}), source=hostile))
    for hostile in HOSTILE:
        question = {"filters": [["is", "visit:source", [hostile]]], "dimensions": [f"event:props:{hostile}"]}
        found = await shore.ask("visits", date_range=["2026-11-02", "2026-11-02"], **question)
        assert found == [[hostile, 1]]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["is", "and", "visit:os", "7d"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(key=st.sampled_from([*RIGHT, "filters", "dimensions", "order_by", "include", "pagination"]), value=json_values)
def test_any_json_is_read_or_refused_with_a_pointer(key, value):
    try:
        json_to_asked(json.dumps({**RIGHT, key: value}).encode())
    except InvalidQuestionError as error:
        told = str(error)
    else:
        told = "#"
    assert all(line.startswith("#") for line in told.split("\n"))
