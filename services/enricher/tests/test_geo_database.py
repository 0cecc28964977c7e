"""Places: both shapes of record, files of either family of addresses, and none at all."""

import pytest
from enricher.adapters.geo_database import GeoDatabaseError, open_places
from enricher.adapters.geo_shapes import place_of_record
from enricher.steps.place import NOWHERE, Place
from mmdb_writer import MMDBWriter
from netaddr import IPSet

MAXMIND = {
    "country": {"iso_code": "DE"},
    "subdivisions": [{"iso_code": "HE", "names": {"en": "Hesse"}}],
    "city": {"geoname_id": 2925533, "names": {"en": "Frankfurt am Main"}},
}
FLAT = {"country_code": "FR", "state1": "Île-de-France", "state2": "", "city": "Paris"}


def written(path, records, version: int):
    writer = MMDBWriter(version, "test", languages=["en"], description="test")
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return str(path)


@pytest.fixture
def maxmind(tmp_path):
    return written(tmp_path / "maxmind.mmdb", {"203.0.113.0/24": MAXMIND}, 4)


@pytest.fixture
def flat(tmp_path):
    return written(tmp_path / "flat.mmdb", {"2001:db8::/32": FLAT}, 6)


def test_maxminds_shape_gives_country_region_and_the_citys_id(maxmind):
    assert open_places(maxmind)("203.0.113.9") == Place("DE", "DE-HE", "", 2925533, "")


def test_the_flat_shape_gives_country_and_the_citys_name(flat):
    assert open_places(flat)("2001:db8::1") == Place("FR", "", "", 0, "Paris")


def test_several_files_answer_one_after_the_other(maxmind, flat):
    places = open_places(f"{maxmind}, {flat}")
    assert places("203.0.113.9").country == "DE"
    assert places("::ffff:203.0.113.9").country == "DE"
    assert places("2001:db8::1").country == "FR"


@pytest.mark.parametrize("address", ["198.51.100.1", "not an address", "", "fe80::1%eth0"])
def test_an_unknown_address_is_nowhere(maxmind, flat, address):
    assert open_places(f"{maxmind},{flat}")(address) == NOWHERE


def test_without_a_database_all_is_nowhere_and_one_warning_says_so(caplog, capsys):
    places = open_places("")
    assert {places("203.0.113.9"), places("::1")} == {NOWHERE}
    assert (capsys.readouterr().out + caplog.text).count("no_geo_database") == 1


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "broken.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GeoDatabaseError, match=r"broken\.mmdb"):
        open_places(str(path))


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (None, NOWHERE),
        ({}, NOWHERE),
        ({"country": None, "subdivisions": {}, "city": 3}, NOWHERE),
        ({"country": {"iso_code": "GB"}, "subdivisions": [{"iso_code": "ENG"}, {"iso_code": "LND"}]},
         Place("GB", "GB-ENG", "GB-LND")),
        ({"country": {"iso_code": "US"}, "city": {"names": {"en": "Nowhere"}}}, Place("US", city_name="Nowhere")),
        ({"country_code": "XK", "city": None}, Place("XK")),
    ],
)  # fmt: skip
def test_a_record_of_any_shape_has_an_answer(record, place):
    assert place_of_record(record) == place
