"""The dashboard's built files at `/`: any page of it is index.html, its hashed assets never change."""

from pathlib import Path

from runtime import log
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_log = log.get(__name__)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class DashboardFiles(StaticFiles):
    """Files of a Vite build; a path that is no file and looks like none is a page of the dashboard."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or index.html for a page; 404 for a file that is not there."""
        is_page = not Path(path).suffix and not path.startswith(("api/", "assets/"))
        response = await super().get_response("index.html" if is_page else path, scope)
        response.headers.update(_HEADERS)
        hashed = path.startswith("assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response


def dashboard(folder: str) -> list[BaseRoute]:
    """The route that serves the built dashboard; none where no folder is set, or where it was never built."""
    if not folder:
        return []
    if not Path(folder).is_dir():
        _log.warning("dashboard_not_built", folder=folder)
        return []
    return [Mount("/", DashboardFiles(directory=folder))]
