"""The command that makes the list of regions."""

import msgspec
import pytest
from query_api.adapters.place_names import place_names
from query_api.region_names import region_lines


def test_regions_come_out_by_their_iso_code(tmp_path):
    (tmp_path / "subdivisions" / "en").mkdir(parents=True)
    (tmp_path / "package.json").write_text('{"cldrVersion": "48"}')
    shape = {"subdivisions": {"localeDisplayNames": {"subdivisions": {"usca": "California", "dehe": "Hesse"}}}}
    (tmp_path / "subdivisions" / "en" / "en.json").write_bytes(msgspec.json.encode(shape))
    note, *lines = region_lines(tmp_path).split("\n", 2)
    assert "CLDR 48" in note
    assert lines[1] == "DE-HE\tHesse\nUS-CA\tCalifornia\n"


def test_another_folder_is_refused(tmp_path):
    with pytest.raises(OSError, match="package"):
        region_lines(tmp_path)


def test_every_place_has_a_code_and_a_name():
    for kind, chars in (("country_name", 2), ("region_name", 4)):
        names = place_names()[kind]
        assert len(names) > 200
        assert all(len(code) >= chars and code == code.upper() and name for code, name in names.items())
