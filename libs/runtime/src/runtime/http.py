"""An ASGI application as a component: uvicorn without its own signals, access log or proxy headers."""

import asyncio
import socket

import uvicorn
from starlette.types import ASGIApp

from runtime.punctual import Late, punctual


class HttpServer:
    """Serves `app` on host and port until stopped; open requests get `drain_s` seconds to finish.

    `late` bounds how long a request may take to arrive; without it there is no bound.
    """

    def __init__(self, app: ASGIApp, host: str, port: int, drain_s: float = 5.0, late: Late | None = None) -> None:
        self._address = (host, port)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                lifespan="off",
                timeout_graceful_shutdown=int(drain_s),
                loop="none",
                http=punctual(late) if late else "auto",
                backlog=4096,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind and serve; raises OSError where the address is taken."""
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        listener = socket.create_server(self._address, family=family, backlog=4096)
        # uvicorn's serve() would take the process's signals for itself; its body does not
        self._serving = asyncio.create_task(self._server._serve(sockets=[listener]))  # noqa: SLF001
        while not self._server.started and not self._serving.done():  # noqa: ASYNC110  uvicorn offers no event
            await asyncio.sleep(0.01)
        if self._serving.done():
            self._serving.result()

    async def stop(self) -> None:
        """Take no more connections, finish the open requests, close."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving

    async def failed(self) -> None:
        """Raise where the server ended by itself."""
        if self._serving is not None:
            await asyncio.shield(self._serving)
            raise RuntimeError("the HTTP server ended")
