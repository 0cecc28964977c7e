"""The mission's own API: `POST /api/v1/events` in, `GET /api/v1/reports/traffic` out."""

from datetime import UTC, datetime, timedelta

from tests.integration.running_stack import FIREFOX, Stack, until


def post(stack: Stack, body: dict[str, object], key: str = "", ip: str = "203.0.113.5"):
    headers = {"X-Forwarded-For": ip, "User-Agent": FIREFOX}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return stack.http.post(f"{stack.collector}/api/v1/events", json=body, headers=headers)


def report(stack: Stack, site: str, key: str) -> dict[str, object]:
    today = datetime.now(UTC).date().isoformat()
    answer = stack.http.get(
        f"{stack.endpoints['query_api']}/api/v1/reports/traffic",
        params={"start_date": today, "end_date": today, "site_id": site},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "success"
    return answer.json()["data"]


def test_an_event_is_acknowledged_by_id_and_counted_in_the_report(stack: Stack, site: str):
    answer = post(
        stack,
        {
            "event_type": "page_view",
            "user_id": "ignored without a key",
            "session_id": "s1",
            "timestamp": datetime.now(UTC).isoformat(),
            "metadata": {"page_url": f"https://{site}/shop", "referrer_url": "https://www.google.com/"},
        },
    )
    assert answer.status_code in (200, 201, 202)
    assert answer.json()["status"] == "success"
    assert answer.json()["event_id"]
    key = stack.endpoints["api_key"]
    until(lambda: report(stack, site, key)["total_page_views"] == 1, what="the pageview in the report")
    assert report(stack, site, key) == {
        "total_visitors": 1,
        "total_page_views": 1,
        "traffic_sources": {"direct": 0, "referral": 0, "search": 1, "social": 0},
    }


def test_user_ids_count_only_with_a_write_key(stack: Stack, site: str):
    key = stack.tideline("key", "add", "--scope", "write", "--site", site).split()[-1]
    bodies = [
        {"event_type": "page_view", "user_id": user, "metadata": {"page_url": f"https://{site}/"}}
        for user in ("ada", "grace", "ada")
    ]
    for body in bodies:
        post(stack, body)
    until(lambda: stack.totals(site, "pageviews") == [3], what="three pageviews")
    assert stack.totals(site, "visitors") == [1]

    def known() -> bool:
        return post(stack, bodies[0], key).json().get("status") == "success"

    until(known, what="the key to be known", within_s=5)
    for body in bodies[1:]:
        post(stack, body, key, ip="203.0.113.200")
    until(lambda: stack.totals(site, "pageviews") == [6], what="three more pageviews")
    assert stack.totals(site, "visitors") == [3]


def test_a_timestamp_older_than_48_hours_is_clamped(stack: Stack, site: str):
    key = stack.tideline("key", "add", "--scope", "write", "--site", site).split()[-1]
    old = (datetime.now(UTC) - timedelta(days=10)).isoformat()
    body = {"event_type": "page_view", "timestamp": old, "metadata": {"page_url": f"https://{site}/"}}
    until(
        lambda: (post(stack, body, key), stack.totals(site, "pageviews", date_range="7d")[0] > 0)[1],
        what="the event two days ago, once the key is known",
        every_s=1,
    )


def test_what_is_missing_is_named(stack: Stack):
    answer = post(stack, {"event_type": "page_view", "metadata": {}})
    assert answer.status_code == 400
    assert "page_url" in answer.text
