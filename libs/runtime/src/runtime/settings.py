"""Settings: environment variables in, one frozen struct out, read once at start."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


class SettingsError(Exception):
    """A variable is missing or of the wrong form; the message names it."""


def load(shape: type[S], environ: Mapping[str, str]) -> S:
    """Read `shape`'s fields from variables of the same name in capitals. Raises SettingsError."""
    found = {
        field.name: environ[field.name.upper()]
        for field in msgspec.structs.fields(shape)
        if environ.get(field.name.upper(), "") != ""
    }
    try:
        return msgspec.convert(found, shape, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_named(str(error), shape)) from error


def _named(message: str, shape: type[msgspec.Struct]) -> str:
    for field in msgspec.structs.fields(shape):
        message = message.replace(f"`$.{field.name}`", field.name.upper()).replace(
            f"`{field.name}`", field.name.upper()
        )
    return message
