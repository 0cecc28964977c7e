"""The sink's settings, read from the environment once."""

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Environment variables of the same names in capitals."""

    kafka_url: str
    """kafka://host:port,host:port"""
    clickhouse_url: str
    """http://user:password@host:port/database"""
    host: str = "127.0.0.1"
    port: int = 7204
    group_id: str = "sink"
    topic: str = "events"
    source_topic: str = "beacons"
    """Where the sections of `topic` come from: the loss ledger tells until when all of it is stored."""
    reach_interval_s: float = 5.0
    """How often that is told."""
    flush_interval_s: float = 0.5
    """A block waits this long for more; partitions ÷ this stays under 10 inserts a second."""
    block_max_rows: int = 100_000
    block_max_bytes: int = 8 * 1024 * 1024
    """Of envelopes; a partition holds at most two blocks in memory."""
    session_timeout_s: float = 10.0
    """A killed sink is replaced after this."""
    insert_timeout_s: float = 8.0
    """Below the session timeout: whoever lost a partition gives up before the next owner begins."""
    drain_s: float = 6.0
    """How long a stop or a rebalance waits for the block in hand."""

    most_silent_s: float = 120.0
    """A partition's loop that has neither read, tried nor tried again for so long fails liveness."""

    @property
    def kafka_servers(self) -> list[str]:
        """The brokers, host:port."""
        return self.kafka_url.removeprefix("kafka://").split(",")
