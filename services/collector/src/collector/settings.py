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
    """Where the spool and the snapshot of the registry lie, one folder a collector; without it there is no spool, so
    that the answer is 503 while Kafka is away, and a restart needs Redis."""
    ack_timeout_s: float = 5.0
    """A beacon that is neither in Kafka nor in the spool by then is answered 503."""
    spool_after_s: float = 2.0
    """An envelope that Kafka has not acknowledged by then goes to the spool; at most half of ACK_TIMEOUT_S."""
    spool_max_bytes: int = 4 * 1024 * 1024 * 1024
    """Envelopes on disk; beyond it the answer is 503."""
    max_pending_bytes: int = 32 * 1024 * 1024
    """Beacons that wait for an acknowledgement; beyond it the answer is 503."""
    request_timeout_s: float = 10.0
    """A request that is not here with its last byte by then is answered 408, and its connection closed; 0 sets no
    bound."""
    address_rate_per_s: float = 500.0
    """Requests of one client address (IPv6: one /64) that are taken for long; 0 sets no bound."""
    address_burst: int = 5_000
    """Requests of one client address that are taken at once."""
    site_rate_per_s: float = 20_000.0
    """Beacons of one site that one process takes for long; 0 sets no bound."""
    site_burst: int = 100_000
    """Beacons of one site that one process takes at once."""
