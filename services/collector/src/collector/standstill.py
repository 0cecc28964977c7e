"""Notices that this process stood still: frozen, its machine paused, or kept from running for long.

What then lies in its sockets may be from clients that gave up long ago and sent it again elsewhere, and nobody held the
judging of those repeats back: what a collector tells of itself lapses within `PENDING_TTL_S`.
"""

from collections.abc import Callable

from contract.pending import PENDING_TTL_S

MOST_STILL_MS = PENDING_TTL_S * 1_000 // 2
"""Below what the word in Redis and the judge's grace bridge."""
WARY_MS = 5_000
"""So long after it, for what had queued up meanwhile to be over."""


class Standstill:
    """To be noted at least once a second; `clock_ms` is Unix milliseconds, which go on while a process does not."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self._seen_ms = clock_ms()
        self._wary_until_ms = 0

    async def note(self) -> None:
        """The process runs."""
        self.is_over()

    def is_over(self) -> bool:
        """Whether it ran all the time of late: False just after a standstill, also where nobody noted it yet."""
        now_ms = self._clock_ms()
        if now_ms - self._seen_ms > MOST_STILL_MS:
            self._wary_until_ms = now_ms + WARY_MS
        self._seen_ms = now_ms
        # a clock that is put back does not make it wary for as long
        return not 0 < self._wary_until_ms - now_ms <= WARY_MS
