"""What a process holds, and how it lets go."""

import pytest
from tides.almanac import DAY_MS, SecretName
from tides.held import HeldSecrets, MalformedSecretError, read_tide, tide_bytes
from tides.mint import mint

DAY = SecretName("tide", "2026-11-23")
MONTH = SecretName("routing", "2026-11")
NOON_MS = DAY.days.start * DAY_MS + DAY_MS // 2


def test_a_tide_is_found_by_its_day_by_a_time_in_it_and_its_key_by_its_id():
    held = HeldSecrets()
    tide = read_tide(DAY, mint(DAY))
    assert held.adopt(DAY, tide_bytes(tide))
    assert held.tide_of("2026-11-23") == tide
    assert held.tide_at(NOON_MS) == tide
    assert held.key_of(tide.key_id) is not None
    assert held.key_of(b"another") is None


def test_the_same_bytes_are_adopted_once():
    held = HeldSecrets()
    raw = mint(MONTH)
    assert held.adopt(MONTH, raw)
    assert not held.adopt(MONTH, raw)
    assert held.routing_at(NOON_MS) == raw


def test_a_replaced_tide_leaves_its_key_behind():
    held = HeldSecrets()
    first, second = mint(DAY), mint(DAY)
    held.adopt(DAY, first)
    held.adopt(DAY, second)
    assert held.tide_of(DAY.period) == read_tide(DAY, second)
    assert held.key_of(read_tide(DAY, first).key_id) is not None


def test_nothing_is_left_of_an_expired_secret():
    held = HeldSecrets()
    raw = mint(DAY)
    held.adopt(DAY, raw)
    held.adopt(MONTH, mint(MONTH))
    assert held.drop_expired(DAY.expires_at_s - 1) == []
    assert held.drop_expired(DAY.expires_at_s) == [DAY]
    assert held.tide_of(DAY.period) is None
    assert held.tide_at(NOON_MS) is None
    assert held.key_of(read_tide(DAY, raw).key_id) is None
    assert list(held.raw()) == [MONTH]
    held.drop_expired(MONTH.expires_at_s)
    assert held.routing_at(NOON_MS) is None


@pytest.mark.parametrize(
    ("name", "raw"),
    [(DAY, b"no tide"), (DAY, mint(SecretName("tide", "2026-11-24"))), (MONTH, b"short"), (DAY, b"\xff" * 90)],
)
def test_bytes_that_are_no_secret_of_that_name_are_refused_unshown(name: SecretName, raw: bytes):
    with pytest.raises(MalformedSecretError) as caught:
        HeldSecrets().adopt(name, raw)
    assert raw.hex() not in str(caught.value)
    assert repr(raw) not in str(caught.value)


def test_no_two_mints_are_alike():
    assert mint(DAY) != mint(DAY)
    assert mint(MONTH) != mint(MONTH)
