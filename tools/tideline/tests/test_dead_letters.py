"""The commands for dead letters on real engines, as an operator meets them."""

import asyncio
import time
import uuid
from collections.abc import Sequence

import clickhouse_connect
import msgspec
import pytest
import redis
from aiokafka import AIOKafkaProducer
from click.testing import CliRunner
from contract.beacon import Beacon
from contract.dead_letter import DEAD_LETTER_VERSION, DeadLetter, encode_dead_letter
from contract.envelope import VERSION, BeaconEnvelopeHead, UnreadableError, decode_beacons, encode_beacons, read_head
from contract.identity import attempt_partition
from contract.ledger import LEDGER_COLUMNS
from contract.redrive import key_of
from contract.tide import REDIS_TIDE_KEY, Tide, day_of
from contract.topics import BEACONS, DEAD_LETTERS, REPEATS
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tideline.commands import cli
from tideline.letters.letter_log import letter_log
from tideline.letters.listing import short_id
from tideline.topic_reading import TopicRecord, read_records, spans_since
from tideline.topics import bootstrap_of, create_topics

CANARIES = ("203.0.113.77", "Canary/9", "secret-path", "shop.example")
NOW_MS = int(time.time() * 1_000)
MINUTE = NOW_MS // 60_000
TIDE = Tide(day_of(NOW_MS), b"s" * 16, b"key-of-letters!!", bytes(range(32)))


class Operator:
    """A life of `beacons` of the test's own, and the words of an operator."""

    def __init__(self, urls: dict[str, str]) -> None:
        self.urls = urls
        self.servers = bootstrap_of(urls["KAFKA_URL"])
        self.life = uuid.uuid4().bytes
        domain = f"{uuid.uuid4().hex[:12]}.example"
        self.domain = domain
        self.site_id = int(self.says("site", "add", domain).output.split()[-1])

    def says(self, *words: str):
        return CliRunner(env={**self.urls, "COLUMNS": "200"}).invoke(cli, words)

    def letter(
        self, offset: int, reason: str = "poison", key: bytes = TIDE.key, attempt_ids: Sequence[str] = ("",)
    ) -> DeadLetter:
        plain = Beacon(
            self.site_id, NOW_MS, CANARIES[0], CANARIES[1], "pageview", f"https://{CANARIES[3]}/{CANARIES[2]}"
        )
        beacons = [msgspec.structs.replace(plain, attempt_id=attempt_id) for attempt_id in attempt_ids]
        head = BeaconEnvelopeHead(VERSION, b"epoch--1", 0, 7, TIDE.key_id)
        value = encode_beacons(head, beacons, AESGCM(key))
        return DeadLetter(DEAD_LETTER_VERSION, reason, BEACONS.name, self.life, 1, offset, NOW_MS, value, 2)

    async def bury(self, *letters: DeadLetter) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.servers) as producer:
            for each in letters:
                await producer.send_and_wait(DEAD_LETTERS.name, encode_dead_letter(each))

    def count_dead(self, *letters: DeadLetter) -> None:
        client = clickhouse_connect.get_client(dsn=self.urls["CLICKHOUSE_URL"])
        lines = [
            [self.site_id, MINUTE * 60, each.reason, self.life.hex(), each.partition, each.source_offset, 1]
            for each in letters
        ]
        client.insert("ledger", lines, column_names=list(LEDGER_COLUMNS))
        client.close()

    async def sent(self, topic: str = BEACONS.name) -> list[TopicRecord]:
        """The envelopes of that topic that hold this site's beacons."""
        spans = await spans_since(self.servers, topic, 0)
        found = [each async for each in read_records(self.servers, topic, spans)]
        return [each for each in found if self._has_a_beacon_in(each.value)]

    def _has_a_beacon_in(self, value: bytes) -> bool:
        try:
            return any(tally.site_id == self.site_id for tally in read_head(value).held)
        except UnreadableError:
            return False


@pytest.fixture
def operator(kafka_url, redis_url, migrated_postgres_url, migrated_clickhouse_url) -> Operator:
    asyncio.run(create_topics(kafka_url, 4))
    client = redis.Redis.from_url(redis_url)
    client.set(REDIS_TIDE_KEY.format(day=TIDE.day), msgspec.msgpack.encode(TIDE))
    client.close()
    return Operator(
        {
            "KAFKA_URL": kafka_url,
            "REDIS_URL": redis_url,
            "POSTGRES_URL": migrated_postgres_url,
            "CLICKHOUSE_URL": migrated_clickhouse_url,
        }
    )


def test_a_letter_is_listed_explained_put_back_once_and_listed_no_more(operator):
    poison, other = operator.letter(41), operator.letter(42, "forged", key=bytes(32))
    asyncio.run(operator.bury(poison, other))
    operator.count_dead(poison, other)
    name = short_id(key_of(poison))

    listed = operator.says("dead-letters", "list", "--site", operator.domain, "--reason", "poison")
    assert name in listed.output
    assert short_id(key_of(other)) not in listed.output

    explained = operator.says("dead-letters", "explain", name)
    assert "then re-drive" in explained.output
    assert f"client_ip ({len(CANARIES[0])} characters)" in explained.output
    assert not [canary for canary in CANARIES if canary in explained.output + listed.output]

    for put_back in (1, 0):
        redriven = operator.says("dead-letters", "redrive", name)
        assert redriven.exit_code == 0, redriven.output
        assert redriven.output.strip().endswith(f"{put_back} put back, 0 not")
    (record,) = asyncio.run(operator.sent())
    assert record.partition == poison.partition
    assert decode_beacons(record.value, AESGCM(TIDE.key)) == decode_beacons(poison.value, AESGCM(TIDE.key))
    assert name not in operator.says("dead-letters", "list", "--site", operator.domain).output


def test_beacons_of_attempts_come_back_where_repeats_are_judged_and_run_again_nothing_comes_twice(operator):
    whole = operator.letter(46, "unknown_version", attempt_ids=["", "a-1", "a-2"])
    asyncio.run(operator.bury(whole))
    operator.count_dead(whole)
    for put_back in (1, 0):
        redriven = operator.says("dead-letters", "redrive", "--site", operator.domain)
        assert redriven.output.strip().endswith(f"{put_back} put back, 0 not"), redriven.output
    (straight,) = asyncio.run(operator.sent())
    judged = asyncio.run(operator.sent(REPEATS.name))
    attempts = {
        (record.partition, beacon.attempt_id)
        for record in judged
        for beacon in decode_beacons(record.value, AESGCM(TIDE.key))
    }
    assert attempts == {(attempt_partition(operator.site_id, name, 4), name) for name in ("a-1", "a-2")}
    assert [beacon.attempt_id for beacon in decode_beacons(straight.value, AESGCM(TIDE.key))] == [""]
    assert all(read_head(record.value).redriven for record in judged)


def test_what_a_killed_run_left_of_a_letter_is_found_in_both_topics(operator):
    whole = operator.letter(47, "unknown_version", attempt_ids=["", "a-3"])
    asyncio.run(operator.bury(whole))
    operator.count_dead(whole)
    operator.says("dead-letters", "redrive", "--site", operator.domain)

    async def arrived() -> dict[tuple[str, int], int]:
        (straight,) = await operator.sent()
        async with letter_log(operator.servers) as log:
            return await log.arrived(read_head(straight.value).epoch, NOW_MS - 60_000)

    assert asyncio.run(arrived()) == {("beacons", 1): 1, ("repeats", attempt_partition(operator.site_id, "a-3", 4)): 1}


def test_a_letter_that_cannot_come_back_says_why_and_fails_the_command(operator):
    forged = operator.letter(43, "forged", key=bytes(32))
    asyncio.run(operator.bury(forged))
    operator.count_dead(forged)
    refused = operator.says("dead-letters", "redrive", "--site", operator.domain)
    assert refused.exit_code == 1
    assert "cannot be opened" in refused.output
    assert not asyncio.run(operator.sent())


def test_a_letter_whose_section_is_not_stored_waits(operator):
    asyncio.run(operator.bury(operator.letter(44)))
    refused = operator.says("dead-letters", "redrive", "--site", operator.domain)
    assert refused.exit_code == 1
    assert "not stored yet" in refused.output


def test_a_letter_that_nobody_knows_is_named(operator):
    unknown = operator.says("dead-letters", "explain", "no-such-letter")
    assert unknown.exit_code == 1
    assert "dead-letters list" in unknown.output


def test_letters_are_chosen_by_time_as_well(operator):
    asyncio.run(operator.bury(operator.letter(45)))
    for window, there in ((("--since", "2026-01-01"), True), (("--until", "2026-01-01"), False)):
        listed = operator.says("dead-letters", "list", "--site", operator.domain, *window)
        assert (short_id(key_of(operator.letter(45))) in listed.output) is there
