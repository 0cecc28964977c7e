"""Dead letters come back once each, however often re-driving is run, at once from two places, or killed midway."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import chain, repeat

import pytest
from contract.beacon import Beacon
from contract.dead_letter import DEAD_LETTER_VERSION, WHOLE_ENVELOPE, DeadLetter, encode_dead_letter
from contract.envelope import VERSION, BeaconEnvelopeHead, decode_beacons, encode_beacons, read_head
from contract.identity import attempt_partition
from contract.outcomes import DeadReason, Tally
from contract.redrive import Redrive, encode_redrive, key_of
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tideline.letters import redriving
from tideline.letters.judging import CARRIED, IN_DOUBT, NOT_STORED, SectionLines
from tideline.letters.letter_log import LetterLog
from tideline.letters.listing import Letters, letters_of
from tideline.letters.redriving import Redriving
from tideline.letters.section_lines import place_of
from tideline.letters.ways_back import Lane, epoch_in
from tideline.topic_reading import TopicRecord

LIFE, LATER_LIFE = b"l" * 16, b"m" * 16
KEY_ID = b"k" * 16
KEY = AESGCM(bytes(32))
MINUTE = 29_000_000
PARTITIONS = 3
HEAD = BeaconEnvelopeHead(VERSION, b"epoch--1", 0, 7, KEY_ID)


def beacon(number: int, attempt_id: str = "") -> Beacon:
    url = f"https://a.example/{number}"
    return Beacon(1, MINUTE * 60_000, "203.0.113.7", "Agent/1", "pageview", url, attempt_id=attempt_id)


def letter(
    number: int, partition: int = 0, place: int = 3, reason: str = "poison", beacons: list[Beacon] | None = None
) -> DeadLetter:
    value = encode_beacons(HEAD, beacons or [beacon(number)], KEY)
    return DeadLetter(DEAD_LETTER_VERSION, reason, "beacons", LIFE, partition, number, MINUTE * 60_000, value, place)


class KilledError(Exception):
    """The process is killed here."""


class MemoryLog:
    """Both topics in memory; a call may be the last of its process, done or not."""

    def __init__(self, letters: list[DeadLetter]) -> None:
        self.records = [TopicRecord(1, n, n, encode_dead_letter(each)) for n, each in enumerate(letters)]
        self.lanes: list[tuple[Lane, bytes]] = []
        self.life = LIFE

    @property
    def beacons(self) -> list[tuple[int, bytes]]:
        return [(partition, value) for (topic, partition), value in self.lanes if topic == "beacons"]

    @property
    def repeats(self) -> list[tuple[int, bytes]]:
        return [(partition, value) for (topic, partition), value in self.lanes if topic == "repeats"]


class MemoryProcess:
    """One process's hold of the log: `fates` says of each call whether it goes on, dies before, or dies after."""

    def __init__(self, log: MemoryLog, fates: Iterator[str]) -> None:
        self.log = log
        self._fates = fates

    async def letters(self) -> Letters:
        await asyncio.sleep(0)
        return letters_of(self.log.records)

    async def incarnation(self) -> bytes:
        return self.log.life

    async def tell(self, redrive: Redrive) -> None:
        await self._append(lambda: self.log.records.append(TopicRecord(0, 0, 0, encode_redrive(redrive))))

    async def repeats_partitions(self) -> int:
        return PARTITIONS

    async def send(self, lane: Lane, value: bytes) -> None:
        await self._append(lambda: self.log.lanes.append((lane, value)))

    async def arrived(self, epoch: bytes, _since_ms: int) -> dict[Lane, int]:
        await asyncio.sleep(0)
        found: dict[Lane, int] = {}
        for lane, value in self.log.lanes:
            head = read_head(value)
            if head.epoch == epoch_in(lane, epoch):
                found[lane] = max(found.get(lane, 0), head.sequence)
        return found

    async def _append(self, act) -> None:
        await asyncio.sleep(0)
        fate = next(self._fates)
        if fate == "dies before":
            raise KilledError
        act()
        await asyncio.sleep(0)
        if fate == "dies after":
            raise KilledError


def dead_as_told(letters):
    """A ledger in which every letter's section counts it dead."""
    counts = Counter((place_of(each), each.reason) for each in letters)
    return {
        place: SectionLines((Tally(1, MINUTE, reason, count),), is_stored=True)
        for (place, reason), count in counts.items()
    }


async def redrive(log: MemoryLog, fates: Iterator[str] | None = None, look_up=dead_as_told, keys=None):
    process: LetterLog = MemoryProcess(log, fates or repeat("goes on"))
    return await Redriving(process, {KEY_ID: KEY} if keys is None else keys, look_up).run(lambda *_: True)


def counted(log: MemoryLog, stored: Collection[str] = ()) -> Counter[str]:
    """URL, or how it was dropped or taken back, to how often the enricher would count it.

    A sequence at or below its epoch's last is passed over. What lies in `repeats` is judged first: it goes on, or is
    `repeated`, under the number that it has.
    """
    marks: dict[tuple[int, bytes], int] = {}
    found: Counter[str] = Counter()
    gone_on = set(stored)
    for topic, (partition, value) in [
        *(("repeats", each) for each in log.repeats),
        *(("", each) for each in log.beacons),
    ]:
        head, beacons = read_head(value), decode_beacons(value, KEY)
        ends = [each.attempt_id in gone_on for each in beacons] if topic else [False] * len(beacons)
        gone_on |= {each.attempt_id for each in beacons}
        if head.sequence > marks.get((partition, head.epoch), 0):
            marks[partition, head.epoch] = head.sequence
            found.update("repeated" if over else each.url for each, over in zip(beacons, ends, strict=True))
            found.update({tally.reason: tally.count for tally in head.dropped})
    return found


LETTERS = [letter(n, partition=n % 2) for n in range(5)]
ONCE = Counter({beacon(n).url: 1 for n in range(5)} | {"poison": -5})
BY_ATTEMPT = [letter(n, partition=n % 2, beacons=[beacon(n, f"a-{n}")]) for n in range(5, 9)]
MIXED = letter(9, place=WHOLE_ENVELOPE, reason="unknown_version", beacons=[beacon(9), beacon(10, "a-10"), beacon(11)])
FATES = st.lists(st.sampled_from(["goes on", "goes on", "dies before", "dies after"]), max_size=12)


@settings(max_examples=100, deadline=None)
@given(st.lists(FATES, min_size=1, max_size=4), st.sets(st.sampled_from(["a-5", "a-6", "a-7", "a-8", "a-10"])))
def test_each_beacon_comes_once_from_processes_that_run_at_once_and_die_anywhere(lives, sent_again):
    """Whether its client sent it again or not; and each is taken back, and told as a repeat, just once."""
    log = MemoryLog([*LETTERS, *BY_ATTEMPT, MIXED])

    async def at_once() -> None:
        await asyncio.gather(
            *(redrive(log, chain(fates, repeat("goes on"))) for fates in lives), return_exceptions=True
        )

    asyncio.run(at_once())
    asyncio.run(redrive(log))
    urls = {beacon(n).url for n in range(12)} - {beacon(int(attempt.removeprefix("a-"))).url for attempt in sent_again}
    told = {"repeated": len(sent_again), "poison": -9, "unknown_version": -1}
    assert {what: count for what, count in counted(log, sent_again).items() if count} == {
        what: count for what, count in (dict.fromkeys(urls, 1) | told).items() if count
    }
    assert not letters_of(log.records).open()


def test_what_carries_the_id_of_an_attempt_comes_back_where_it_is_looked_up_and_the_rest_goes_straight_on():
    log = MemoryLog([MIXED])
    asyncio.run(redrive(log))
    ((partition, judged),) = log.repeats
    assert partition == attempt_partition(1, "a-10", PARTITIONS)
    assert decode_beacons(judged, KEY) == [beacon(10, "a-10")]
    assert (read_head(judged).redriven, read_head(judged).dropped) == (True, ())
    ((partition, straight),) = log.beacons
    assert (partition, decode_beacons(straight, KEY)) == (0, [beacon(9), beacon(11)])
    assert (read_head(straight).redriven, read_head(straight).dropped) == (
        False,
        (Tally(1, MINUTE, "unknown_version", -1),),
    )


def test_a_letter_of_nothing_but_attempts_still_takes_back_what_it_was_counted_as():
    log = MemoryLog(BY_ATTEMPT[:1])
    asyncio.run(redrive(log))
    ((_, value),) = log.beacons
    assert (decode_beacons(value, KEY), read_head(value).dropped) == ([], (Tally(1, MINUTE, "poison", -1),))


def test_a_run_that_was_killed_between_the_two_ways_of_a_letter_goes_on_with_the_other():
    log = MemoryLog([MIXED])
    with pytest.raises(KilledError):
        asyncio.run(redrive(log, chain(["goes on", "dies after"], repeat("goes on"))))
    assert (len(log.repeats), len(log.beacons)) == (1, 0)
    asyncio.run(redrive(log))
    assert (len(log.repeats), len(log.beacons)) == (1, 1)


def test_each_partition_of_repeats_has_an_epoch_of_its_own_within_a_run():
    log = MemoryLog(BY_ATTEMPT)
    asyncio.run(redrive(log))
    epochs = {(partition, read_head(value).epoch) for partition, value in log.repeats}
    assert len({epoch for _, epoch in epochs}) == len({partition for partition, _ in epochs}) > 1


def test_run_again_it_finds_nothing_to_do():
    log = MemoryLog(LETTERS)
    assert len(asyncio.run(redrive(log)).sent) == 5
    assert asyncio.run(redrive(log)).sent == ()
    assert len(log.beacons) == 5


def test_what_a_killed_run_began_is_gone_on_with_under_the_same_numbers():
    log = MemoryLog(LETTERS)
    with pytest.raises(KilledError):
        asyncio.run(redrive(log, chain(["goes on", "goes on", "dies after"], repeat("goes on"))))
    assert len(log.beacons) == 2
    asyncio.run(redrive(log))
    assert counted(log) == ONCE
    assert len({read_head(value).epoch for _, value in log.beacons}) == 1


def test_without_the_claim_two_at_once_would_count_twice(monkeypatch):
    """The model notices: a run that takes a fresh epoch for each letter doubles them."""
    monkeypatch.setattr(Letters, "owned", lambda self, _: dict.fromkeys(self.letters, 1))
    log = MemoryLog(LETTERS[::2])

    async def at_once() -> None:
        await asyncio.gather(redrive(log), redrive(log))

    asyncio.run(at_once())
    assert counted(log)[beacon(0).url] != 1


def test_two_letters_of_one_beacon_are_one():
    log = MemoryLog([LETTERS[0], LETTERS[0]])
    assert len(asyncio.run(redrive(log)).sent) == 1


def test_a_letter_that_comes_back_is_dead_no_more_in_the_ledger():
    log = MemoryLog(LETTERS[:1])
    asyncio.run(redrive(log))
    ((partition, value),) = log.beacons
    assert partition == 0
    assert read_head(value).dropped == (Tally(1, MINUTE, "poison", -1),)
    assert read_head(value).key_id == KEY_ID


def test_an_envelope_of_a_version_that_is_known_by_now_brings_the_collectors_own_drops_along():
    own = Tally(0, MINUTE, "unknown_site", 3)
    head = BeaconEnvelopeHead(VERSION, b"epoch--1", 0, 7, KEY_ID, (own,))
    whole = DeadLetter(
        DEAD_LETTER_VERSION, DeadReason.UNKNOWN_VERSION, "beacons", LIFE, 0, 9, MINUTE * 60_000,
        encode_beacons(head, [beacon(1), beacon(2)], KEY), WHOLE_ENVELOPE,
    )  # fmt: skip
    log = MemoryLog([whole])
    asyncio.run(redrive(log))
    assert read_head(log.beacons[0][1]).dropped == (own, Tally(1, MINUTE, "unknown_version", -1))
    assert counted(log) == {beacon(1).url: 1, beacon(2).url: 1, "unknown_site": 3, "unknown_version": -1}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (SectionLines((Tally(1, MINUTE, "", 4),), is_stored=True), CARRIED),
        (SectionLines((), is_stored=True), CARRIED),
        (SectionLines((), is_stored=False), NOT_STORED),
    ],
)
def test_what_its_section_does_not_count_as_dead_does_not_come_again(lines, why):
    log = MemoryLog(LETTERS[:1])
    outcome = asyncio.run(redrive(log, look_up=lambda letters: {place_of(each): lines for each in letters}))
    assert (outcome.sent, list(outcome.refused.values())) == ((), [why])
    assert log.beacons == []
    assert letters_of(log.records).open()


def test_more_letters_than_dead_in_a_section_are_left_to_people():
    log = MemoryLog([letter(1, place=0), letter(1, place=1)])
    one_dead = SectionLines((Tally(1, MINUTE, "poison", 1),), is_stored=True)
    outcome = asyncio.run(redrive(log, look_up=lambda letters: {place_of(each): one_dead for each in letters}))
    assert set(outcome.refused.values()) == {IN_DOUBT}


def test_a_letter_whose_key_is_gone_is_refused_and_stays_listed():
    log = MemoryLog(LETTERS[:1])
    outcome = asyncio.run(redrive(log, keys={}))
    assert list(outcome.refused.values()) == [redriving.KEY_GONE]
    assert key_of(LETTERS[0]) in letters_of(log.records).open()


def test_a_letter_of_another_topic_is_for_the_record_only():
    log = MemoryLog([replace(LETTERS[0], topic="repeats")])
    outcome = asyncio.run(redrive(log))
    assert (outcome.sent, list(outcome.refused.values())) == ((), [redriving.OTHER_TOPIC])


def test_what_was_begun_before_beacons_was_made_anew_is_left_to_people():
    log = MemoryLog(LETTERS[:1])
    with suppress(KilledError):
        asyncio.run(redrive(log, chain(["goes on", "dies after"], repeat("goes on"))))
    log.life = LATER_LIFE
    outcome = asyncio.run(redrive(log))
    assert list(outcome.refused.values()) == [redriving.OTHER_LIFE]
    assert len(log.beacons) == 1
