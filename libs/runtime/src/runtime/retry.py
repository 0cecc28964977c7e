"""Retry with exponential backoff and jitter, written once."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_delay,
    stop_never,
    wait_exponential_jitter,
)

from runtime import log

T = TypeVar("T")
_log = log.get(__name__)


async def retrying(
    call: Callable[[], Awaitable[T]],
    *,
    on: tuple[type[BaseException], ...],
    what: str,
    first_s: float = 0.1,
    most_s: float = 5.0,
    give_up_after_s: float | None = None,
) -> T:
    """The call's result, however many tries it takes; its last error once `give_up_after_s` has passed."""

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        _log.warning("retrying", what=what, attempt=state.attempt_number, error=type(error).__name__)

    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(on),
        wait=wait_exponential_jitter(multiplier=first_s, max=most_s, jitter=first_s),
        stop=stop_never if give_up_after_s is None else stop_after_delay(give_up_after_s),
        before_sleep=tell,
        reraise=True,
    ):
        with attempt:
            return await call()
    raise AssertionError("unreachable: the loop returns or raises")
