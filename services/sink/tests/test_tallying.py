"""Sections to lines of the loss ledger."""

from contract.envelope import Section
from contract.ledger import LEDGER_COLUMNS
from contract.outcomes import Tally
from hypothesis import given, settings
from hypothesis import strategies as st
from sink.events_to_block import Place
from sink.steps.tallying import LEDGER_SCHEMA

from services.sink.tests.made import INCARNATION, NOON_MS, block_of, event, record, section

MINUTE = NOON_MS // 60_000
NOON_S = MINUTE * 60


def lines_of(*sections: Section, partition: int = 3) -> dict[tuple[int, int, str, int], int]:
    """Site, minute in seconds, reason and source offset to beacons; whatever else a line says is checked."""
    ledger = block_of([record(0, sections)], partition=partition).ledger.to_pylist()
    assert all((line["incarnation"], line["source_partition"]) == (INCARNATION.hex(), partition) for line in ledger)
    return {
        (line["site_id"], line["minute"], line["reason"], line["source_offset"]): line["beacons"] for line in ledger
    }


def tallied(source_offset: int, *dropped: Tally, dead: tuple[Tally, ...] = ()) -> Section:
    return Section(source_offset, [], list(dropped), list(dead), NOON_MS)


def test_the_columns_are_those_of_the_contract():
    assert list(LEDGER_COLUMNS) == LEDGER_SCHEMA.names


def test_events_are_counted_by_site_and_minute_of_receipt_not_of_happening():
    seconds = [NOON_S, NOON_S + 59, NOON_S + 60]
    made = [event(n, received=second, timestamp=0, site_id=1 + n % 2) for n, second in enumerate(seconds)]
    assert lines_of(Section(7, made)) == {
        (1, NOON_S, "", 7): 1,
        (2, NOON_S, "", 7): 1,
        (1, NOON_S + 60, "", 7): 1,
    }


def test_drops_and_deaths_stand_beside_the_events_by_reason():
    found = lines_of(
        section(7, 2),
        tallied(8, Tally(1, MINUTE, "bot", 3), dead=(Tally(0, MINUTE, "unreadable", 1),)),
    )
    assert found == {
        (1, NOON_S, "", 7): 2,
        (1, NOON_S, "bot", 8): 3,
        (0, NOON_S, "unreadable", 8): 1,
    }


def test_counts_of_one_section_that_say_the_same_are_one_line():
    again = Tally(1, MINUTE, "opted_out", 2)
    assert lines_of(tallied(8, again, again)) == {(1, NOON_S, "opted_out", 8): 4}


def test_what_was_dead_and_is_put_back_counts_below_zero():
    assert lines_of(tallied(8, Tally(1, MINUTE, "poison", -1))) == {(1, NOON_S, "poison", 8): -1}


def test_a_section_that_comes_twice_makes_its_lines_once():
    assert lines_of(section(7, 2), section(7, 2)) == lines_of(section(7, 2))


def test_a_block_in_which_nothing_happened_has_no_lines():
    assert lines_of(section(7, 0), section(8, 0)) == {}


def test_a_tally_that_cannot_be_is_put_where_its_section_is_and_stops_nothing():
    found = lines_of(tallied(8, Tally(-4, -9, "bot", 1), Tally(2**40, 2**50, "bot", 1)))
    assert found == {(0, NOON_S, "bot", 8): 2}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=12), st.data())
def test_the_lines_are_the_same_however_sections_are_cut_into_blocks(sizes, data):
    sections = [
        Section(
            offset,
            section(offset, events).events,
            [Tally(1, MINUTE, "bot", dropped)] if dropped else [],
            received_ms=NOON_MS,
        )
        for offset, (events, dropped) in enumerate(sizes)
    ]
    cut = data.draw(st.integers(0, len(sections)))
    place, found = Place(0), []
    for offset, part in enumerate(part for part in (sections[:cut], sections[cut:]) if part):
        block = block_of([record(offset, part)], place)
        place, found = block.after, [*found, *block.ledger.to_pylist()]
    whole = block_of([record(0, sections)], Place(0)).ledger.to_pylist()
    key = str
    assert sorted(found, key=key) == sorted(whole, key=key)
