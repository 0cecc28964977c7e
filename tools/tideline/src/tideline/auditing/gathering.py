"""Gathers an audit's evidence: both logs, the sink's progress, rows and ledger."""

from collections.abc import Callable
from datetime import UTC, datetime

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from clickhouse_connect.driver.client import Client
from contract.envelope import BeaconEnvelopeHead, UnknownVersionError, UnreadableError, decode_events, read_head
from contract.outcomes import MINUTE_MS
from contract.progress import read_stored_mark
from contract.topics import BEACONS, EVENTS
from runtime.kafka_topic_ids import topic_id

from tideline.auditing.evidence import Evidence, Scope
from tideline.sql_files import sql
from tideline.topic_reading import read_records, spans_since

Told = Callable[[str, int, int], object]
"""Called with what is being read, how much of it is done, and all of it."""

_STREAM_LAG_MS = 10 * MINUTE_MS
"""A record of `events` bears the stream's time, a little before that of the envelopes in it."""


async def gathered(scope: Scope, bootstrap: str, client: Client, sink_group: str, told: Told) -> Evidence:
    """Everything of the scope. Raises KafkaError, TopicIdError, ClickHouseError, UnknownVersionError.

    Rows come last: what was on its way while the logs were read may be there by then, and is then no finding. Logs are
    read to their ends, since a spool that is replayed brings envelopes long after their time.
    """
    evidence = Evidence(scope, (await topic_id(bootstrap, BEACONS.name)).hex())
    since_ms = scope.first_minute * MINUTE_MS
    spans = await spans_since(bootstrap, BEACONS.name, since_ms)
    async for record in read_records(bootstrap, BEACONS.name, spans, lambda n, of: told("beacons", n, of)):
        evidence.see_envelope((record.partition, record.offset), _head(record.value), record.timestamp_ms)
    spans = await spans_since(bootstrap, EVENTS.name, max(0, since_ms - _STREAM_LAG_MS))
    async for record in read_records(bootstrap, EVENTS.name, spans, lambda n, of: told("events", n, of)):
        evidence.see_events(record.partition, decode_events(record.value))
    await _see_progress(evidence, bootstrap, sink_group)
    _see_stored(evidence, client)
    return evidence


def _head(value: bytes) -> BeaconEnvelopeHead | None:
    try:
        return read_head(value)
    except (UnknownVersionError, UnreadableError):
        return None


async def _see_progress(evidence: Evidence, bootstrap: str, sink_group: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        asked = [TopicPartition(EVENTS.name, partition) for partition in evidence.last_section]
        found = await admin.list_consumer_group_offsets(sink_group, partitions=asked) if asked else {}
    finally:
        await admin.close()
    marks = {place.partition: read_stored_mark(committed.metadata) for place, committed in found.items()}
    evidence.stored = {partition: mark for partition, mark in marks.items() if mark is not None}


def _see_stored(evidence: Evidence, client: Client) -> None:
    scope = evidence.scope
    asked = {
        "since": datetime.fromtimestamp(scope.first_minute * 60, UTC),
        "until": datetime.fromtimestamp(scope.end_minute * 60, UTC),
        "site": scope.site_id or 0,
    }
    for *group, rows in client.query(sql("audit_rows"), parameters=asked).result_rows:
        partition, offset, site_id, minute = group
        evidence.rows[partition, offset, site_id, minute] += rows
    for site_id, minute, reason, beacons in client.query(sql("audit_ledger"), parameters=asked).result_rows:
        evidence.ledger[site_id, minute, reason] += beacons
