"""Carries out, secret by secret, what `day_to_tide` decides: a time in; Redis and Postgres in agreement after."""

import msgspec
from runtime import log
from tides.almanac import SecretName, live, needed
from tides.mint import mint
from tides.store import SecretStore

from salt_cron import metrics
from salt_cron.day_to_tide import Action, Row, Seen, decide
from salt_cron.ports import Ledger, LedgerRow
from salt_cron.wrapping import Wrapper

_log = log.get(__name__)


class _Found(msgspec.Struct, frozen=True):
    raw: bytes | None
    row: LedgerRow | None


class TideKeeping:
    """The row in Postgres is won first and Redis written second, so that of two processes one decides."""

    def __init__(self, store: SecretStore, ledger: Ledger, wrapper: Wrapper, *, keeps: bool, grace_s: float) -> None:
        self._store = store
        self._ledger = ledger
        self._wrapper = wrapper
        self._keeps = keeps
        self._grace_s = grace_s
        self._missing_since_ms: dict[SecretName, int] = {}

    async def tick(self, now_ms: int) -> dict[SecretName, Action]:
        """One look at every live secret at Unix millisecond `now_ms`; what was done.

        Raises psycopg.Error or a store error where an engine is away, MasterKeyError where a row does not open.
        """
        if deleted := await self._ledger.delete_expired(now_ms // 1000):
            _log.info("expired_rows_deleted", count=deleted)
        names = live(now_ms)
        in_redis = await self._store.read(names)
        rows = await self._ledger.rows(names)
        wanted = set(needed(now_ms))
        self._note_missing(names, in_redis, now_ms)
        done = {}
        for name in names:
            found = _Found(in_redis.get(name), rows.get(name))
            done[name] = decide(
                Seen(
                    in_redis=found.raw is not None,
                    row=self._state(name, found),
                    needed=name in wanted,
                    missing_s=(now_ms - self._missing_since_ms.get(name, now_ms)) / 1000,
                ),
                keeps_secrets=self._keeps,
                grace_s=self._grace_s,
            )
            await self._carry_out(done[name], name, found)
        return done

    def _state(self, name: SecretName, found: _Found) -> Row:
        """Open the row each time: a wrong master key is told while Redis still has what it cannot open."""
        if found.row is None:
            return Row.NONE
        if found.row.wrapped is None:
            return Row.BARE
        if self._keeps and found.raw not in (None, self._wrapper.unwrap(name, found.row.wrapped)):
            return Row.OTHER
        return Row.WRAPPED

    def _note_missing(self, names: list[SecretName], in_redis: dict[SecretName, bytes], now_ms: int) -> None:
        self._missing_since_ms = {
            name: self._missing_since_ms.get(name, now_ms) for name in names if name not in in_redis
        }

    async def _carry_out(self, action: Action, name: SecretName, found: _Found) -> None:
        if action is Action.NOTHING or action is Action.WAIT:
            return
        if action in (Action.MINT, Action.MINT_AGAIN):
            await self._mint(name, found.row)
        elif action is Action.RESTORE and found.row and found.row.wrapped:
            await self._store.put(name, self._wrapper.unwrap(name, found.row.wrapped))
        elif action is Action.RECORD and found.raw:
            await self._record(name, found.raw, found.row)
        elif action is Action.FORGET:
            await self._ledger.forget(name)
        metrics.ACTIONS.labels(action).inc()
        _log.info("secret_kept", secret=str(name), action=action)

    async def _mint(self, name: SecretName, row: LedgerRow | None) -> None:
        raw = mint(name)
        wrapped = self._wrapper.wrap(name, raw)
        won = await (self._ledger.win_again(name, row, wrapped) if row else self._ledger.win(name, wrapped))
        if won:
            await self._store.put(name, raw)

    async def _record(self, name: SecretName, raw: bytes, row: LedgerRow | None) -> None:
        wrapped = self._wrapper.wrap(name, raw)
        if row is None:
            await self._ledger.win(name, wrapped)
        else:
            await self._ledger.win_again(name, row, wrapped)
