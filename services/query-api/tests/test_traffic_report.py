"""The report on traffic, asked through the same compiler."""

import hashlib

import pytest

CHANNELS = ("Direct", "Organic Search", "Paid Search", "Organic Social", "Paid Social", "Referral", "Email", "Display")


def stamped(place: int, days: int = 2) -> str:
    return f"2026-11-0{days}T{place:02}:00"


async def report(shore, **parameters):
    defaults = {"start_date": "2026-11-01", "end_date": "2026-11-03", "site_id": shore.domain}
    return await shore.api.get("/api/v1/reports/traffic", params={**defaults, **parameters})


async def test_the_report_counts_visitors_pages_and_visits_by_group(shore, visit):
    shore.add(*(visit((stamped(place), "/"), channel=channel) for place, channel in enumerate(CHANNELS)))
    shore.add(visit((stamped(9), "/"), (stamped(9), "/a")))
    shore.add(visit(("2026-11-04T00:00", "/too-late")))
    response = await report(shore)
    assert response.status_code == 200
    assert response.json() == {
        "status": "success",
        "data": {
            "total_visitors": 9,
            "total_page_views": 10,
            "traffic_sources": {"direct": 2, "referral": 3, "search": 2, "social": 2},
        },
    }


async def test_a_report_on_nothing_is_zeros(shore):
    data = (await report(shore)).json()["data"]
    assert data["total_visitors"] == data["total_page_views"] == 0
    assert data["traffic_sources"] == {"direct": 0, "referral": 0, "search": 0, "social": 0}


async def test_a_sites_own_key_needs_no_site(shore, visit, postgres_connection):
    key = f"tl_{shore.site_id:043}"
    postgres_connection.execute(
        "INSERT INTO api_keys (site_id, scope, sha256) VALUES (%s, 'stats', %s)",
        [shore.site_id, hashlib.sha256(key.encode()).hexdigest()],
    )
    shore.add(visit((stamped(1), "/")))
    parameters = {"start_date": "2026-11-02", "end_date": "2026-11-02"}
    headers = {"Authorization": f"Bearer {key}"}
    response = await shore.api.get("/api/v1/reports/traffic", params=parameters, headers=headers)
    assert response.json()["data"]["total_visitors"] == 1


async def test_a_key_for_several_sites_needs_one(shore, postgres_connection):
    postgres_connection.execute("INSERT INTO sites (domain) VALUES ('another.example') ON CONFLICT DO NOTHING")
    response = await report(shore, site_id="")
    assert response.status_code == 400
    assert response.json()["error"].startswith("site_id: ")


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"start_date": ""}, "start_date"),
        ({"end_date": "tomorrow"}, "end_date"),
        ({"start_date": "2026-11-04"}, "start_date"),
        ({"start_date": "1800-01-01"}, "start_date"),
    ],
)
async def test_a_wrong_date_is_named(shore, parameters, field):
    response = await report(shore, **parameters)
    assert response.status_code == 400
    assert response.json()["status"] == "error"
    assert response.json()["error"].startswith(f"{field}: ")


async def test_the_report_needs_a_key_too(shore):
    response = await shore.api.get("/api/v1/reports/traffic", headers={"Authorization": ""})
    assert response.status_code == 401
    assert response.json()["status"] == "error"
