"""SQL statements: the name of a file beside this one in, its bytes out."""

from importlib import resources


def statement(name: str) -> bytes:
    """The bytes of `sql/<name>.sql`, which is part of the code and takes its values bound."""
    return resources.files("salt_cron.adapters").joinpath("sql", f"{name}.sql").read_bytes()
