"""Records in any order in, the same records in order out, in bounded memory: sorted runs on disk, merged."""

from collections.abc import Callable, Iterator
from heapq import merge
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

R = TypeVar("R", bound=msgspec.Struct)

_RUN_RECORDS = 100_000
_FRAME_BYTES = 4
_READ_AHEAD_BYTES = 256 * 1024


class Spool(Generic[R]):
    """Holds at most 100,000 records in memory, the rest in files of its folder, which it makes."""

    def __init__(self, folder: Path, shape: type[R], key: Callable[[R], Any], run_records: int = _RUN_RECORDS) -> None:
        self._folder = folder
        self._decode = msgspec.msgpack.Decoder(shape).decode
        self._encode = msgspec.msgpack.Encoder().encode
        self._key = key
        self._run_records = run_records
        self._held: list[R] = []
        self._runs: list[Path] = []
        folder.mkdir()

    def add(self, record: R) -> None:
        """Take a record."""
        self._held.append(record)
        if len(self._held) >= self._run_records:
            self._write_run()

    def in_order(self) -> Iterator[R]:
        """All records by the key; can be asked again."""
        self._write_run()
        return merge(*(self._read_run(run) for run in self._runs), key=self._key)

    def drop(self) -> None:
        """Delete the files; the spool is of no use any more."""
        for run in self._runs:
            run.unlink()
        self._runs.clear()

    def _write_run(self) -> None:
        if not self._held:
            return
        self._held.sort(key=self._key)
        run = self._folder / f"{len(self._runs)}"
        with run.open("wb") as out:
            for record in self._held:
                frame = self._encode(record)
                out.write(len(frame).to_bytes(_FRAME_BYTES, "big") + frame)
        self._runs.append(run)
        self._held = []

    def _read_run(self, run: Path) -> Iterator[R]:
        with run.open("rb", buffering=_READ_AHEAD_BYTES) as file:
            while header := file.read(_FRAME_BYTES):
                yield self._decode(file.read(int.from_bytes(header, "big")))
