"""How many dead letters a minute are a bad beacon here and there, and from where on they are a bad release."""

from collections import deque


class HeldError(Exception):
    """The limit was passed; says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "more dead letters in a minute than DEAD_LETTERS_A_MINUTE: nothing more is taken, nothing is lost; "
            "see `tideline dead-letters list`, then restart with a release that can read them or a higher limit"
        )


class DeadLetterLimit:
    """Counts over the last minute; times are seconds of any steady clock."""

    def __init__(self, most_a_minute: int) -> None:
        self._most = most_a_minute
        self._times: deque[float] = deque()

    def count(self, letters: int, now_s: float) -> bool:
        """Count so many; False where the minute now holds more than the limit."""
        self._times.extend([now_s] * letters)
        while self._times and self._times[0] <= now_s - 60.0:
            self._times.popleft()
        return len(self._times) <= self._most
