"""Names of countries and regions in English, by their ISO 3166 codes. Source: the Unicode CLDR.

Countries come by way of `babel`, regions from `data/region_names.tsv`, since babel leaves them out.
"""

from importlib.resources import files

from babel import Locale

_CODE_CHARS = 2


def place_names() -> dict[str, dict[str, str]]:
    """For `country_name` and `region_name`: code to name. A code without a name stands for itself."""
    territories = Locale("en").territories
    countries = {code: name for code, name in territories.items() if len(code) == _CODE_CHARS and code.isalpha()}
    return {"country_name": countries, "region_name": _regions()}


def _regions() -> dict[str, str]:
    lines = files("query_api").joinpath("data", "region_names.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if not line.startswith("#"))
