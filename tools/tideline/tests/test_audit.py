"""The audit: whatever is not accounted for is found, and nothing else."""

import asyncio
import time
import uuid
from datetime import UTC, datetime
from typing import Any, get_type_hints

import clickhouse_connect
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata
from click.testing import CliRunner
from contract.beacon import Beacon
from contract.envelope import (
    VERSION,
    BeaconEnvelopeHead,
    EventEnvelope,
    Section,
    encode_beacons,
    encode_events,
    held_in,
)
from contract.event import Event
from contract.ledger import LEDGER_COLUMNS
from contract.outcomes import Tally
from contract.progress import StoredMark
from contract.topics import BEACONS, EVENTS
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from runtime.kafka_topic_ids import topic_id
from tideline.auditing.comparing import (
    LEDGER_OTHER,
    NO_ORIGINAL,
    NO_SECTION,
    NOT_ENRICHED,
    NOT_STORED,
    OTHER_COUNT,
    ROWS_EXTRA,
    ROWS_MISSING,
    Finding,
    findings,
)
from tideline.auditing.evidence import Evidence, Scope
from tideline.commands import cli
from tideline.topics import bootstrap_of, create_topics

LIFE = b"l" * 16
NOW_MS = int(time.time() * 1_000)
MINUTE = NOW_MS // 60_000
_EMPTY: dict[type, Any] = {int: 0, str: "", bool: False}
_BLANK = {name: _EMPTY.get(hint, {}) for name, hint in get_type_hints(Event).items()}


def beacons(count: int, site_id: int = 1) -> list[Beacon]:
    return [Beacon(site_id, NOW_MS, "", "", "pageview", "")] * count


def head(sequence: int, count: int, dropped: tuple[Tally, ...] = ()) -> BeaconEnvelopeHead:
    return BeaconEnvelopeHead(VERSION, b"epoch--1", 0, sequence, b"k" * 16, dropped, held_in(beacons(count)))


def events(count: int, site_id: int = 1) -> list[Event]:
    return [Event(**{**_BLANK, "site_id": site_id, "received": NOW_MS // 1_000, "timestamp": NOW_MS})] * count


class Seen:
    """Evidence of three envelopes of two beacons each, all accounted for, until a test takes something away."""

    def __init__(self) -> None:
        self.heads: dict[int, BeaconEnvelopeHead | None] = {n: head(n, 2) for n in (1, 2, 3)}
        self.sections = {n: Section(n, events(2), received_ms=NOW_MS) for n in (1, 2, 3)}
        self.rows = {1: 2, 2: 2, 3: 2}
        self.ledger = {"": 6}
        self.stored = 3

    def findings(self) -> list[Finding]:
        evidence = Evidence(Scope(MINUTE - 5, MINUTE + 5), LIFE.hex())
        for offset, found in self.heads.items():
            evidence.see_envelope((0, offset), found, NOW_MS)
        evidence.see_events(0, EventEnvelope(VERSION, LIFE, list(self.sections.values()), {}))
        evidence.stored = {0: StoredMark(self.stored, LIFE.hex())}
        evidence.rows.update({(0, offset, 1, MINUTE): rows for offset, rows in self.rows.items()})
        evidence.ledger.update({(1, MINUTE, reason): count for reason, count in self.ledger.items()})
        return findings(evidence)

    def kinds(self) -> list[tuple[str, int, int]]:
        return [(found.kind, found.first_offset, found.last_offset) for found in self.findings()]


@pytest.fixture
def seen() -> Seen:
    return Seen()


def test_where_everything_is_there_nothing_is_found(seen):
    assert seen.findings() == []


def test_envelopes_without_a_section_are_one_stretch(seen):
    seen.heads |= {4: head(4, 2), 5: head(5, 7), 6: head(6, 1)}
    seen.sections[6] = Section(6, events(1), received_ms=NOW_MS)
    seen.rows[6], seen.ledger[""], seen.stored = 1, 7, 6
    assert seen.findings() == [Finding(NO_SECTION, 0, 4, 5, expected=9)]


def test_envelopes_past_the_last_section_are_on_their_way(seen):
    seen.heads[4] = head(4, 2)
    assert seen.kinds() == [(NOT_ENRICHED, 4, 4)]


def test_a_section_that_says_less_than_was_sealed_is_found_with_site_and_minute(seen):
    seen.heads[2] = head(2, 5)
    assert seen.findings() == [Finding(OTHER_COUNT, 0, 2, 2, 1, MINUTE, 5, 2)]


def test_drops_deaths_and_what_the_collector_had_dropped_add_up(seen):
    own = Tally(1, MINUTE, "bot", 9)
    seen.heads[2] = head(2, 5, (own,))
    seen.sections[2].dropped = [Tally(1, MINUTE, "opted_out", 2), own]
    seen.sections[2].dead = [Tally(1, MINUTE, "poison", 1)]
    seen.ledger |= {"opted_out": 2, "bot": 9, "poison": 1}
    assert seen.findings() == []


def test_a_letter_that_came_back_adds_up_too(seen):
    back = Tally(1, MINUTE, "poison", -1)
    seen.heads[2] = head(2, 2, (back,))
    seen.sections[2].dropped = [back]
    seen.ledger["poison"] = -1
    assert seen.findings() == []


def test_a_repeat_is_empty_and_right_where_its_original_is_there(seen):
    seen.heads[3], seen.sections[3] = head(2, 2), Section(3, received_ms=NOW_MS)
    seen.rows[3], seen.ledger[""] = 0, 4
    assert seen.findings() == []


def test_an_envelope_passed_over_without_an_original_is_lost(seen):
    seen.sections[3] = Section(3, received_ms=NOW_MS)
    seen.rows[3], seen.ledger[""] = 0, 4
    assert seen.kinds() == [(NO_ORIGINAL, 3, 3)]


def test_an_envelope_that_cannot_be_read_needs_a_section_all_the_same(seen):
    seen.heads[2] = seen.heads[4] = None
    seen.sections[2] = Section(2, dead=[Tally(0, MINUTE, "unreadable", 1)], received_ms=NOW_MS)
    seen.rows[2] = 0
    assert (NOT_ENRICHED, 4, 4) in seen.kinds()
    assert not [found for found in seen.findings() if found.first_offset == 2]


@pytest.mark.parametrize(("stored", "kind"), [(3, ROWS_MISSING), (1, NOT_STORED)])
def test_missing_rows_are_lost_or_on_their_way(seen, stored, kind):
    seen.rows, seen.stored = {1: 2}, stored
    assert [(found.kind, found.first_offset, found.last_offset, found.expected) for found in seen.findings()] == [
        (kind, 2, 3, 4)
    ]


def test_rows_twice_are_found(seen):
    seen.rows[2] = 4
    assert seen.kinds() == [(ROWS_EXTRA, 2, 2)]


def test_a_ledger_that_says_something_else_is_found_once_all_is_stored(seen):
    seen.ledger[""] = 5
    assert [found.kind for found in seen.findings()] == [LEDGER_OTHER]
    seen.stored = 2
    assert seen.findings() == []


def test_a_section_that_a_second_owner_wrote_again_counts_once(seen):
    evidence = Evidence(Scope(MINUTE, MINUTE + 1), LIFE.hex())
    for _ in range(2):
        evidence.see_events(0, EventEnvelope(VERSION, LIFE, list(seen.sections.values()), {}))
    assert evidence.accepted.total() == 6


def test_what_was_received_before_after_or_for_another_site_is_left_out(seen):
    for scope in (Scope(MINUTE + 1, MINUTE + 9), Scope(0, MINUTE), Scope(0, MINUTE + 9, site_id=7)):
        evidence = Evidence(scope, LIFE.hex())
        evidence.see_envelope((0, 1), seen.heads[1], NOW_MS)
        evidence.see_events(0, EventEnvelope(VERSION, LIFE, list(seen.sections.values()), {}))
        assert (evidence.envelopes, +evidence.accepted, +evidence.told) == ({}, {}, {})


class RealSite:
    """A site of the test's own whose envelope, section, row and ledger stand on real engines."""

    def __init__(self, urls: dict[str, str]) -> None:
        self.urls = urls
        self.servers = bootstrap_of(urls["KAFKA_URL"])
        self.group = f"sink-{uuid.uuid4().hex[:8]}"
        self.domain = f"{uuid.uuid4().hex[:12]}.example"
        self.site_id = int(self.says("site", "add", self.domain).output.split()[-1])
        self.partition = 0

    def says(self, *words: str):
        return CliRunner(env={**self.urls, "COLUMNS": "200"}).invoke(cli, words)

    def audit(self, *words: str):
        return self.says("audit", "--site", self.domain, "--to", "2099-01-01", "--sink-group", self.group, *words)

    async def send(self, count: int) -> int:
        """An envelope and its section; the source offset."""
        life = await topic_id(self.servers, BEACONS.name)
        async with AIOKafkaProducer(bootstrap_servers=self.servers) as producer:
            # other tests make these topics anew with fewer
            self.partition = max(await producer.partitions_for(BEACONS.name))
            clear = BeaconEnvelopeHead(VERSION, uuid.uuid4().bytes[:8], self.partition, 1, b"k" * 16)
            value = encode_beacons(clear, beacons(count, self.site_id), AESGCM(bytes(32)))
            sent = await producer.send_and_wait(BEACONS.name, value, partition=self.partition)
            section = Section(sent.offset, events(count, self.site_id), received_ms=NOW_MS)
            envelope = encode_events(EventEnvelope(VERSION, life, [section], {}))
            told = await producer.send_and_wait(EVENTS.name, envelope, partition=self.partition)
        place = TopicPartition(EVENTS.name, self.partition)
        async with AIOKafkaConsumer(
            bootstrap_servers=self.servers, group_id=self.group, enable_auto_commit=False
        ) as sink:
            sink.assign([place])
            progress = f'{{"version":1,"mark":{{"source_offset":{sent.offset},"incarnation":"{life.hex()}"}}}}'
            await sink.commit({place: OffsetAndMetadata(told.offset + 1, progress)})
        line = [self.site_id, MINUTE * 60, "", life.hex(), self.partition, sent.offset, count]
        self.store("ledger", list(LEDGER_COLUMNS), line)
        return sent.offset

    def store(self, table: str, columns: list[str], *rows: list[object]) -> None:
        client = clickhouse_connect.get_client(dsn=self.urls["CLICKHOUSE_URL"])
        client.insert(table, list(rows), column_names=columns)
        client.close()

    def store_rows(self, offset: int, count: int) -> None:
        at = datetime.fromtimestamp(NOW_MS // 1_000, UTC)
        columns = ["site_id", "received", "timestamp", "session_start", "source_partition", "source_offset"]
        rows = ([self.site_id, at, at, at, self.partition, offset, n] for n in range(count))
        self.store("events", [*columns, "source_place"], *rows)


@pytest.fixture
def real_site(kafka_url, redis_url, migrated_postgres_url, migrated_clickhouse_url) -> RealSite:
    asyncio.run(create_topics(kafka_url, 4))
    return RealSite(
        {
            "KAFKA_URL": kafka_url,
            "REDIS_URL": redis_url,
            "POSTGRES_URL": migrated_postgres_url,
            "CLICKHOUSE_URL": migrated_clickhouse_url,
        }
    )


def test_on_real_engines_every_beacon_is_accounted_for_until_a_row_is_gone(real_site):
    first, second = asyncio.run(real_site.send(3)), asyncio.run(real_site.send(2))
    real_site.store_rows(first, 3)
    short = real_site.audit()
    assert short.exit_code == 1
    assert (ROWS_MISSING in short.output, real_site.domain in short.output, str(second) in short.output) == (True,) * 3
    real_site.store_rows(second, 2)
    whole = real_site.audit()
    assert whole.exit_code == 0, whole.output
    assert "2 envelopes; 5 beacons accepted, 0 dropped, dead or expired; 5 rows" in whole.output
    assert whole.output.strip().endswith("every beacon accounted for")


def test_a_stretch_that_the_log_no_longer_holds_is_refused_with_where_to_look(real_site):
    refused = real_site.audit("--from", "2026-01-01")
    assert refused.exit_code == 1
    assert "/ledger" in refused.output
