"""Make `data/region_names.tsv` anew: `python -m query_api.region_names FOLDER`.

In: the folder of the unpacked npm package `cldr-subdivisions-full` (Unicode CLDR, licence Unicode-3.0). Out: a line a
region, its ISO 3166-2 code and its English name.
"""

import sys
from pathlib import Path

import msgspec

_COUNTRY_CHARS = 2
_NOTE = (
    "# English names of regions by ISO 3166-2 code. Source: Unicode CLDR {version} (licence Unicode-3.0), by way of\n"
    "# the npm package cldr-subdivisions-full. Made by `python -m query_api.region_names`; do not edit.\n"
)


def region_lines(package: Path) -> str:
    """The file's text. Raises KeyError, OSError or msgspec.DecodeError where the folder is not of CLDR's shape."""
    version = msgspec.json.decode((package / "package.json").read_bytes())["cldrVersion"]
    english = msgspec.json.decode((package / "subdivisions" / "en" / "en.json").read_bytes())["subdivisions"]
    names: dict[str, str] = english["localeDisplayNames"]["subdivisions"]
    # CLDR tells regions of one name apart by a small digit at the end
    lines = [f"{_iso(code)}\t{name.rstrip('¹²³⁴⁵')}\n" for code, name in sorted(names.items())]
    return _NOTE.format(version=version) + "".join(lines)


def _iso(code: str) -> str:
    return f"{code[:_COUNTRY_CHARS]}-{code[_COUNTRY_CHARS:]}".upper()


if __name__ == "__main__":
    found = region_lines(Path(sys.argv[1]))
    (Path(__file__).parent / "data" / "region_names.tsv").write_text(found, encoding="utf-8")
