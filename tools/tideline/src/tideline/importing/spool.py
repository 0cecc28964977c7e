"""Records in any order in, the same records in order out, in bounded memory: sorted runs on disk, merged."""

from collections.abc import Callable, Iterator
from heapq import merge
from typing import Any, Generic, TypeVar

import msgspec

from tideline.importing.framed_file import FramedFile

R = TypeVar("R", bound=msgspec.Struct)

_RUN_RECORDS = 100_000


class Spool(Generic[R]):
    """Holds one run of records in memory, the others in temporary files, all of them open."""

    def __init__(self, shape: type[R], key: Callable[[R], Any], run_records: int = _RUN_RECORDS) -> None:
        self._decode = msgspec.msgpack.Decoder(shape).decode
        self._encode = msgspec.msgpack.Encoder().encode
        self._key = key
        self._run_records = run_records
        self._held: list[R] = []
        self._runs: list[FramedFile] = []

    def add(self, record: R) -> None:
        """Take a record."""
        self._held.append(record)
        if len(self._held) >= self._run_records:
            self._write_run()

    def in_order(self) -> Iterator[R]:
        """All records by the key; can be asked again once this has been read to its end."""
        self._write_run()
        return merge(*(map(self._decode, run) for run in self._runs), key=self._key)

    def close(self) -> None:
        """Give memory and disk back."""
        self._held = []
        for run in self._runs:
            run.close()
        self._runs = []

    def _write_run(self) -> None:
        if self._held:
            self._held.sort(key=self._key)
            run = FramedFile()
            run.extend(map(self._encode, self._held))
            self._runs.append(run)
            self._held = []
