"""A TCP port in front of another one that can be slow, silent, shut, or break off in the middle of an answer."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

CHUNK_BYTES = 65_536
LOOPBACK = "127.0.0.1"
Route = tuple[str, int, int]
"""The address and port that a proxy listens on, and the port of loopback that it passes to."""
_RESET = b"\x01\x00\x00\x00\x00\x00\x00\x00"
"""SO_LINGER on, for no seconds: closing sends RST."""


class Weather:
    """What a proxy does to the bytes that pass just now; all threads may set it."""

    def __init__(self) -> None:
        self.delay_s = 0.0
        """Added to each chunk, either way."""
        self.silent = False
        """Connections stay and nothing passes, as on a cable that was cut; what was sent arrives afterwards."""
        self.resets_after_bytes: int | None = None
        """A connection is reset once so many bytes of answers have passed."""
        self.overheard: Callable[[bytes], object] | None = None
        """Called with each chunk of a question before it is passed on, in the proxies' thread."""


class Proxy:
    """Listens on one port and passes to another; lives in a thread of its own loop, see `proxies`."""

    def __init__(self, route: Route) -> None:
        self.weather = Weather()
        self._host, self._port, self._target = route
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_server(self._serve, self._host, self._port)

    async def shut(self) -> None:
        """Refuse connections, and reset those that there are."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            _reset(writer)

    async def _serve(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            _reset(near)
            return
        self._open |= {near, far}
        await asyncio.gather(self._pass(near_reader, far, answers=False), self._pass(far_reader, near, answers=True))
        self._open -= {near, far}
        near.close()
        far.close()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool) -> None:
        passed = 0
        with suppress(OSError):
            while chunk := await source.read(CHUNK_BYTES):
                await self._hold()
                if self.weather.overheard is not None and not answers:
                    self.weather.overheard(chunk)
                limit = self.weather.resets_after_bytes
                if answers and limit is not None and passed + len(chunk) > limit:
                    sink.write(chunk[: limit - passed])
                    _reset(sink)
                    return
                passed += len(chunk)
                sink.write(chunk)
                await sink.drain()
        if not sink.is_closing():
            with suppress(OSError):
                sink.write_eof()

    async def _hold(self) -> None:
        if self.weather.delay_s:
            await asyncio.sleep(self.weather.delay_s)
        while self.weather.silent:  # noqa: ASYNC110  set from another thread
            await asyncio.sleep(0.05)


def _reset(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    with suppress(OSError):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


class Proxies:
    """Proxies by name, and the loop that they run on."""

    def __init__(self, loop: asyncio.AbstractEventLoop, by_name: dict[str, Proxy]) -> None:
        self._loop = loop
        self._by_name = by_name

    def weather(self, name: str) -> Weather:
        """What that proxy does to the bytes that pass; to be changed in place."""
        return self._by_name[name].weather

    @contextmanager
    def shut(self, name: str) -> Iterator[None]:
        """The proxy refuses everything while this lasts."""
        self._await(self._by_name[name].shut())
        try:
            yield
        finally:
            self._await(self._by_name[name].open())

    def _await(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


@contextmanager
def proxies(routes: dict[str, Route]) -> Iterator[Proxies]:
    """Proxies by name, running while this lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxies", daemon=True)
    thread.start()
    made = {name: Proxy(route) for name, route in routes.items()}
    found = Proxies(loop, made)
    try:
        for proxy in made.values():
            found._await(proxy.open())
        yield found
    finally:
        for proxy in made.values():
            found._await(proxy.shut())
        found._await(_end_tasks())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_tasks() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
