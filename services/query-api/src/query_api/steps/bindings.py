"""The values of a statement: put in by Python, taken out by the engine as `{name:Type}`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

Value = int | str | list[str] | list[int]


class Bindings:
    """Collects values and gives the placeholder of each; `place_names` are bound only where they are used."""

    def __init__(self, fixed: Mapping[str, Value], place_names: Mapping[str, Mapping[str, str]]) -> None:
        self._values: dict[str, Value] = dict(fixed)
        self._place_names = place_names

    def text(self, value: str) -> str:
        """The placeholder of a text."""
        return self._placeholder(value, "String")

    def instant(self, value: datetime) -> str:
        """The placeholder of an instant, UTC, to the second."""
        return self._placeholder(f"{value:%Y-%m-%d %H:%M:%S}.000", "DateTime64(3, 'UTC')")

    def texts(self, values: Sequence[str]) -> str:
        """The placeholder of a list of texts."""
        return self._placeholder(list(values), "Array(String)")

    def use_names(self, kind: str) -> None:
        """Bind codes and names of countries or regions, where `kind` is a fragment that needs them."""
        names = self._place_names.get(kind)
        if names is not None:
            what = kind.removesuffix("_name")
            self._values[f"{what}_codes"] = list(names)
            self._values[f"{what}_names"] = list(names.values())

    def used_in(self, statement: str) -> dict[str, Value]:
        """The values that a statement has placeholders of."""
        return {name: value for name, value in self._values.items() if f"{{{name}:" in statement}

    def _placeholder(self, value: Value, kind: str) -> str:
        name = f"p{len(self._values)}"
        self._values[name] = value
        return f"{{{name}:{kind}}}"
