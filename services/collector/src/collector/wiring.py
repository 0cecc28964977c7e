"""The object graph of the collector.

Start: the tides and the registry first, since without them nothing can be taken; then Kafka, then the lanes that wait
for its partitions; HTTP last. Stop is the reverse: HTTP takes no more and finishes what is open, for which the lanes
must still run; the lanes drain into Kafka; Kafka flushes and closes; then nobody needs secrets or sites any more.
"""

import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from runtime.http import HttpServer
from runtime.lifecycle import Component
from tides.holder import TideHolder, wall_clock_ms
from tides.store import RedisSecrets, redis_client

from collector.adapters.kafka_log import KafkaLog
from collector.adapters.registry_poll import RegistryPoll
from collector.adapters.registry_snapshot import RegistrySnapshot
from collector.beacon_endpoint import BeaconEndpoint
from collector.intake import intake
from collector.lanes import Lanes
from collector.reception import Reception
from collector.report_endpoint import ReportEndpoint
from collector.sealer import Sealer
from collector.settings import Settings
from collector.steps.client_address import TrustedProxies
from collector.tallies import Tallies

_EPOCH_BYTES = 8


def wire(settings: Settings) -> Sequence[Component]:
    """All components in order of start. Raises TrustError, or OSError where the tracker is not where it should be."""
    proxies = TrustedProxies(settings.trusted_proxies)
    tides = TideHolder(RedisSecrets(redis_client(settings.redis_url)))
    registry = RegistryPoll(redis_client(settings.redis_url), RegistrySnapshot(settings.state_dir))
    kafka = KafkaLog(urlsplit(settings.kafka_url).netloc)
    tallies = Tallies()
    sealer = Sealer(tides, tallies, wall_clock_ms, os.urandom(_EPOCH_BYTES))
    lanes = Lanes(kafka, sealer, tallies, settings.ack_timeout_s, settings.max_pending_bytes)
    reception = Reception(registry, tides, lanes, tallies, wall_clock_ms)
    checks = {"secrets": tides.ready, "registry": registry.ready, "kafka": kafka.ready, "lanes": lanes.ready}
    app = intake(BeaconEndpoint(reception, proxies), ReportEndpoint(reception, proxies), settings.tracker_dir, checks)
    return [tides, registry, kafka, lanes, HttpServer(app, settings.host, settings.port)]
