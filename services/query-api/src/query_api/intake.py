"""The routes: who asks, about which site, what; and what is wrong, in the shape of the API that was called."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from query_api.access import Access, RefusedError
from query_api.answering import Answering
from query_api.directory import Site
from query_api.json_to_question import Asked, json_to_asked
from query_api.ledger_answers import LedgerAnswers
from query_api.metrics import ANSWERS, SECONDS
from query_api.problems import InvalidQuestionError, UnavailableError, invalid
from query_api.traffic_report import channels_of, report_dates, totals_of, traffic_report

_MAX_BODY_BYTES = 256 * 1024
_RETRY_AFTER_S = "5"

Handler = Callable[[Request], Awaitable[Response]]
Shape = Callable[[str], object]


class Intake:
    """Answers requests."""

    def __init__(
        self, access: Access, answering: Answering, ledger_answers: LedgerAnswers, shown: Mapping[str, object]
    ) -> None:
        self._access = access
        self._answering = answering
        self._ledger_answers = ledger_answers
        self._shown = shown

    def routes(self) -> list[Route]:
        """The API's routes."""
        return [
            _route("/api/v2/query", self._query, _plausible_error, "POST"),
            _route("/api/v1/reports/traffic", self._traffic, _report_error),
            _route("/api/v1/sites", self._sites, _plausible_error),
            _route("/api/v1/sites/{site}/ledger", self._ledger, _plausible_error),
        ]

    async def _query(self, request: Request) -> Response:
        asker = await self._access.asker(request.headers)
        asked = json_to_asked(await _body(request))
        site = await self._access.site(asker, asked.site)
        return _json(await self._answering.answer(asked, site))

    async def _traffic(self, request: Request) -> Response:
        asker = await self._access.asker(request.headers)
        dates = report_dates(request.query_params)
        site = await self._access.only_site(asker, request.query_params.get("site_id", ""))
        totals = await self._rows(totals_of(site.domain, dates), site)
        channels = await self._rows(channels_of(site.domain, dates), site)
        return _json(traffic_report(totals, channels))

    async def _rows(self, asked: Asked, site: Site) -> list[list[object]]:
        return await self._answering.rows(await self._answering.question(asked, site))

    async def _ledger(self, request: Request) -> Response:
        asker = await self._access.asker(request.headers)
        site = await self._access.only_site(asker, request.path_params["site"])
        return _json(await self._ledger_answers.answer(request.query_params, site, sees_all=asker.site_id is None))

    async def _sites(self, request: Request) -> Response:
        asker = await self._access.asker(request.headers)
        sites = await self._access.sites(asker)
        return _json({"sites": [{"domain": site.domain, "timezone": site.timezone, **self._shown} for site in sites]})


def _route(path: str, handler: Handler, shape: Shape, method: str = "GET") -> Route:
    """A route whose handler has every refusal and fault turned into an answer of the API's shape, counted and timed."""

    async def guarded(request: Request) -> Response:
        with SECONDS.labels(path).time():
            response = await _answered(handler, request, shape)
        ANSWERS.labels(path, response.status_code).inc()
        return response

    return Route(path, guarded, methods=[method])


async def _answered(handler: Handler, request: Request, shape: Shape) -> Response:
    try:
        return await handler(request)
    except InvalidQuestionError as error:
        return JSONResponse(shape(str(error)), 400)
    except RefusedError as error:
        return JSONResponse(shape(str(error)), error.status, error.headers)
    except UnavailableError as error:
        return JSONResponse(shape(str(error)), 503, {"Retry-After": _RETRY_AFTER_S})


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            raise invalid("#", f"The body is larger than {_MAX_BODY_BYTES} bytes")
    return bytes(body)


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "no-store"})


def _plausible_error(text: str) -> object:
    return {"error": text}


def _report_error(text: str) -> object:
    return {"status": "error", "error": text}
