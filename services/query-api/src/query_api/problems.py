"""What is wrong with a question, said with a JSON pointer to the place, and all of it at once."""

import json

_SHOWN_CHARS = 60


class InvalidQuestionError(Exception):
    """The question cannot be asked; the text has a line for each thing that is wrong."""


class Complaints:
    """Gathers what is wrong while a question is read."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, pointer: str, text: str) -> None:
        """Note that the value at `pointer` (as `#/metrics/0`) is wrong, and why."""
        self._lines.append(f"{pointer}: {text}")

    def settle(self) -> None:
        """Raise InvalidQuestionError where anything was noted."""
        if self._lines:
            raise InvalidQuestionError("\n".join(self._lines))


def invalid(pointer: str, text: str) -> InvalidQuestionError:
    """The error for one thing that is wrong."""
    return InvalidQuestionError(f"{pointer}: {text}")


def shown(value: object) -> str:
    """What somebody sent, as an error message repeats it: short, quoted, and on one line."""
    text = str(value)
    return json.dumps(text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…", ensure_ascii=False)


class UnavailableError(Exception):
    """A store that the answer needs does not answer just now; the text may be shown."""


class BadPatternError(InvalidQuestionError):
    """The engine refuses one of the statement's regular expressions."""

    def __init__(self) -> None:
        super().__init__("#/filters: Not a regular expression (of RE2)")
