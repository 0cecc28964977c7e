"""The sink's protocol as a state machine: the real loop and the real delivery in a world that may do anything to them.

Owners crash, freeze and wake; calls are refused, acted upon and not answered, half done; blocks leave a ghost; inserts
land after their sender's end; marks are lost; both topics are made anew. Each event is a row once, or it stops loudly.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace
from sink.delivery import Delivery
from sink.events_to_block import Block, Place

from services.sink.tests.model import WINDOW, Call, Owner, World, blocked, ended

FATES = {
    "insert": ["ok", "ok", "refused", "lost", "half", "ghost"],
    "account": ["ok", "refused", "lost"],
    "held": ["ok", "refused"],
    "has_rows": ["ok", "refused"],
}
"""By kind of call; all others are answered, or their owner crashes."""

numbers = count()
MOST_STEPS_TO_THE_END = 2_000


class Machine(RuleBasedStateMachine):
    """One partition, its owners, and whatever befalls them."""

    make = Delivery

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World()
        self.owners: list[Owner] = []
        self.sent: list[Call] = []
        """Inserts whose sender is gone."""

    @initialize(sizes=st.lists(st.integers(0, 3), min_size=1, max_size=4), max_rows=st.integers(1, 8))
    def begin(self, sizes: list[int], max_rows: int) -> None:
        for size in sizes:
            self.world.enrich([size])
        self._assign(max_rows)

    @rule(sizes=st.lists(st.integers(0, 3), min_size=1, max_size=3), again=st.integers(0, 3))
    def enrich(self, sizes: list[int], again: int) -> None:
        self.world.enrich(sizes, again=again)

    @rule(steps=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 5)), min_size=1, max_size=12))
    def tell(self, steps: list[tuple[int, int]]) -> None:
        """Some of the waiting calls get their answers, in any order."""
        for which, fate in steps:
            waiting = [call for call in self.world.calls if not call.owner.frozen]
            if waiting:
                call = waiting[which % len(waiting)]
                fates = FATES.get(call.kind, ["ok"])
                self._answer(call, fates[fate % len(fates)])

    @rule(steps=st.integers(5, 60))
    def run_well(self, steps: int) -> None:
        """Everybody who is not frozen gets on for a while."""
        for _ in range(steps):
            waiting = [call for call in self.world.calls if not call.owner.frozen]
            if waiting:
                self._answer(waiting[0], "ok")

    @rule(max_rows=st.integers(1, 8))
    def assign(self, max_rows: int) -> None:
        """The partition gets another owner; one that is frozen does not hear of it."""
        for owner in [each for each in self.owners if not each.frozen]:
            self._end(owner)
        self._assign(max_rows)

    @rule(after=st.booleans())
    def crash(self, after: bool) -> None:
        """All that are not frozen die, each call of theirs done or not."""
        for owner in [each for each in self.owners if not each.frozen]:
            for call in [each for each in self.world.calls if after and each.owner is owner and each.kind == "commit"]:
                self._answer(call, "ok")
            self._end(owner)

    @precondition(lambda self: self.owners)
    @rule()
    def freeze(self) -> None:
        self.owners[-1].frozen = True

    @precondition(lambda self: any(owner.frozen for owner in self.owners))
    @rule(which=st.integers(0, 3))
    def thaw(self, which: int) -> None:
        frozen = [owner for owner in self.owners if owner.frozen]
        frozen[which % len(frozen)].frozen = False

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 3))
    def land(self, which: int) -> None:
        """An insert whose sender is gone is carried out, unless that is longer ago than a server works on one."""
        call = self.sent.pop(which % len(self.sent))
        if self.world.table.parts - call.sent_at < WINDOW // 2:
            call.act("ok")

    @rule()
    def forget_marks(self) -> None:
        self._end_all()
        self.world.kept = None

    @rule()
    def beacons_anew(self) -> None:
        self.world.beacons_anew()

    @rule(carried=st.integers(0, 3))
    def events_anew(self, carried: int) -> None:
        """The next owner finds what the enricher has carried again by then; the rest comes later."""
        self._end_all()
        self.world.events_anew()
        self._assign(3)
        self.world.carry(carried)
        self.run_well(5)

    @rule(count=st.integers(1, 3))
    def carry(self, count: int) -> None:
        self.world.carry(count)

    @invariant()
    def no_event_is_there_twice(self) -> None:
        assert not {key: copies for key, copies in self.world.table.rows.items() if copies > 1}

    def teardown(self) -> None:
        """Once nothing goes wrong any more, everything is there, once, and the ledger says so."""
        try:
            self._end_all()
            self.world.carry(len(self.world.to_carry))
            self._assign(5)
            for _ in range(MOST_STEPS_TO_THE_END):
                if not self.world.calls or self._is_done():
                    break
                self._answer(self.world.calls[0], "ok")
            assert self._is_done()
            assert set(self.world.table.rows) >= self.world.events_expected()
            self.no_event_is_there_twice()
            assert self.world.beacons_told() >= len(self.world.events_expected())
        finally:
            self._end_all()
            self.loop.run_until_complete(blocked())
            self.loop.close()

    def _is_done(self) -> bool:
        kept, ends = self.world.kept, len(self.world.log)
        return not ends or (kept is not None and kept[0] == ends and "pending" not in kept[1])

    def _assign(self, max_rows: int) -> None:
        async def made() -> Owner:
            return Owner(self.world, max_rows, self.make)

        self.owners.append(self.loop.run_until_complete(made()))
        self._settle()

    def _answer(self, call: Call, fate: str) -> None:
        self.world.calls.remove(call)
        if not call.answer.done():
            call.answer.set_result(fate)
        self._settle()

    def _end(self, owner: Owner) -> None:
        self.sent += ended(owner)
        self.owners.remove(owner)
        self._settle()

    def _end_all(self) -> None:
        for owner in list(self.owners):
            self._end(owner)

    def _settle(self) -> None:
        """Let all go on to their next call; raise what ended one, but for being fenced or cancelled."""
        self.loop.run_until_complete(blocked())
        self.world.calls = [call for call in self.world.calls if not call.answer.cancelled()]
        for owner in [each for each in self.owners if each.task.done()]:
            self.owners.remove(owner)
            owner.task.result()


class NeverVerifies(Delivery):
    """Believes ClickHouse, and the token."""

    async def _make_whole(self, whole: Block) -> None:
        """Nothing is read back."""


class TokenOfItsOwn(Delivery):
    """Inserts each time under another token."""

    async def _insert(self, block: Block) -> bool:
        return await super()._insert(replace(block, token=f"{block.token}:{next(numbers)}"))


class InsertsUnintended(Delivery):
    """Tells nobody beforehand what it is about to insert, and so is not fenced."""

    async def _commit(self, after: Place, intending_next: Block | None) -> None:
        if intending_next is None:
            await super()._commit(after, intending_next=None)


class TrustsLostMarks(Delivery):
    """Does not ask what the ledger knows."""

    def _may_be_there(self, _: Block) -> bool:
        return False


EXAMPLES = settings(max_examples=100, stateful_step_count=30, deadline=None, print_blob=False)
QUICK_TO_FALL = settings(
    EXAMPLES, max_examples=2_000, phases=[Phase.generate], report_multiple_bugs=False, derandomize=True, database=None
)


def test_each_event_becomes_one_row_whatever_befalls_the_owners():
    run_state_machine_as_test(Machine, settings=EXAMPLES)


@pytest.mark.parametrize("broken", [NeverVerifies, TokenOfItsOwn])
def test_a_delivery_that_leaves_a_safeguard_out_is_found_out(broken: type[Delivery]):
    class Broken(Machine):
        make = broken

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Broken, settings=QUICK_TO_FALL)


def wakes_after_its_successor(machine: Machine) -> None:
    """An owner freezes before it inserts; the next one forms another block; the first wakes and goes on."""
    while all(call.kind != "account" for call in machine.world.calls):
        machine.run_well(1)
    machine.freeze()
    machine.world.enrich([2])
    machine.assign(8)
    machine.run_well(60)
    machine.thaw(0)
    machine.run_well(60)


def finds_events_made_anew(machine: Machine) -> None:
    """All is stored; `events` and the marks are gone; the enricher carries everything once more."""
    machine.run_well(60)
    machine.events_anew(0)
    machine.run_well(20)
    machine.carry(3)
    machine.run_well(60)


@pytest.mark.parametrize(
    ("story", "broken"), [(wakes_after_its_successor, InsertsUnintended), (finds_events_made_anew, TrustsLostMarks)]
)
def test_what_chance_seldom_hits_is_told_as_a_story(story: Callable[[Machine], None], broken: type[Delivery]):
    for make, is_right in ((Delivery, True), (broken, False)):
        machine = Machine()
        machine.make = make  # type: ignore[misc]
        machine.begin([3, 2, 2], 2)
        story(machine)
        copies = set(machine.world.table.rows.values())
        machine.world.table.rows = Counter(dict.fromkeys(machine.world.table.rows, 1))
        machine.teardown()
        assert (copies == {1}) is is_right
