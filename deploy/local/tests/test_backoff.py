"""Pauses between restarts."""

from local_stack.backoff import Backoff


def test_the_first_restart_comes_at_once_and_later_ones_wait_twice_as_long_each_time() -> None:
    backoff = Backoff()
    assert [backoff.pause_s(0.1) for _ in range(5)] == [0.0, 1.0, 2.0, 4.0, 8.0]


def test_the_pause_has_a_ceiling() -> None:
    backoff = Backoff()
    assert max(backoff.pause_s(0.1) for _ in range(20)) == 30.0


def test_a_long_life_is_forgiven_its_end() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.pause_s(0.1)
    assert backoff.pause_s(61.0) == 0.0
