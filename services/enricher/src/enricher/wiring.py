"""The object graph of the enricher.

Start: first the tides, since nothing can be opened without them; then the log, which waits for the topics; then the
intake; then Faust, which brings it the first record; then the look at its progress; last HTTP, so that readiness tells
the truth. Stop is the reverse: Faust leaves the group while the intake can still finish what it has begun, and the
producer is flushed last.
"""

from collections.abc import Sequence

from aiokafka.errors import KafkaError
from contract.dead_letter_limit import DeadLetterLimit
from runtime import health
from runtime.heartbeat import Heartbeat
from runtime.http import HttpServer
from runtime.lifecycle import Component
from runtime.ticker import Ticker
from starlette.applications import Starlette
from tides.awaiting import AwaitedSecrets
from tides.holder import TideHolder
from tides.store import RedisSecrets, redis_client

from enricher import metrics
from enricher.adapters.faust_carrier import FaustCarrier
from enricher.adapters.geo_database import open_places
from enricher.adapters.kafka_log import KafkaLog
from enricher.adapters.user_agents import UserAgents
from enricher.intake import Intake
from enricher.lookups import remembered
from enricher.partitions import Partitions
from enricher.progress import Progress
from enricher.record_to_beacons import Opener
from enricher.record_to_section import SectionMaker
from enricher.settings import Settings

_LOOK_EVERY_S = 5.0


def wire(settings: Settings) -> Sequence[Component]:
    """All components in order of start. Raises GeoDatabaseError where a file that is set cannot be read."""
    tides = TideHolder(RedisSecrets(redis_client(settings.redis_url)))
    topics = KafkaLog(settings.kafka_url.removeprefix("kafka://"), settings.group)
    lookups = remembered(UserAgents().client_of, open_places(settings.geo_database), settings.cached_texts)
    secrets = AwaitedSecrets(tides, waiting=metrics.WAITING.track_inprogress)
    opener = Opener(tides, secrets)
    sections = SectionMaker(opener, lookups, topics, DeadLetterLimit(settings.dead_letters_a_minute))
    partitions = Partitions(topics, sections)
    intake = Intake(partitions, lambda: sections.held)
    heartbeat = Heartbeat(settings.stalled_after_s)
    progress = Progress(
        partitions,
        lambda: intake.owned,
        topics,
        lambda: sections.held or secrets.is_waiting,
        heartbeat,
        intake.read_on,
    )
    looking = Ticker({"progress": progress.look}, _LOOK_EVERY_S, away=(KafkaError,), on_away=progress.lost_sight)
    carrier = FaustCarrier(settings, intake)
    checks = {"faust": carrier.ready, "intake": intake.ready, "tides": tides.ready}
    routes = health.routes(checks, life={"progress": heartbeat.check})
    server = HttpServer(Starlette(routes=routes), settings.host, settings.port)
    return [tides, topics, intake, carrier, looking, server]
