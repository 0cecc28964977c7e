"""The object graph of repeats.

Start: first the tides, since nothing can be opened without them, and the look at what collectors tell; then Kafka,
each part of which waits for it; then the intake; last HTTP, so that readiness tells the truth. Stop is the reverse:
the intake leaves the judgement at hand, which nothing was committed of, before Kafka is closed under it.
"""

from collections.abc import Sequence

from clickhouse_connect.driver import create_client
from clickhouse_connect.driver.client import Client
from contract.dead_letter_limit import DeadLetterLimit
from runtime import health
from runtime.heartbeat import Heartbeat
from runtime.http import HttpServer
from runtime.lifecycle import Component
from runtime.ticker import Ticker
from starlette.applications import Starlette
from tides.awaiting import AwaitedSecrets
from tides.holder import TideHolder
from tides.store import STORE_ERRORS, RedisSecrets, redis_client

from repeats import metrics
from repeats.adapters.kafka_destination import KafkaDestination
from repeats.adapters.kafka_progress import KafkaProgress
from repeats.adapters.kafka_source import KafkaSource
from repeats.adapters.pending_collectors import PendingCollectors
from repeats.adapters.stored_attempts import StoredAttempts
from repeats.carrying import Carrying
from repeats.completeness import Completeness
from repeats.intake import Intake
from repeats.opening import Opener
from repeats.settings import Settings

_LOOK_S = 0.5


def wire(settings: Settings) -> Sequence[Component]:
    """All components in order of start."""
    tides = TideHolder(RedisSecrets(redis_client(settings.redis_url)))
    collectors = PendingCollectors(redis_client(settings.redis_url))
    looking = Ticker({"collectors": collectors.look}, _LOOK_S, STORE_ERRORS, lambda _: None)
    heartbeat = Heartbeat(settings.stalled_after_s)

    def beat() -> None:
        heartbeat.beat("judging")

    progress = KafkaProgress(settings.kafka_servers, settings.sink_group_id)
    source = KafkaSource(
        settings.kafka_servers, settings.group_id, settings.most_records, settings.session_timeout_s, beat=beat
    )
    destination = KafkaDestination(settings.kafka_servers)
    attempts = StoredAttempts(_clickhouse(settings))
    completeness = Completeness(collectors, progress, settings.grace_s, settings.look_again_s, beat)
    limit = DeadLetterLimit(settings.dead_letters_a_minute)
    opener = Opener(tides, AwaitedSecrets(tides, waiting=metrics.WAITING.labels("secrets").track_inprogress, beat=beat))
    carrying = Carrying(opener, completeness, attempts, destination, source.incarnation, limit, beat=beat)
    intake = Intake(source, carrying.carry, lambda: carrying.held)
    checks = {
        "tides": tides.ready,
        "collectors": looking.check("collectors"),
        "kafka": progress.check,
        "clickhouse": attempts.check,
        "intake": intake.ready,
    }
    server = HttpServer(
        Starlette(routes=health.routes(checks, life={"judging": heartbeat.check})), settings.host, settings.port
    )
    return [tides, collectors, looking, progress, destination, source, intake, server]


def _clickhouse(settings: Settings) -> Client:
    return create_client(
        dsn=settings.clickhouse_url,
        autogenerate_session_id=False,
        query_retries=0,
        show_clickhouse_errors=False,
        send_receive_timeout=int(settings.table_timeout_s),
    )
