"""HTTP connections whose requests must arrive in time: uvicorn by itself waits for ever for a head or a body.

The clock runs from connecting, or from the first bytes of a later request, to the last byte of the request. So no idle
connection lasts longer, no head or body of a byte a second, and no rest of a body that was refused unread.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar, NamedTuple

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Late(NamedTuple):
    """What becomes of a request that has not arrived in time."""

    within_s: float
    answer: bytes
    """As it goes over the wire; the connection is closed behind it."""
    note: Callable[[], None]
    """Called for each."""


def punctual(late: Late) -> type[HttpToolsProtocol]:
    """The protocol for `HttpServer` that holds every request to that time."""

    class Punctual(_PunctualProtocol):
        _late = late

    return Punctual


class _PunctualProtocol(HttpToolsProtocol):
    _late: ClassVar[Late]
    _is_whole = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._await_the_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        self._await_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # empty lines after an answer begin no request, and keep uvicorn from closing the connection as an idle one
        if not self._is_whole or self.cycle.response_complete:
            self._await_the_rest()

    def on_message_begin(self) -> None:
        self._is_whole = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._is_whole = True
        self._await_nothing()
        super().on_message_complete()

    def _await_the_rest(self) -> None:
        if self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self._late.within_s, self._give_up)

    def _await_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.transport.is_closing():
            return
        if self._is_asked():
            self._late.note()
            self.transport.write(self._late.answer)
        self.transport.close()

    def _is_asked(self) -> bool:
        """Whether a request has begun, of which nothing has been answered."""
        if self.cycle is None:
            return self.scope is not None
        return self.cycle.more_body and not self.cycle.response_started
