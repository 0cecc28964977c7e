"""`GET /js/…`: the tracker, read once, under the names that existing pages use; ETag in, 200 or 304 out."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_PATHS = ("/js/script.js", "/js/plausible.js", "/js/analytics.js", "/js/p.js", "/js/script.{variants}.js")
_CACHE = "public, max-age=3600, stale-while-revalidate=86400"


def script_routes(tracker_dir: str) -> list[Route]:
    """Routes that serve `script.js` of the folder; none where no folder is given. Raises OSError where it lacks."""
    if not tracker_dir:
        return []
    body = (Path(tracker_dir) / "script.js").read_bytes()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "etag": etag,
        "cache-control": _CACHE,
        "cross-origin-resource-policy": "cross-origin",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
    }

    async def serve(request: Request) -> Response:
        if etag in request.headers.get("if-none-match", "").replace("W/", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="text/javascript", headers=headers)

    return [Route(path, serve) for path in _PATHS]
