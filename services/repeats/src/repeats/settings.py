"""What repeats is told: environment variables of these names in capitals, read once."""

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Read with `runtime.settings.load`."""

    kafka_url: str
    """kafka://host:port,host:port"""
    redis_url: str
    clickhouse_url: str
    """http://user:password@host:port/database"""
    host: str = "127.0.0.1"
    port: int = 7207
    group_id: str = "repeats"
    """The id of the topic `repeats` is added to it: where offsets start over, so does the group."""
    sink_group_id: str = "sink"
    """Whose progress tells what is stored."""
    grace_s: float = 10.0
    """What clocks of collectors may differ by, and how long a first attempt may still be under way."""
    look_again_s: float = 0.25
    """Between two looks at what a judgement waits for."""
    most_records: int = 100
    """Judged in one go, hence held in memory."""
    session_timeout_s: float = 10.0
    """A killed process is replaced after this."""
    dead_letters_a_minute: int = 100
    """Past this many the process judges no more until it is started again."""
    table_timeout_s: float = 20.0
    """For one look-up in ClickHouse."""
    stalled_after_s: float = 120.0
    """Liveness fails where the judging has neither read, looked nor appended for this long."""

    @property
    def kafka_servers(self) -> str:
        """The brokers, host:port,host:port."""
        return self.kafka_url.removeprefix("kafka://")
