"""Every case of the decision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from salt_cron.day_to_tide import Action, Row, Seen, decide

SEEN = st.builds(
    Seen,
    in_redis=st.booleans(),
    row=st.sampled_from(Row),
    needed=st.booleans(),
    missing_s=st.floats(min_value=0, max_value=600),
)


def decided(*, keeps: bool, in_redis: bool, row: Row, needed: bool = True, missing_s: float = 0.0) -> Action:
    return decide(Seen(in_redis, row, needed, missing_s), keeps_secrets=keeps, grace_s=60.0)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_first_start_mints_at_once(keeps: bool):
    assert decided(keeps=keeps, in_redis=False, row=Row.NONE) is Action.MINT


@pytest.mark.parametrize(("keeps", "row"), [(True, Row.WRAPPED), (False, Row.BARE)])
def test_what_both_have_is_left_alone(keeps: bool, row: Row):
    assert decided(keeps=keeps, in_redis=True, row=row) is Action.NOTHING


def test_what_redis_lost_comes_back_from_postgres_at_once_even_when_its_day_is_over():
    assert decided(keeps=True, in_redis=False, row=Row.WRAPPED, needed=False) is Action.RESTORE


def test_in_memory_mode_holders_get_a_minute_before_a_new_secret_is_made():
    assert decided(keeps=False, in_redis=False, row=Row.BARE, missing_s=59.9) is Action.WAIT
    assert decided(keeps=False, in_redis=False, row=Row.BARE, missing_s=60.0) is Action.MINT_AGAIN


def test_no_secret_is_made_for_a_day_that_is_over():
    assert decided(keeps=True, in_redis=False, row=Row.NONE, needed=False) is Action.NOTHING
    assert decided(keeps=False, in_redis=False, row=Row.BARE, needed=False, missing_s=99) is Action.NOTHING


def test_a_postgres_that_was_emptied_learns_what_is_in_use():
    assert decided(keeps=True, in_redis=True, row=Row.NONE) is Action.RECORD
    assert decided(keeps=False, in_redis=True, row=Row.NONE) is Action.RECORD


def test_a_change_of_mode_fills_or_forgets_the_row():
    assert decided(keeps=True, in_redis=True, row=Row.BARE) is Action.RECORD
    assert decided(keeps=False, in_redis=True, row=Row.WRAPPED) is Action.FORGET


@given(SEEN, st.booleans())
def test_nothing_is_ever_minted_while_redis_has_one(seen: Seen, keeps: bool):
    action = decide(seen, keeps_secrets=keeps, grace_s=60.0)
    if seen.in_redis:
        assert action not in (Action.MINT, Action.MINT_AGAIN, Action.RESTORE)


@given(SEEN)
def test_mode_memory_never_restores_from_postgres(seen: Seen):
    assert decide(seen, keeps_secrets=False, grace_s=60.0) is not Action.RESTORE
