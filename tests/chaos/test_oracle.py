"""The judge itself is tried: it must see each kind of wrong, and nothing where all is right."""

import pytest

from tests.chaos.load import ACCEPTED, ELSEWHERE, NO_ANSWER, Ledger, Sent, address_of
from tests.chaos.oracle import Row, judge

ONCE = [Row(0, 70, 700), Row(1, 70, 700), Row(2, 80, 800)]


def ledger(*statuses: int) -> Ledger:
    """Beacons with these answers: the first two are of one visitor, each later one of another."""
    return Ledger([Sent(max(0, place - 1), 0.0, status) for place, status in enumerate(statuses)])


ALL_TAKEN = ledger(ACCEPTED, ACCEPTED, ACCEPTED)


def test_every_beacon_once_and_every_visitor_in_one_session_is_right():
    assert judge(ALL_TAKEN, ONCE).right


def test_a_beacon_that_was_answered_202_and_is_not_stored_is_lost():
    assert judge(ALL_TAKEN, ONCE[:2]).lost == {2}


@pytest.mark.parametrize("status", [NO_ANSWER, 503, 429])
def test_a_beacon_that_was_not_answered_202_may_be_stored_or_not_but_never_twice(status: int):
    sent = ledger(ACCEPTED, ACCEPTED, status)
    assert judge(sent, ONCE).right
    assert judge(sent, ONCE[:2]).right
    assert judge(sent, [*ONCE, ONCE[2]]).doubled == {2}


def test_a_beacon_that_is_stored_twice_is_doubled():
    assert judge(ALL_TAKEN, [*ONCE, ONCE[0]]).doubled == {0}


def test_a_beacon_that_nobody_sent_is_invented():
    assert judge(ALL_TAKEN, [*ONCE, Row(3, 90, 900)]).invented == {3}


@pytest.mark.parametrize("second", [Row(1, 71, 700), Row(1, 70, 701)], ids=["two sessions", "two hashes"])
def test_a_visitor_who_is_two_was_split(second: Row):
    assert judge(ALL_TAKEN, [ONCE[0], second, ONCE[2]]).split == {0}


def test_a_session_of_two_visitors_was_merged():
    assert judge(ALL_TAKEN, [*ONCE[:2], Row(2, 70, 700)]).merged == {70}


def test_visitors_have_addresses_of_their_own():
    assert len({address_of(number) for number in range(60_000)}) == 60_000


def test_a_beacon_that_was_sent_again_counts_once_and_tells_nothing_of_sessions():
    sent = ledger(ACCEPTED, ACCEPTED, ACCEPTED)
    sent.sent[1].again = True
    assert judge(sent, [ONCE[0], Row(1, 99, 990), ONCE[2]]).right
    assert judge(sent, [ONCE[0], Row(1, 99, 990), ONCE[1], ONCE[2]]).doubled == {1}
    assert sent.at_once(before_s=1) == {0, 2}


def test_who_sends_again_from_elsewhere_has_another_address():
    assert address_of(7) != address_of(7 + ELSEWHERE)
