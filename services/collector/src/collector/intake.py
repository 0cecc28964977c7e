"""The routes: two paths that take beacons, found before any routing, and Starlette for the rest."""

from collections.abc import Mapping

from runtime import health
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from collector.script_endpoint import script_routes


class Intake:
    """The ASGI application. A dictionary look-up is all that routing costs a beacon."""

    def __init__(self, hot: Mapping[str, ASGIApp], rest: ASGIApp) -> None:
        self._hot = hot
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._hot.get(scope.get("path", ""), self._rest)(scope, receive, send)


def intake(beacons: ASGIApp, reports: ASGIApp, tracker_dir: str, checks: Mapping[str, health.Check]) -> Intake:
    """All routes of the collector."""
    ours = health.routes(checks)
    live, ready = ours[0].endpoint, ours[1].endpoint
    # the names that Plausible's deployments probe
    theirs = [
        Route("/api/health", ready),
        Route("/api/system/health/live", live),
        Route("/api/system/health/ready", ready),
    ]
    rest = Starlette(routes=[*ours, *theirs, *script_routes(tracker_dir)])
    return Intake({"/api/event": beacons, "/api/v1/events": reports}, rest)
