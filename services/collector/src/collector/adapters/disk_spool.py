"""A bounded spool in a folder: envelopes in, files of checksummed records out, made durable many at a time.

Everything that waits while one write becomes durable shares the next. A file goes once all of it was forgotten; where
reading began is written down nowhere, since an envelope that is replayed twice keeps its number.
"""

import asyncio
import errno
import fcntl
import os
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from runtime import log
from runtime.background import Background

from collector import metrics
from collector.adapters.spool_file import SpoolFile, spool_files
from collector.beacon_to_envelope import Envelope, LaneName
from collector.envelope_log import NotAppendedError
from collector.spool_index import SpoolIndex
from collector.spool_record import TornError, encode_spooled

_FILE_BYTES = 16 * 1024 * 1024
_MOST_AT_ONCE = 500
_PAUSE_S = 1.0
T = TypeVar("T")
_log = log.get(__name__)


class SpoolInUseError(Exception):
    """Another process has this spool."""


class Trouble(NamedTuple):
    """Why the disk refused, and until when (the loop's clock) it is not asked again."""

    reason: str
    until_s: float = 0.0


class _Waiting(NamedTuple):
    envelope: Envelope
    record: bytes
    durable: "asyncio.Future[None]"


class DiskSpool:
    """A component and a `Spool`; one process at a time may use a folder."""

    def __init__(self, folder: Path, most_bytes: int, file_bytes: int = _FILE_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._file_bytes = file_bytes
        self._files: dict[int, SpoolFile] = {}
        self._open: SpoolFile | None = None
        self._is_writing = False
        self._last_number = 0
        self._index = SpoolIndex()
        self._waiting: list[_Waiting] = []
        self._wanted = asyncio.Event()
        # a thread each, so that a file has one reader, and reading waits for no disk that is writing
        self._writer, self._reader = ThreadPoolExecutor(1, "spool-write"), ThreadPoolExecutor(1, "spool-read")
        self._lock: int | None = None
        self._committing = Background(self._commit_on)
        self._trouble = Trouble("")
        self._is_full = False

    async def start(self) -> None:
        """Take the folder and read what lies in it. Raises SpoolInUseError, or OSError where it cannot be had."""
        self._lock = _locked(self._folder)
        await self._on_reader(self._read_back)
        metrics.SPOOL_BYTES.set_function(lambda: self.size_bytes)
        metrics.SPOOL_ENVELOPES.set_function(lambda: len(self._index))
        if len(self._index):
            _log.info("spool_found", envelopes=len(self._index), bytes=self.size_bytes)
        self._committing.start()

    async def stop(self) -> None:
        """Let go of the folder; what lies in it stays."""
        await self._committing.stop()
        _fail(self._waiting, "the process stops")
        await asyncio.to_thread(self._writer.shutdown)
        await asyncio.to_thread(self._reader.shutdown)
        for file in self._files.values():
            file.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def failed(self) -> None:
        """Raise what ended the writing, if something did."""
        await self._committing.failed()

    def __len__(self) -> int:
        return len(self._index)

    @property
    def size_bytes(self) -> int:
        """What the files hold."""
        return sum(file.size_bytes for file in self._files.values())

    @property
    def trouble(self) -> str:
        """Why nothing was taken when it was last asked to; empty where it was."""
        return self._trouble.reason or ("full" if self._is_full else "")

    def lanes(self) -> Collection[LaneName]:
        """Lanes that hold something."""
        return self._index.lanes()

    def oldest_ms(self) -> int | None:
        """Receive time of the oldest beacon in it, Unix milliseconds; None where it is empty."""
        return self._index.oldest_ms()

    async def append(self, envelope: Envelope) -> None:
        """Return once the envelope is on disk. Raises NotAppendedError where the spool is full or cannot write."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._trouble.until_s:
            raise NotAppendedError(f"the spool cannot write: {self._trouble.reason}")
        record = encode_spooled(envelope)
        waiting_bytes = sum(len(line.record) for line in self._waiting)
        self._is_full = self.size_bytes + waiting_bytes + len(record) > self._most_bytes
        if self._is_full:
            raise NotAppendedError("the spool is full")
        line = _Waiting(envelope, record, loop.create_future())
        self._waiting.append(line)
        self._wanted.set()
        await line.durable

    async def first(self, lane: LaneName, most_bytes: int) -> list[Envelope]:
        """The first envelopes of a lane, at least one, of so many bytes at most. Raises OSError."""
        while places := self._index.first(lane, _MOST_AT_ONCE):
            if found := await self._on_reader(self._read, places, most_bytes):
                return found
            metrics.SPOOL_DAMAGED.inc()
            _log.error("spooled_envelope_damaged", lane=lane.partition, topic=lane.topic)
            await self.drop_first(lane, 1)
        return []

    async def drop_first(self, lane: LaneName, count: int) -> None:
        """Forget so many of a lane's first envelopes: they are in the log."""
        for number in self._index.drop_first(lane, count):
            if self._index.holds_of(number):
                continue
            if self._open is None or self._open.number != number:
                await self._on_reader(self._files.pop(number).remove)
            elif not self._is_writing:
                await self._on_reader(self._close_open().remove)

    def _on_reader(self, call: Callable[..., T], *values: object) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._reader, call, *values)

    def _read(self, places: list[tuple[int, int]], most_bytes: int) -> list[Envelope]:
        """The envelopes at these places, up to the first that is damaged, and up to so many bytes."""
        found: list[Envelope] = []
        for number, place in places:
            try:
                envelope, size_bytes = self._files[number].read(place)
            except TornError:
                break
            most_bytes -= size_bytes
            if found and most_bytes < 0:
                break
            found.append(envelope)
        return found

    def _read_back(self) -> None:
        for file in spool_files(self._folder):
            self._last_number = file.number
            for place, envelope in file.scan():
                self._index.add(envelope.lane, file.number, place, envelope.received_ms)
            if self._index.holds_of(file.number):
                self._files[file.number] = file
            else:
                file.remove()

    async def _commit_on(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            lines, self._waiting = self._waiting, []
            file = self._file_for_writing()
            self._is_writing = True
            try:
                places = await loop.run_in_executor(self._writer, file.append, [line.record for line in lines])
            except OSError as error:
                await self._give_up(lines, error)
            except asyncio.CancelledError:
                _fail(lines, "the process stops")
                raise
            else:
                self._note(file, lines, places)
            finally:
                self._is_writing = False

    def _note(self, file: SpoolFile, lines: list[_Waiting], places: list[int]) -> None:
        self._trouble = _told(self._trouble, Trouble(""))
        metrics.SPOOLED.inc(len(lines))
        for line, place in zip(lines, places, strict=True):
            self._index.add(line.envelope.lane, file.number, place, line.envelope.received_ms)
            if not line.durable.done():
                line.durable.set_result(None)

    async def _give_up(self, lines: list[_Waiting], error: OSError) -> None:
        """Answer so, write nothing more to this file, and nothing at all for a moment."""
        reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
        pause_s = asyncio.get_running_loop().time() + _PAUSE_S
        self._trouble = _told(self._trouble, Trouble(reason, pause_s))
        _fail(lines, f"the spool cannot write: {reason}")
        file = self._close_open()
        if self._index.holds_of(file.number):
            self._files[file.number] = file
        else:
            await self._on_reader(file.remove)

    def _file_for_writing(self) -> SpoolFile:
        if self._open is None or self._open.size_bytes >= self._file_bytes:
            self._last_number += 1
            self._open = SpoolFile(self._folder, self._last_number)
            self._files[self._open.number] = self._open
        return self._open

    def _close_open(self) -> SpoolFile:
        assert self._open is not None  # noqa: S101
        file, self._open = self._open, None
        return self._files.pop(file.number)


def _told(before: Trouble, now: Trouble) -> Trouble:
    """Log the first of many failures alike, and the end of them."""
    if before.reason != now.reason:
        _log.warning("spool_in_trouble" if now.reason else "spool_recovered", reason=now.reason)
    return now


def _fail(lines: list[_Waiting], reason: str) -> None:
    for line in lines:
        if not line.durable.done():
            line.durable.set_exception(NotAppendedError(reason))


def _locked(folder: Path) -> int:
    """The descriptor that holds the folder's lock. Raises SpoolInUseError."""
    folder.mkdir(parents=True, exist_ok=True)
    # for reading only: a disk that has become read-only must not keep what lies on it from being replayed
    descriptor = os.open(folder / "lock", os.O_RDONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SpoolInUseError(f"another process uses the spool in {folder}; give each a STATE_DIR of its own") from None
    return descriptor
