"""Liveness, readiness and metrics over HTTP: routes that any service mounts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[str | None]]
"""Returns where an adapter answers, a word on its state if there is one; raises with the reason where it does not."""

_CHECK_TIMEOUT_S = 2.0
_OK = "ok"


def routes(checks: Mapping[str, Check], life: Mapping[str, Check] = MappingProxyType({})) -> list[Route]:
    """`/health/live`, `/health/ready` (200 or 503, a verdict for each check by name) and `/metrics`.

    `life` are the checks of liveness: what only a restart mends, and nothing that another process is to blame for.
    """

    async def live(_: Request) -> Response:
        return await _answer(life, "stuck")

    async def ready(_: Request) -> Response:
        return await _answer(checks, "unready")

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)]


async def _answer(checks: Mapping[str, Check], otherwise: str) -> Response:
    verdicts = dict(zip(checks, await asyncio.gather(*map(_verdict, checks.values())), strict=True))
    healthy = all(verdict.startswith(_OK) for verdict in verdicts.values())
    body = {"status": _OK if healthy else otherwise} | ({"checks": verdicts} if checks else {})
    return JSONResponse(body, status_code=200 if healthy else 503)


async def _verdict(check: Check) -> str:
    try:
        word = await asyncio.wait_for(check(), _CHECK_TIMEOUT_S)
    except Exception as error:  # noqa: BLE001  the verdict is the point
        return f"{type(error).__name__}: {error}"
    return f"{_OK}: {word}" if word else _OK
