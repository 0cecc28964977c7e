"""What the enricher is told from outside: environment variables of the fields' names in capitals."""

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Read once at start with `runtime.settings.load`."""

    kafka_url: str
    """`kafka://host:port,host:port`."""
    redis_url: str
    host: str = "127.0.0.1"
    port: int = 7203
    geo_database: str = ""
    """MMDB files, separated by commas; empty leaves country, region and city empty."""
    group: str = "enricher"
    """Kafka's consumer group; processes of one group share the partitions."""
    state_dir: str = ""
    """Where Faust may write; a temporary folder where empty. Nothing in it matters."""
    commit_interval_s: float = 0.5
    session_timeout_s: float = 8.0
    """How long Kafka waits for a process that went silent before another one gets its partitions."""
    dead_letters_a_minute: int = 100
    """Past this many the process takes no more envelopes until it is started again."""
    cached_texts: int = 20_000
    """How many user agents, URLs and referrers each keep their answer in memory."""
    stalled_after_s: float = 120.0
    """Liveness fails where a partition with records before it has not moved for this long."""
