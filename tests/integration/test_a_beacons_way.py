"""From a beacon to the answer of a question, through all four real engines."""

import pytest

from tests.integration.running_stack import FIREFOX, Stack, until

CHROME_ON_A_PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36"
)


def counted(stack: Stack, site: str, pageviews: int) -> float:
    return until(lambda: stack.totals(site, "pageviews") == [pageviews], what=f"{pageviews} pageviews to be counted")


def test_one_beacon_becomes_one_visitor_within_five_seconds(stack: Stack, site: str):
    answer = stack.send(site, "/hello")
    assert (answer.status_code, answer.text) == (202, "ok")
    assert "x-plausible-dropped" not in answer.headers
    assert counted(stack, site, 1) < 5
    assert stack.totals(site, "visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration") == [
        1, 1, 1, 1, 100, 0,
    ]  # fmt: skip


def test_people_are_told_apart_by_address_and_user_agent_and_never_by_anything_they_keep(stack: Stack, site: str):
    stack.send(site, "/", ip="203.0.113.1")
    stack.send(site, "/", ip="203.0.113.2")
    stack.send(site, "/", ip="203.0.113.2", headers={"User-Agent": CHROME_ON_A_PHONE})
    stack.send(site, "/again", ip="203.0.113.2", headers={"User-Agent": CHROME_ON_A_PHONE})
    counted(stack, site, 4)
    assert stack.totals(site, "visitors", "visits", "views_per_visit") == [3, 3, 1.33]
    assert stack.by(site, "visit:device", "visitors") == {"Desktop": 2, "Mobile": 1}
    assert stack.by(site, "visit:browser", "visitors") == {"Firefox": 2, "Chrome": 1}


def test_a_second_page_ends_a_bounce_and_is_the_exit_page(stack: Stack, site: str):
    for path in ("/in", "/on", "/out"):
        stack.send(site, path)
    counted(stack, site, 3)
    assert stack.totals(site, "visits", "bounce_rate") == [1, 0]
    assert stack.by(site, "visit:entry_page", "visits") == {"/in": 1}
    assert stack.by(site, "visit:exit_page", "visits") == {"/out": 1}
    assert stack.by(site, "event:page", "pageviews") == {"/in": 1, "/on": 1, "/out": 1}


def test_sources_and_channels_come_from_referrer_and_utm(stack: Stack, site: str):
    stack.send(site, "/", ip="203.0.113.1", r="https://www.google.com/")
    stack.send(site, "/", ip="203.0.113.2", r="https://chatgpt.com/")
    stack.send(site, "/?utm_source=letter&utm_medium=email", ip="203.0.113.3")
    stack.send(site, "/", ip="203.0.113.4", r=f"https://{site}/other")
    counted(stack, site, 4)
    assert stack.by(site, "visit:source", "visitors") == {"Google": 1, "ChatGPT": 1, "letter": 1, "Direct / None": 1}
    assert stack.by(site, "visit:channel", "visitors") == {
        "Organic Search": 1, "AI Assistants": 1, "Email": 1, "Direct": 1,
    }  # fmt: skip
    assert stack.by(site, "event:page", "pageviews") == {"/": 4}


def test_custom_events_carry_their_props_and_are_no_pageviews(stack: Stack, site: str):
    stack.send(site, "/")
    stack.send(site, "/", name="Signup", p={"plan": "harbour", "seats": 3})
    until(lambda: stack.totals(site, "events") == [2], what="both events")
    assert stack.totals(site, "pageviews", "events", "bounce_rate") == [1, 2, 0]
    assert stack.by(site, "event:name", "events") == {"pageview": 1, "Signup": 1}
    signups = [["is", "event:name", ["Signup"]]]
    assert stack.by(site, "event:props:plan", "events", filters=signups) == {"harbour": 1}
    assert stack.by(site, "event:props:seats", "events", filters=signups) == {"3": 1}


def test_one_beacon_for_several_sites_counts_in_each(stack: Stack):
    first, second = stack.new_site(), stack.new_site()
    stack.send(first, "/", d=f"{first},{second}")
    counted(stack, first, 1)
    counted(stack, second, 1)


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_who_opts_out_is_told_so_and_not_stored(stack: Stack, site: str, header: str):
    answer = stack.send(site, "/", headers={header: "1"})
    assert (answer.status_code, answer.headers["x-plausible-dropped"]) == (202, "1")
    stack.send(site, "/", ip="203.0.113.9")
    counted(stack, site, 1)


def test_an_unknown_site_is_dropped_by_name(stack: Stack):
    answer = stack.send("nobody-registered-this.example")
    assert (answer.status_code, answer.headers["x-plausible-dropped"]) == (202, "1")


def test_bots_are_not_counted(stack: Stack, site: str):
    stack.send(site, "/", headers={"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"})
    stack.send(site, "/", ip="203.0.113.9")
    counted(stack, site, 1)
    assert stack.totals(site, "visitors") == [1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"n": "pageview", "d": "x.example"}, "url"),
        ({"u": "https://x.example/", "d": "x.example"}, "event_name"),
        ({"n": "pageview", "u": "https://x.example/", "d": ""}, "domain"),
        ({"n": "x" * 121, "u": "https://x.example/", "d": "x.example"}, "event_name"),
        ({"n": "pageview", "u": "https://x.example/" + "x" * 2_000, "d": "x.example"}, "url"),
    ],
)
def test_a_beacon_that_cannot_be_is_refused_by_field(stack: Stack, body: dict[str, str], field: str):
    answer = stack.http.post(f"{stack.collector}/api/event", json=body, headers={"User-Agent": FIREFOX})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_a_question_that_cannot_be_is_refused_by_pointer(stack: Stack, site: str):
    answer = stack.http.post(
        f"{stack.endpoints['query_api']}/api/v2/query",
        json={"site_id": site, "metrics": ["visiters"], "date_range": "day"},
        headers={"Authorization": f"Bearer {stack.endpoints['api_key']}"},
    )
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("#/metrics/0")


def test_a_question_without_a_key_is_refused(stack: Stack, site: str):
    answer = stack.http.post(
        f"{stack.endpoints['query_api']}/api/v2/query",
        json={"site_id": site, "metrics": ["visitors"], "date_range": "day"},
    )
    assert answer.status_code == 401


def test_the_tracker_is_served_with_an_etag(stack: Stack):
    script = stack.http.get(f"{stack.collector}/js/script.js")
    assert script.status_code == 200
    assert "javascript" in script.headers["content-type"]
    again = stack.http.get(f"{stack.collector}/js/script.js", headers={"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304
