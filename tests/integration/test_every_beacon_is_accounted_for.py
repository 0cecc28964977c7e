"""The loss ledger, the audit and re-driven letters on a whole stack: the sums meet, and a letter comes back once."""

import asyncio
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import clickhouse_connect
import msgspec
import redis
from aiokafka import AIOKafkaProducer
from contract.beacon import Beacon
from contract.dead_letter import DEAD_LETTER_VERSION, DeadLetter, encode_dead_letter
from contract.envelope import VERSION, BeaconEnvelopeHead, encode_beacons
from contract.ledger import LEDGER_COLUMNS
from contract.tide import REDIS_TIDE_KEY, Tide, day_of
from contract.topics import BEACONS, DEAD_LETTERS
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.integration.running_stack import FIREFOX, Stack, until

BOT = {"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}


def ledger(stack: Stack, site: str, **asked: str) -> dict[str, Any]:
    answer = stack.http.get(
        f"{stack.endpoints['query_api']}/api/v1/sites/{site}/ledger",
        params={"step": "day", **asked},
        headers={"Authorization": f"Bearer {stack.endpoints['api_key']}"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_sums_meet_and_the_audit_finds_nothing_though_a_sink_is_killed_amid_it(stack: Stack, site: str):
    before = ledger(stack, site)["totals"]["dropped"].get("bot", 0)  # the probes that looked whether the site is known
    sent = [stack.send(site, f"/{n}", ip=f"198.51.100.{n}") for n in range(60)]
    sent += [stack.send(site, "/", ip="198.51.100.200", headers=BOT) for _ in range(5)]
    stack.kill("sink")
    sent += [stack.send(site, f"/{n}", ip=f"198.51.100.{100 + n}") for n in range(60)]
    assert {answer.status_code for answer in sent} == {202}
    until(lambda: ledger(stack, site)["totals"]["stored"] == 120, what="120 rows in the ledger", within_s=60)
    totals = ledger(stack, site)["totals"]
    assert (totals["accepted"], totals["difference"], totals["dead"], totals["expired"]) == (120, 0, 0, 0)
    assert totals["dropped"]["bot"] >= before + 5
    asked = {"to": time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime())}
    until(lambda: ledger(stack, site, **asked)["complete"], what="the ledger to be complete", within_s=30)
    said = stack.tideline("audit", "--site", site, "--to", "2099-01-01")
    assert said.strip().endswith("every beacon accounted for")


def test_a_letter_that_is_put_back_from_two_places_at_once_counts_once(stack: Stack, site: str):
    letter = buried_letter(stack, site)
    until(lambda: ledger(stack, site)["totals"]["dead"] == 1, what="a dead beacon in the ledger")
    with ThreadPoolExecutor(2) as at_once:
        said = list(at_once.map(lambda _: stack.tideline("dead-letters", "redrive", "--site", site), range(2)))
    assert "1 put back" in "".join(said)
    until(lambda: stack.totals(site, "pageviews") == [1], what="the letter's pageview", within_s=30)
    assert stack.tideline("dead-letters", "redrive", "--site", site).strip() == "0 put back, 0 not"
    stack.send(site, "/after", ip="198.51.100.9")
    until(lambda: stack.totals(site, "pageviews") == [2], what="a beacon after it", within_s=30)
    totals = ledger(stack, site)["totals"]
    assert (totals["accepted"], totals["stored"], totals["dead"]) == (2, 2, 0)
    assert letter.value not in stack.tideline("dead-letters", "list").encode()


def buried_letter(stack: Stack, site: str) -> DeadLetter:
    """A beacon as an enricher with a fault would have buried it, counted dead in the ledger."""
    urls = {name: stack.environ[f"{name.upper()}_URL"] for name in ("kafka", "redis", "clickhouse")}
    now_ms, life = time.time_ns() // 1_000_000, uuid.uuid4().bytes
    with redis.Redis.from_url(urls["redis"]) as store:
        tide = msgspec.msgpack.decode(store.get(REDIS_TIDE_KEY.format(day=day_of(now_ms))), type=Tide)
    site_id = next(int(line.split("│")[1]) for line in stack.tideline("site", "list").splitlines() if site[:12] in line)
    beacon = Beacon(site_id, now_ms, "198.51.100.7", FIREFOX, "pageview", f"https://{site}/letter")
    value = encode_beacons(BeaconEnvelopeHead(VERSION, b"epoch--1", 0, 7, tide.key_id), [beacon], AESGCM(tide.key))
    letter = DeadLetter(DEAD_LETTER_VERSION, "poison", BEACONS.name, life, 1, 41, now_ms, value, 0)

    async def bury() -> None:
        async with AIOKafkaProducer(bootstrap_servers=urls["kafka"].removeprefix("kafka://")) as producer:
            await producer.send_and_wait(DEAD_LETTERS.name, encode_dead_letter(letter))

    asyncio.run(bury())
    client = clickhouse_connect.get_client(dsn=urls["clickhouse"])
    line = [site_id, now_ms // 60_000 * 60, "poison", life.hex(), 1, 41, 1]
    client.insert("ledger", [line], column_names=list(LEDGER_COLUMNS))
    client.close()
    return letter
