"""What the collector is told: environment variables of these names in capitals, read once."""

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Read with `runtime.settings.load`."""

    kafka_url: str
    redis_url: str
    host: str = "127.0.0.1"
    port: int = 7201
    trusted_proxies: str = ""
    """Networks in CIDR form, separated by commas, whose X-Forwarded-For is believed."""
    tracker_dir: str = ""
    """The folder that holds `script.js`; without it the script is not served."""
    state_dir: str = ""
    """Where the snapshot of the registry lies; without it a restart needs Redis."""
    ack_timeout_s: float = 5.0
    """A beacon that Kafka has not acknowledged by then is answered 503."""
    max_pending_bytes: int = 32 * 1024 * 1024
    """Beacons that wait for an acknowledgement; beyond it the answer is 503."""
