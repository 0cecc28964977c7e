"""What HTTP clients meet beyond the golden requests."""

import asyncio
from pathlib import Path

import httpx
import pytest
from collector.script_endpoint import script_routes
from collector.shedding import Buckets, Rate
from contract.identity import attempt_partition
from contract.limits import MAX_BODY_BYTES
from contract.topics import BEACONS, REPEATS
from starlette.applications import Starlette

PAGEVIEW = {"n": "pageview", "u": "https://shop.example/", "d": "shop.example"}


@pytest.mark.parametrize("path", ["/api/event", "/api/v1/events"])
async def test_every_origin_may_post_and_ask_before(desk, path: str):
    asked = await desk.client.options(path)
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "content-type" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers


async def test_an_answer_may_be_read_by_every_origin(desk):
    for body in (PAGEVIEW, {}):
        assert (await desk.post(json=body)).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/api/event", "/api/v1/events"])
async def test_other_methods_are_refused_with_those_allowed(desk, path: str):
    answer = await desk.client.get(path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", ["/api/event", "/api/v1/events"])
async def test_a_body_over_the_limit_is_refused_while_it_is_read(desk, path: str):
    read = 0

    async def endless():
        nonlocal read
        for _ in range(100):
            read += 16 * 1024
            yield b" " * 16 * 1024

    answer = await desk.post(path, content=endless())
    assert answer.status_code == 413
    assert read <= MAX_BODY_BYTES + 2 * 16 * 1024


async def test_a_body_in_pieces_is_read_whole(desk):
    async def pieces():
        for piece in (b'{"n":"pageview",', b'"u":"https://shop', b'.example/"}'):
            yield piece

    assert (await desk.post(content=pieces())).status_code == 202
    assert desk.beacons()[0].url == "https://shop.example/"


async def test_two_lines_of_forwarded_addresses_are_joined(desk):
    headers = [("x-forwarded-for", "198.51.100.7"), ("x-forwarded-for", "127.0.0.5")]
    await desk.post(json=PAGEVIEW, headers=headers)
    assert desk.beacons()[0].client_ip == "198.51.100.7"


async def test_without_a_registry_the_answer_is_503_and_not_a_drop(desk):
    desk.registers.register = None
    answer = await desk.post(json=PAGEVIEW)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["access-control-expose-headers"] == "retry-after"


async def test_without_tides_the_answer_is_503(desk):
    desk.tides._held._routing_on.clear()
    assert (await desk.post(json=PAGEVIEW)).status_code == 503


async def test_while_the_log_is_away_the_answer_is_503(desk):
    desk.log.away = True
    answer = await desk.post(json=PAGEVIEW)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    desk.log.away = False
    assert (await desk.post(json=PAGEVIEW)).status_code == 202


async def test_no_answer_comes_before_the_acknowledgement(desk):
    desk.log.gate.clear()
    posting = asyncio.create_task(desk.post(json=PAGEVIEW))
    await asyncio.sleep(0.1)
    assert not posting.done()
    desk.log.gate.set()
    assert (await posting).status_code == 202


async def test_an_acknowledgement_that_is_late_is_a_503(desk):
    desk.log.gate.clear()
    assert (await desk.post(json=PAGEVIEW)).status_code == 503
    desk.log.gate.set()


async def test_more_than_may_pend_is_refused_at_once(desk):
    desk.log.gate.clear()
    large = PAGEVIEW | {"p": {"k": "x" * 1_900, "l": "x" * 1_900}}
    posts = [asyncio.create_task(desk.post(json=large)) for _ in range(100)]
    done, _ = await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
    assert {task.result().status_code for task in done} == {503}
    desk.log.gate.set()
    statuses = [answer.status_code for answer in await asyncio.gather(*posts)]
    assert statuses.count(202) > 10


async def test_drops_are_counted_by_site_minute_and_reason_and_ride_in_the_next_envelope(desk):
    await desk.post(json=PAGEVIEW | {"d": "nobody.example"})
    await desk.post(json=PAGEVIEW | {"d": "nobody.example"})
    await desk.post(json=PAGEVIEW, headers={"sec-gpc": "1"})
    await desk.post(json=PAGEVIEW)
    (head,) = desk.heads()
    assert {(tally.site_id, tally.reason, tally.count) for tally in head.dropped} == {
        (0, "unknown_site", 2),
        (1, "opted_out", 1),
    }
    await desk.post(json=PAGEVIEW)
    assert desk.heads()[1].dropped == ()


async def test_counts_of_an_envelope_that_was_lost_ride_with_the_next(desk):
    await desk.post(json=PAGEVIEW | {"d": "nobody.example"})
    desk.log.away = True
    await desk.post(json=PAGEVIEW)
    desk.log.away = False
    await desk.post(json=PAGEVIEW)
    assert [tally.count for tally in desk.heads()[-1].dropped] == [1]


async def test_a_report_answers_with_an_id_that_its_beacon_carries(desk):
    body = {"event_type": "page_view", "metadata": {"page_url": "https://shop.example/"}}
    answer = await desk.post("/api/v1/events", json=body)
    assert answer.json()["event_id"] == desk.beacons()[0].attempt_id


async def test_what_a_user_sends_under_one_id_shares_a_partition(desk):
    for agent in ("a", "b", "c", "d", "e"):
        body = {"event_type": "x", "user_id": "u", "metadata": {"page_url": "https://shop.example/"}}
        headers = {"authorization": "Bearer tl_write", "user-agent": agent}
        await desk.post("/api/v1/events", json=body, headers=headers)
    assert len({head.partition for head in desk.heads()}) == 1


async def test_plausibles_health_paths_answer(desk):
    for path in ("/api/health", "/api/system/health/live", "/api/system/health/ready", "/health/ready"):
        assert (await desk.client.get(path)).status_code == 200


async def test_the_tracker_is_served_under_every_name_and_not_twice(tmp_path: Path):
    (tmp_path / "script.js").write_text("tracker()")
    transport = httpx.ASGITransport(Starlette(routes=script_routes(str(tmp_path))))
    client = httpx.AsyncClient(transport=transport, base_url="http://collector")
    for path in ("/js/script.js", "/js/plausible.js", "/js/script.hash.outbound-links.js"):
        answer = await client.get(path)
        assert answer.text == "tracker()"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "max-age" in answer.headers["cache-control"]
        again = await client.get(path, headers={"if-none-match": f"W/{answer.headers['etag']}"})
        assert (again.status_code, again.content) == (304, b"")
    assert (await client.get("/js/other.js")).status_code == 404


def test_a_tracker_that_is_not_where_it_should_be_stops_the_start(tmp_path: Path):
    with pytest.raises(OSError, match=r"script\.js"):
        script_routes(str(tmp_path))


async def test_repeats_of_one_attempt_meet_in_a_partition_of_their_own_topic_wherever_they_come_from(desk):
    for visitor in range(12):
        headers = {"x-forwarded-for": f"198.51.100.{visitor}", "user-agent": f"Agent/{visitor}"}
        answer = await desk.post(json=PAGEVIEW | {"rid": "a-1", "rp": True}, headers=headers)
        assert answer.status_code == 202
    (lane,) = {envelope.lane for envelope in desk.log.envelopes}
    assert lane == (REPEATS.name, attempt_partition(1, "a-1", 4))
    assert all(beacon.repeat and beacon.attempt_id == "a-1" for beacon in desk.beacons())
    assert [head.sequence for head in desk.heads()] == list(range(1, 13))


@pytest.mark.parametrize("more", [{"rid": "a-1"}, {"rp": True}, {"rid": "", "rp": True}])
async def test_a_first_attempt_and_a_repeat_without_an_id_go_the_way_of_all_beacons(desk, more):
    await desk.post(json=PAGEVIEW)
    await desk.post(json=PAGEVIEW | more)
    before, after = desk.log.envelopes
    assert before.lane == after.lane
    assert before.lane.topic == BEACONS.name


async def test_a_repeat_for_two_sites_is_two_repeats(desk):
    await desk.post(json=PAGEVIEW | {"d": "shop.example,blog.example", "rid": "a-1", "rp": True})
    found = {(b.site_id, e.lane) for e in desk.log.envelopes for b in desk._open(e.value)}
    assert found == {(site, (REPEATS.name, attempt_partition(site, "a-1", 4))) for site in (1, 2)}


@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/event", PAGEVIEW), ("/api/v1/events", {"event_type": "a", "metadata": {"page_url": PAGEVIEW["u"]}})],
)
async def test_an_address_over_its_rate_is_told_when_to_come_again_and_others_are_served(desk, path, body):
    desk.shedding._addresses = Buckets(Rate(0.5, 3))

    async def post(address: str) -> httpx.Response:
        return await desk.post(path, json=body, headers={"x-forwarded-for": address})

    answers = [await post("2001:db8::1") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
    assert answers[-1].headers["retry-after"] == "2"
    assert answers[-1].headers["access-control-allow-origin"] == "*"
    assert (await post("2001:db8::ffff")).status_code == 429
    assert (await post("2001:db8:0:1::1")).status_code == 202
    assert len(desk.beacons()) == 4


async def test_a_site_over_its_rate_is_shed_and_other_sites_are_served(desk):
    desk.shedding._sites = Buckets(Rate(0.5, 2))
    answers = [await desk.post(json=PAGEVIEW) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert (await desk.post(json=PAGEVIEW | {"d": "blog.example"})).status_code == 202
