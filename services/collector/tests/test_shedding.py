"""Token buckets: what one sender may send, and what remembering all of them costs."""

import pytest
from collector.shedding import Buckets, Rate, Shedding, ShedError, network_of
from hypothesis import given
from hypothesis import strategies as st


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def taken(buckets: Buckets, sender: object, tries: int) -> int:
    return sum(buckets.wait_s(sender) == 0 for _ in range(tries))


def test_a_burst_is_taken_at_once_and_the_rate_for_long():
    clock = Clock()
    buckets = Buckets(Rate(10, 30), steady_s=clock)
    assert taken(buckets, "a", 100) == 30
    total = 0
    for _ in range(100):
        clock.now_s += 0.1
        total += taken(buckets, "a", 5)
    assert total == 100


def test_a_sender_is_told_when_there_is_a_token_again():
    clock = Clock()
    buckets = Buckets(Rate(0.5, 1), steady_s=clock)
    assert buckets.wait_s("a") == 0
    wait_s = buckets.wait_s("a")
    assert wait_s == pytest.approx(2)
    clock.now_s += wait_s
    assert buckets.wait_s("a") == 0


def test_what_was_refused_costs_no_token():
    clock = Clock()
    buckets = Buckets(Rate(1, 1), steady_s=clock)
    assert taken(buckets, "a", 1_000) == 1
    clock.now_s += 1
    assert taken(buckets, "a", 1_000) == 1


def test_no_sender_pays_for_another():
    buckets = Buckets(Rate(1, 2), steady_s=Clock())
    assert [taken(buckets, sender, 5) for sender in "abc"] == [2, 2, 2]


def test_a_rate_of_0_sets_no_bound_and_remembers_nobody():
    buckets = Buckets(Rate(0, 0), steady_s=Clock())
    assert taken(buckets, "a", 1_000) == 1_000
    assert len(buckets) == 0


def test_no_more_than_so_many_are_remembered_and_one_who_goes_on_asking_is_not_forgotten():
    buckets = Buckets(Rate(0.001, 3), most=100, steady_s=Clock())
    assert taken(buckets, "busy", 3) == 3
    for stranger in range(1_000):
        assert buckets.wait_s(stranger) == 0
        assert len(buckets) <= 100
        if stranger % 40 == 0:
            assert taken(buckets, "busy", 1) == 0
    assert taken(buckets, 0, 5) == 3


@given(st.lists(st.floats(0, 3), max_size=60), st.floats(0.1, 100), st.integers(1, 20))
def test_in_no_stretch_of_time_is_more_taken_than_burst_and_rate_allow(pauses: list[float], rate: float, burst: int):
    clock, times = Clock(), []
    buckets = Buckets(Rate(rate, burst), steady_s=clock)
    for pause_s in pauses:
        clock.now_s += pause_s
        if buckets.wait_s("a") == 0:
            times.append(clock.now_s)
    for place, begin_s in enumerate(times):
        for count, end_s in enumerate(times[place:], 1):
            assert count <= burst + rate * (end_s - begin_s) + 0.6


def test_addresses_share_a_bucket_by_ipv4_address_and_ipv6_network():
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:0:1::1")
    shedding = Shedding(Rate(1, 1), Rate(0, 0))
    for stranger in ("198.51.100.7", "198.51.100.8", "2001:db8::1", "2001:db8:0:1::1", ""):
        shedding.admit_address(stranger)


def test_both_bounds_name_themselves():
    shedding = Shedding(Rate(1, 1), Rate(1, 1))
    shedding.admit_address("::1")
    shedding.admit_site(1)
    with pytest.raises(ShedError, match="address"):
        shedding.admit_address("::2")
    with pytest.raises(ShedError, match="site"):
        shedding.admit_site(1)
    shedding.admit_site(2)
