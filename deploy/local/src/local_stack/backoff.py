"""How long to wait before a program is started again: not at all the first time, then longer each time."""

from dataclasses import dataclass


@dataclass
class Backoff:
    """The pauses of one program; a life that was long enough starts the count anew."""

    first_s: float = 1.0
    most_s: float = 30.0
    forgiven_after_s: float = 60.0
    _deaths: int = 0

    def pause_s(self, lived_s: float) -> float:
        """Seconds to wait after a death, given how long that life was."""
        if lived_s >= self.forgiven_after_s:
            self._deaths = 0
        self._deaths += 1
        return 0.0 if self._deaths == 1 else min(self.first_s * 2.0 ** (self._deaths - 2), self.most_s)
