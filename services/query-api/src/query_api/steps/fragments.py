"""The SQL of this service: `.sql` files in, named fragments out. A fragment's `$names` take other fragments only."""

import re
from functools import cache
from importlib.resources import files
from string import Template

_HEADING = re.compile(r"^-- name: (\S+)\n", re.MULTILINE)
_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)


@cache
def _load() -> dict[str, Template]:
    found: dict[str, Template] = {}
    for file in sorted(files("query_api").joinpath("sql").iterdir(), key=lambda entry: entry.name):
        _, *parts = _HEADING.split(file.read_text())
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            if name in found:
                raise ValueError(f"two fragments are named {name}")
            found[name] = Template(_COMMENT.sub("", body).strip())
    return found


def sql(name: str, /, **parts: str) -> str:
    """The fragment of that name with its `$names` filled in. Raises KeyError where one is unknown or missing.

    Never give it a value that came from outside: values are bound by the engine, as `{name:Type}`.
    """
    return _load()[name].substitute(parts)
