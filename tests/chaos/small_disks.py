"""Disks of their own for Kafka, ClickHouse and the collectors' spool, small enough to be filled. Wants root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PLACES = {
    "kafka": ("engines/kafka",),
    "clickhouse": ("engines/clickhouse",),
    "the collectors": ("collector", "collector-far"),
}
"""Whose disk it is, to its folders in the state folder."""
CLICKHOUSE_STOPS_AT_BYTES = 128 * 2**20
LEFT_BYTES = {"clickhouse": CLICKHOUSE_STOPS_AT_BYTES // 2}
"""ClickHouse is told to begin nothing with less than that, and must be able to end what it began (docs/adr/0006)."""
SIZE_MIB = 512
_FILLER = "filler"


def may_mount() -> bool:
    """True where this process may mount a disk."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0


@contextmanager
def small_disks(state: Path) -> Iterator[None]:
    """A disk in memory under each of the places, mounted while this lasts."""
    with ExitStack() as mounted:
        for folders in PLACES.values():
            for folder in folders:
                mounted.enter_context(_disk(state / folder))
        yield


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full(state: Path, place: str) -> Iterator[None]:
    """That disk has no room left while this lasts."""
    fillers = [state / folder / _FILLER for folder in PLACES[place]]
    try:
        for filler in fillers:
            fill(filler, LEFT_BYTES.get(place, 0))
        yield
    finally:
        for filler in fillers:
            filler.unlink(missing_ok=True)


def fill(filler: Path, leave_bytes: int) -> None:
    """Give the file whatever its disk has left, but for so much."""
    with filler.open("wb") as file:
        while (left := _left_bytes(filler.parent) - leave_bytes) > 0:
            with suppress(OSError):  # others take of it as well
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, left)


def _left_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
