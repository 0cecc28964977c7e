"""Counts what the collector itself drops until an envelope takes the counts along: by site, minute and reason."""

from collections import Counter
from collections.abc import Iterable

from contract.outcomes import MINUTE_MS, DropReason, Tally

from collector import metrics


class Tallies:
    """Best effort: what is counted and not yet taken is lost with the process."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, int, str]] = Counter()

    def note(self, site_id: int, received_ms: int, reason: DropReason) -> None:
        """Count one dropped beacon."""
        self._counts[site_id, received_ms // MINUTE_MS, reason.value] += 1
        metrics.DROPPED.labels(reason.value).inc()

    def take(self) -> tuple[Tally, ...]:
        """All counts so far; they are now the caller's to carry."""
        taken = tuple(Tally(*key, count) for key, count in self._counts.items())
        self._counts.clear()
        return taken

    def give_back(self, tallies: Iterable[Tally]) -> None:
        """Counts that could not be carried."""
        for tally in tallies:
            self._counts[tally.site_id, tally.minute, tally.reason] += tally.count

    def __len__(self) -> int:
        return len(self._counts)
