"""Statements by name, from the `.sql` files beside this module."""

from functools import cache
from importlib.resources import files
from typing import LiteralString


@cache
def sql(name: str) -> LiteralString:
    """The text of `sql/<name>.sql`. It is part of the program, hence literal."""
    text: LiteralString = files("tideline").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return text
