"""How far storage is told to have come: never further than it is."""

from collections.abc import Mapping

import pytest
from sink.reach import Ends, ReachTeller, is_reached
from sink.steps.marks import Mark

LIFE, LATER_LIFE = "aa" * 16, "bb" * 16


class Source:
    """A topic that ends where it is told to."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.offsets = {0: 0, 1: 0}

    async def ends(self, partitions: list[int]) -> Ends:
        self.now_ms += 1
        return Ends(self.now_ms, LIFE, {p: self.offsets[p] for p in partitions}, len(self.offsets))


class Table:
    """Remembers what it was told last."""

    def __init__(self) -> None:
        self.reached: dict[int, int] = {}

    async def reach(self, reached_ms: Mapping[int, int], partitions: int) -> None:
        assert partitions == 2
        self.reached |= reached_ms


class Rig:
    """A teller between them, and the marks it looks at."""

    def __init__(self) -> None:
        self.source, self.table = Source(), Table()
        self.marks: dict[int, Mark] = {0: Mark(), 1: Mark()}
        self.teller = ReachTeller(self.source, self.table, lambda: self.marks)

    async def after_a_look(self) -> dict[int, int]:
        await self.teller.tell()
        return self.table.reached


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_an_empty_topic_is_stored_as_of_the_look(rig: Rig):
    assert await rig.after_a_look() == {0: 1, 1: 1}
    assert await rig.after_a_look() == {0: 2, 1: 2}


async def test_a_partition_is_told_once_its_mark_has_come_to_the_end_as_it_was(rig: Rig):
    rig.source.offsets[0] = 10
    assert await rig.after_a_look() == {1: 1}
    rig.source.offsets[0] = 99
    rig.marks[0] = Mark(9, LIFE)
    assert (await rig.after_a_look())[0] == 1
    assert (await rig.after_a_look())[0] == 1


async def test_a_partition_that_was_lost_is_told_no_more(rig: Rig):
    rig.source.offsets[0] = 10
    await rig.after_a_look()
    del rig.marks[0]
    assert 0 not in await rig.after_a_look()
    rig.marks[0] = Mark(9, LIFE)
    later = await rig.after_a_look()
    assert later[0] == rig.source.now_ms


@pytest.mark.parametrize(
    ("mark", "end", "told"),
    [
        (Mark(9, LIFE), 10, True),
        (Mark(8, LIFE), 10, False),
        (Mark(99, LATER_LIFE), 10, False),
        (Mark(), 10, False),
        (Mark(), 0, True),
        (Mark(99, LATER_LIFE), 0, True),
    ],
)
def test_only_a_mark_of_the_same_life_at_or_past_the_last_record_reaches_it(mark: Mark, end: int, told: bool):
    assert is_reached(Ends(1, LIFE, {0: end}, 1), 0, mark) is told
