"""Kafka's topics: names, retention and settings. `beacons` and `events` always have the same partition count."""

import msgspec

from contract.limits import MAX_ENVELOPE_BYTES, SECRET_LIFE_AFTER_DAY_S

_DAY_MS = 24 * 3_600 * 1_000
_SECRET_LIFE_MS = SECRET_LIFE_AFTER_DAY_S * 1_000


class Topic(msgspec.Struct, frozen=True):
    """A topic and the settings that its promise rests on."""

    name: str
    retention_ms: int
    durable: bool
    """True asks a lone broker to flush every record (`flush.messages=1`): its acknowledgement is a promise."""
    max_record_bytes: int = 4 * MAX_ENVELOPE_BYTES

    def settings(self, brokers: int) -> dict[str, str]:
        """The topic's configuration on a cluster of so many brokers, as Kafka's own names."""
        found = {
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(self.max_record_bytes),
            "compression.type": "producer",
            "message.timestamp.type": "CreateTime",
        }
        if brokers > 1:
            found["min.insync.replicas"] = "2"
        elif self.durable:
            found["flush.messages"] = "1"
        return found


BEACONS = Topic("beacons", retention_ms=_SECRET_LIFE_MS + _DAY_MS, durable=True)
EVENTS = Topic("events", retention_ms=7 * _DAY_MS, durable=False, max_record_bytes=16 * MAX_ENVELOPE_BYTES)
DEAD_LETTERS = Topic("dead-letters", retention_ms=_SECRET_LIFE_MS + _DAY_MS, durable=True)
REPEATS = Topic("repeats", retention_ms=_SECRET_LIFE_MS + _DAY_MS, durable=True)
"""Beacons that a client sent before, in envelopes like those of `beacons`, by (site, attempt id) instead of visitor."""

TOPICS = (BEACONS, EVENTS, DEAD_LETTERS, REPEATS)

DEFAULT_PARTITIONS = 4
"""Local; the compose stack has 12."""
