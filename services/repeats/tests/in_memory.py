"""Everything outside, in memory: for tests of the judgement alone."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from contract.dead_letter import DeadLetter
from contract.envelope import decode_beacons, read_head
from contract.identity import attempt_hash
from contract.progress import StoredMark
from contract.tide import Tide, day_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from repeats.ports import AwayError, Envelope

from services.repeats.tests.conftest import KEY, NOW_MS, TIDE

FAR_AHEAD_MS = NOW_MS + 10**12


class Outside:
    """`Destination`, `Progress`, `Collectors`, `Attempts` and `Secrets` in one: what is appended is stored at once."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.letters: list[DeadLetter] = []
        self.attempts: set[int] = set()
        self.oldest: int | None = FAR_AHEAD_MS
        self.life = "aa"
        self.ends = {0: (0, 5), 1: (0, 0)}
        self.told = {0: StoredMark(4, "aa")}
        self.away = 0
        self.keys = {TIDE.key_id: KEY}
        self.salts = {TIDE.day: TIDE.salt}
        self.asked: list[str] = []

    def _answer(self, what: str) -> None:
        self.asked.append(what)
        if self.away:
            self.away -= 1
            raise AwayError(what)

    async def partitions(self) -> int:
        return 4

    async def append(self, envelope: Envelope) -> None:
        self.envelopes.append(envelope)

    async def bury(self, letter: DeadLetter) -> None:
        self.letters.append(letter)

    async def bounds(self) -> Mapping[int, tuple[int, int]]:
        self._answer("bounds")
        return dict(self.ends)

    async def incarnation(self) -> str:
        self._answer("incarnation")
        return self.life

    async def marks(self) -> Mapping[int, StoredMark]:
        self._answer("marks")
        return dict(self.told)

    def oldest_ms(self) -> int | None:
        self.asked.append("collectors")
        return self.oldest

    async def stored(self, attempts: Collection[int], _since_ms: int) -> set[int]:
        self._answer("table")
        return self.attempts & set(attempts)

    def current(self, now_ms: int) -> Tide | None:
        return TIDE if day_of(now_ms) == TIDE.day else None

    def salt_of(self, day: str) -> bytes | None:
        return self.salts.get(day)

    def key_of(self, key_id: bytes) -> AESGCM | None:
        return self.keys.get(key_id)

    def routing_secret(self, _now_ms: int) -> bytes | None:
        return b"s" * 16

    def passed_on(self) -> list[str]:
        """Attempt ids of what was appended, in order."""
        return [beacon.attempt_id for one in self.envelopes for beacon in decode_beacons(one.value, KEY)]

    def dropped(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in self.envelopes:
            for tally in read_head(one.value).dropped:
                found[tally.reason] += tally.count
        return found

    def store(self, attempt_ids: Sequence[str]) -> None:
        self.attempts |= {attempt_hash(1, attempt_id) for attempt_id in attempt_ids}
