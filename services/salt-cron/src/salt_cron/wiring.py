"""The object graph of salt-cron.

Start: clients open first (they connect by themselves), then Redis is asked whether it writes to a disk, before any
secret could reach it; then the holder, which knows what is in use and puts it back; then the timer, so that its
first tick already sees what was put back; last HTTP, so that readiness tells the truth. Stop is the reverse.
"""

from collections.abc import Sequence

from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from runtime import health, lifecycle
from runtime.http import HttpServer
from runtime.retry import retrying
from starlette.applications import Starlette
from tides.holder import TideHolder
from tides.store import STORE_ERRORS, RedisSecrets, redis_client

from salt_cron import metrics
from salt_cron.adapters.ledger import PostgresLedger
from salt_cron.adapters.notice_board import NoticeBoard
from salt_cron.adapters.persistence import refuse_persistence
from salt_cron.adapters.site_book import SiteBook
from salt_cron.intake import timer
from salt_cron.settings import Settings
from salt_cron.tide_keeping import TideKeeping
from salt_cron.wrapping import MasterKey, NothingKept, Wrapper, read_master_key


class Clients:
    """The component that owns the connections: opened first, closed last."""

    def __init__(self, redis: Redis, pool: AsyncConnectionPool) -> None:
        self._redis = redis
        self._pool = pool

    async def start(self) -> None:
        """Wait for Redis; raises PersistentRedisError where it writes to a disk."""
        await self._pool.open(wait=False)
        await retrying(lambda: refuse_persistence(self._redis), on=STORE_ERRORS, what="redis")

    async def stop(self) -> None:
        """Close every connection."""
        await self._pool.close()
        await self._redis.aclose()

    async def failed(self) -> None:
        """Never: a lost connection is opened anew."""
        await lifecycle.forever()


def wire(settings: Settings) -> Sequence[lifecycle.Component]:
    """All components in order of start. Raises MasterKeyError where mode wrapped has no usable key."""
    redis = redis_client(settings.redis_url)
    pool = AsyncConnectionPool(settings.postgres_url, min_size=1, max_size=2, timeout=5.0, open=False, name="salt-cron")
    keeping = TideKeeping(
        RedisSecrets(redis), PostgresLedger(pool), _wrapper(settings), keeps=_keeps(settings), grace_s=settings.grace_s
    )
    book, board = SiteBook(pool), NoticeBoard(redis)

    async def publish(_: int) -> None:
        if await board.post(await book.read()):
            metrics.PUBLISHED.inc()

    holder = TideHolder(RedisSecrets(redis_client(settings.redis_url)))
    ticks = timer({"tides": keeping.tick, "registry": publish}, settings.tick_s)
    checks = {"tides": ticks.check("tides"), "registry": ticks.check("registry"), "secrets": holder.ready}
    server = HttpServer(Starlette(routes=health.routes(checks)), settings.host, settings.port)
    return [Clients(redis, pool), holder, ticks, server]


def _keeps(settings: Settings) -> bool:
    return settings.salt_mode == "wrapped"


def _wrapper(settings: Settings) -> Wrapper:
    if _keeps(settings):
        return MasterKey(read_master_key(settings.master_key, settings.master_key_file))
    return NothingKept()
