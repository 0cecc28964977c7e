"""HTTP's content codings, both ways, block by block: lz4, zstd, gzip, deflate and identity."""

import zlib
from collections.abc import Callable
from typing import Protocol

import lz4.frame
import zstandard

from local_stack.clickhouse_front.failures import CANNOT_DECOMPRESS, UNKNOWN_COMPRESSION, EngineError

_ANY_WRAPPER = 47
_GZIP_WRAPPER = 31
_FAST = 1


class _FrameDecoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class Decoder:
    """Coded bytes in, plain bytes out. Clients write a frame a block, so that one body is many frames."""

    def __init__(self, coding: str) -> None:
        if coding not in _DECODERS:
            raise EngineError(f"Unknown content coding {coding!r}", UNKNOWN_COMPRESSION)
        self._new = _DECODERS[coding]
        self._frame = self._new() if self._new else None
        self._fresh = True

    def feed(self, data: bytes) -> bytes:
        """The plain bytes that `data` completes. Raises EngineError where it is broken."""
        if self._new is None:
            return data
        plain = bytearray()
        while data:
            if self._frame is None or self._frame.eof:
                self._frame = self._new()
            try:
                plain += self._frame.decompress(data)
            except (RuntimeError, zlib.error, zstandard.ZstdError) as error:
                raise EngineError(f"Cannot decompress the body: {error}", CANNOT_DECOMPRESS) from error
            self._fresh = False
            data = self._frame.unused_data or b"" if self._frame.eof else b""
        return bytes(plain)

    def finish(self) -> None:
        """Raise EngineError where the last frame is cut off."""
        if self._frame is not None and not self._fresh and not self._frame.eof:
            raise EngineError("The body ends within a compressed frame", CANNOT_DECOMPRESS)


class Encoder:
    """Plain blocks in, coded bytes out; `flush` ends the body."""

    def __init__(self, coding: str) -> None:
        self._begun = False
        self._coding = coding
        self._begin, self._compress, self._flush = _ENCODERS[coding]()

    def feed(self, data: bytes) -> bytes:
        """The coded bytes of a block, possibly none yet."""
        start = b"" if self._begun else self._begin()
        self._begun = True
        return start + self._compress(data)

    def flush(self) -> bytes:
        """What ends the body; an empty body stays empty."""
        return self._flush() if self._begun else b""


_Coder = tuple[Callable[[], bytes], Callable[[bytes], bytes], Callable[[], bytes]]


def _lz4() -> _Coder:
    coder = lz4.frame.LZ4FrameCompressor()
    return coder.begin, coder.compress, coder.flush


def _zstd() -> _Coder:
    coder = zstandard.ZstdCompressor(level=_FAST).compressobj()
    return bytes, coder.compress, coder.flush


def _zlib(wrapper: int) -> _Coder:
    coder = zlib.compressobj(_FAST, wbits=wrapper)
    return bytes, coder.compress, coder.flush


_DECODERS: dict[str, Callable[[], _FrameDecoder] | None] = {
    "": None,
    "identity": None,
    "lz4": lz4.frame.LZ4FrameDecompressor,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    "gzip": lambda: zlib.decompressobj(_ANY_WRAPPER),
    "deflate": lambda: zlib.decompressobj(_ANY_WRAPPER),
}

_ENCODERS: dict[str, Callable[[], _Coder]] = {
    "lz4": _lz4,
    "zstd": _zstd,
    "gzip": lambda: _zlib(_GZIP_WRAPPER),
    "deflate": lambda: _zlib(zlib.MAX_WBITS),
    "": lambda: (bytes, bytes, bytes),
}


def choose(accepted: str) -> str:
    """The coding for an answer, from an Accept-Encoding header; empty for none."""
    named = {part.split(";")[0].strip() for part in accepted.split(",")}
    return next((coding for coding in ("lz4", "zstd", "gzip", "deflate") if coding in named), "")
