"""The object graph of the collector.

Start: the tides and the registry first, since without them nothing can be taken; then Kafka, the spool before it and
what an earlier life left there; then the report of how far this collector is, which Redis must have before the first
beacon is taken; then the lanes that wait for the partitions, and who notes that the process runs; HTTP last. Stop is
the reverse: HTTP takes no more and finishes what is open, for which the lanes must still run; the lanes drain into
Kafka or the spool; the report is told once more; replaying ends, the spool's folder is let go, Kafka flushes and
closes; then nobody needs secrets or sites.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from contract.pending import Pending
from runtime.health import Check
from runtime.http import HttpServer
from runtime.lifecycle import Component
from runtime.ticker import Ticker
from tides.holder import TideHolder, wall_clock_ms
from tides.store import RedisSecrets, redis_client

from collector import answers, metrics
from collector.adapters.disk_spool import DiskSpool
from collector.adapters.kafka_log import KafkaLog
from collector.adapters.pending_report import PendingReport
from collector.adapters.registry_poll import RegistryPoll
from collector.adapters.registry_snapshot import RegistrySnapshot
from collector.adapters.remembered_counts import RememberedCounts
from collector.adapters.state_file import StateFile
from collector.beacon_endpoint import BeaconEndpoint
from collector.envelope_log import EnvelopeLog
from collector.intake import intake
from collector.lanes import LANE_TOPICS, Lanes
from collector.reception import Reception
from collector.report_endpoint import ReportEndpoint
from collector.sealer import Sealer
from collector.settings import Settings
from collector.shedding import Rate, Shedding
from collector.spooling_log import SpoolingLog
from collector.standstill import Standstill
from collector.steps.client_address import TrustedProxies
from collector.tallies import Tallies

_EPOCH_BYTES = 8
_NOTE_EVERY_S = 0.5


def wire(settings: Settings) -> Sequence[Component]:
    """All components in order of start. Raises TrustError, or OSError where the tracker is not where it should be."""
    proxies = TrustedProxies(settings.trusted_proxies)
    epoch = os.urandom(_EPOCH_BYTES)
    state = Path(settings.state_dir) if settings.state_dir else None
    tides = TideHolder(RedisSecrets(redis_client(settings.redis_url)))
    snapshot = RegistrySnapshot(StateFile(state and state / "registry.json"))
    registry = RegistryPoll(redis_client(settings.redis_url), snapshot)
    kafka = KafkaLog(urlsplit(settings.kafka_url).netloc, LANE_TOPICS)
    durable = _spooled(kafka, state / "spool", settings) if state else Durable(kafka, [], kafka.ready)
    tallies = Tallies()
    sealer = Sealer(tides, tallies, wall_clock_ms, epoch)
    lanes = Lanes(durable.log, sealer, tallies, settings.ack_timeout_s, settings.max_pending_bytes)
    report = PendingReport(
        redis_client(settings.redis_url),
        epoch,
        lambda: _pending(lanes.oldest_ms(), durable.oldest_ms()),
        durable.began or asyncio.Event(),
        StateFile(state and state / "spool" / "lives"),
    )
    shedding = Shedding(
        Rate(settings.address_rate_per_s, settings.address_burst), Rate(settings.site_rate_per_s, settings.site_burst)
    )
    standstill = Standstill(wall_clock_ms)
    noting = Ticker({"standstill": standstill.note}, _NOTE_EVERY_S, away=(), on_away=lambda _: None)
    reception = Reception(registry, tides, lanes, tallies, shedding, standstill, wall_clock_ms)
    checks = {"secrets": tides.ready, "registry": registry.ready, "kafka": durable.ready, "lanes": lanes.ready}
    app = intake(BeaconEndpoint(reception, proxies), ReportEndpoint(reception, proxies), settings.tracker_dir, checks)
    late = answers.late(settings.request_timeout_s) if settings.request_timeout_s else None
    server = HttpServer(app, settings.host, settings.port, late=late)
    return [tides, registry, kafka, *durable.components, report, lanes, noting, server]


class Durable(NamedTuple):
    """What makes envelopes durable: the log that the lanes see, its components, and what is told of it."""

    log: EnvelopeLog
    components: Sequence[Component]
    ready: Check
    oldest_ms: Callable[[], int | None] = lambda: None
    """Receive time of the oldest beacon in the spool."""
    began: asyncio.Event | None = None
    """Set where spooling begins."""


def _spooled(kafka: KafkaLog, folder: Path, settings: Settings) -> Durable:
    spool = DiskSpool(folder, settings.spool_max_bytes)
    counts = RememberedCounts(kafka, LANE_TOPICS, StateFile(folder / "partitions.json"))
    # what waits behind an envelope must reach the disk before it is answered 503
    patience_s = min(settings.spool_after_s, settings.ack_timeout_s / 2)
    log = SpoolingLog(kafka, spool, patience_s, counts.of)
    metrics.SPOOL_OLDEST_S.set_function(lambda: _age_s(spool.oldest_ms()))
    return Durable(log, [spool, counts, log], log.ready, spool.oldest_ms, log.began)


def _pending(gathered_ms: int | None, spooled_ms: int | None) -> Pending:
    return Pending(
        min((found for found in (gathered_ms, spooled_ms) if found is not None), default=wall_clock_ms()),
        spooled_ms is not None,
    )


def _age_s(received_ms: int | None) -> float:
    return 0.0 if received_ms is None else max(0.0, (wall_clock_ms() - received_ms) / 1000)
