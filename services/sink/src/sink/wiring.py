"""The sink's object graph, on one page.

Start: the HTTP server first, so that readiness can be asked while Kafka is still awaited; then the intake, which joins
the group and begins with its partitions; then the clock that tells how far they are. Stop, in reverse: the clock, as
it needs the intake's clients; the intake delivers and acknowledges what it has in hand and leaves the group, so that
others take over at once; the HTTP server answers to the end.
"""

from collections.abc import Sequence
from functools import partial

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from clickhouse_connect.driver import create_client
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.httputil import get_pool_manager
from runtime import health
from runtime.heartbeat import Heartbeat
from runtime.http import HttpServer
from runtime.kafka_topic_ids import TopicIdError
from runtime.lifecycle import Component
from runtime.ticker import Ticker
from starlette.applications import Starlette

from sink import metrics
from sink.adapters.clickhouse import ClickHouseTable
from sink.adapters.kafka import KafkaJournal, KafkaLog, KafkaSource
from sink.delivery import Delivery
from sink.events_to_block import BlockBuilder, Place
from sink.intake import Intake, name_of
from sink.partition import Limits, PartitionSink
from sink.ports import TableAwayError
from sink.reach import ReachTeller
from sink.settings import Settings

_MOST_POLL_INTERVAL_MS = 24 * 3_600 * 1_000
"""ClickHouse may be away for long; a sink that waits for it keeps its partitions."""

_FETCH_BYTES = 4 * 1024 * 1024


def wire(found: Settings) -> Sequence[Component]:
    """Construct everything; runs inside the event loop."""
    table = ClickHouseTable(partial(_clickhouse, found))
    consumer = _consumer(found)
    admin = AIOKafkaAdminClient(bootstrap_servers=found.kafka_servers, client_id="sink")
    heartbeat = Heartbeat(found.most_silent_s)
    intake = _intake(found, table, (consumer, admin), heartbeat)
    source = KafkaSource(consumer, admin, found.kafka_url, found.source_topic)
    reach = ReachTeller(source, table, intake.stored)
    away = (KafkaError, TopicIdError, TableAwayError)
    ticker = Ticker({"reach": reach.tell}, found.reach_interval_s, away, lambda _: metrics.REACH_UNTOLD.inc())
    app = Starlette(
        routes=health.routes({"kafka": intake.check, "clickhouse": table.check}, {"progress": heartbeat.check})
    )
    return [HttpServer(app, found.host, found.port), intake, ticker]


def _intake(
    found: Settings,
    table: ClickHouseTable,
    kafka: tuple[AIOKafkaConsumer, AIOKafkaAdminClient],
    heartbeat: Heartbeat,
) -> Intake:
    consumer, admin = kafka
    limits = Limits(found.flush_interval_s, found.block_max_rows, found.block_max_bytes)

    def new_partition(partition: TopicPartition) -> PartitionSink:
        number = partition.partition

        def new_builder(before: Place) -> BlockBuilder:
            return BlockBuilder(found.topic, number, before)

        journal = KafkaJournal(consumer, admin, found.group_id, partition)
        beat = partial(heartbeat.beat, name_of(partition))
        delivery = Delivery(number, found.topic, journal, table, beat=beat)
        return PartitionSink(new_builder, KafkaLog(consumer, partition), delivery, limits, number)

    return Intake(consumer, admin, found.topic, new_partition, found.drain_s, heartbeat)


def _consumer(found: Settings) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=found.kafka_servers,
        client_id="sink",
        group_id=found.group_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=int(found.session_timeout_s * 1000),
        heartbeat_interval_ms=int(found.session_timeout_s * 1000 / 4),
        max_poll_interval_ms=_MOST_POLL_INTERVAL_MS,
        rebalance_timeout_ms=int(found.session_timeout_s * 1000 + found.drain_s * 1000),
        max_partition_fetch_bytes=_FETCH_BYTES,
        fetch_max_wait_ms=100,
        metadata_max_age_ms=10_000,
    )


def _clickhouse(found: Settings) -> Client:
    return create_client(
        dsn=found.clickhouse_url,
        compress=False,
        autogenerate_session_id=False,
        query_retries=0,
        show_clickhouse_errors=False,
        send_receive_timeout=int(found.insert_timeout_s),
        pool_mgr=get_pool_manager(maxsize=16),
    )
