"""Visitors and partitions: keyed, stable under one secret, unlinkable under another."""

from collections import Counter

from contract.identity import attempt_hash, attempt_partition, derived_id, partition_of, visitor_hash

MONDAY, TUESDAY = b"m" * 16, b"t" * 16


def test_the_same_person_is_the_same_visitor_under_one_salt_and_another_under_the_next():
    monday = visitor_hash(MONDAY, 1, "203.0.113.7", "Firefox")
    assert monday == visitor_hash(MONDAY, 1, "203.0.113.7", "Firefox")
    assert monday != visitor_hash(TUESDAY, 1, "203.0.113.7", "Firefox")


def test_two_sites_see_two_visitors_in_one_person():
    assert visitor_hash(MONDAY, 1, "203.0.113.7", "Firefox") != visitor_hash(MONDAY, 2, "203.0.113.7", "Firefox")


def test_a_user_id_stands_in_for_address_and_user_agent():
    assert visitor_hash(MONDAY, 1, "203.0.113.7", "Firefox", "u1") == visitor_hash(MONDAY, 1, "::1", "curl", "u1")


def test_no_user_agent_can_pose_as_a_user_id():
    assert visitor_hash(MONDAY, 1, "u", "u1") != visitor_hash(MONDAY, 1, "", "", "u1")


def test_a_visitor_fits_64_bits():
    assert 0 <= visitor_hash(MONDAY, 1, "::1", "ua") < 2**64


def test_partitions_are_filled_evenly_and_a_visitor_stays_in_his():
    found = Counter(partition_of(MONDAY, 1, f"10.0.{i // 256}.{i % 256}", "ua", "", 4) for i in range(4_000))
    assert set(found) == {0, 1, 2, 3}
    assert min(found.values()) > 800
    assert partition_of(MONDAY, 1, "10.0.0.1", "ua", "", 4) == partition_of(MONDAY, 1, "10.0.0.1", "ua", "", 4)


def test_derived_ids_depend_on_every_part_and_on_the_salt():
    ids = {derived_id(MONDAY, 1, 23), derived_id(MONDAY, 12, 3), derived_id(TUESDAY, 1, 23), derived_id(MONDAY, 123)}
    assert len(ids) == 4


def test_parts_of_a_derived_id_count_modulo_64_bits():
    assert derived_id(MONDAY, -1, 2**64 + 5) == derived_id(MONDAY, 2**64 - 1, 5)


def test_an_attempt_has_one_number_within_its_site_and_another_in_another():
    assert attempt_hash(1, "a-1") == attempt_hash(1, "a-1")
    assert len({attempt_hash(site, text) for site in (1, 11) for text in ("a-1", "1a-1", "ä")}) == 6
    assert 0 < attempt_hash(1, "a-1") < 2**64


def test_what_came_without_an_id_has_no_attempt():
    assert attempt_hash(1, "") == 0


def test_the_repeats_of_one_beacon_meet_in_a_partition_and_those_of_many_spread_evenly():
    assert attempt_partition(1, "a-1", 4) == attempt_partition(1, "a-1", 4)
    counts = Counter(attempt_partition(1, f"a-{number}", 4) for number in range(4_000))
    assert sorted(counts) == [0, 1, 2, 3]
    assert min(counts.values()) > 850
