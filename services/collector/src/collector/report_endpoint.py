"""`POST /api/v1/events`, the tracking API: one report in, `{"status": "success", "event_id": …}` out."""

from starlette.types import Receive, Scope, Send
from uuid_utils import uuid7

from collector import answers
from collector.beacon_endpoint import other_method
from collector.draft import Draft
from collector.reception import Reception, UnavailableError
from collector.report_to_draft import read_report
from collector.request import GoneError, TooLargeError, read_bearer, read_body, read_sender
from collector.shedding import ShedError
from collector.steps.client_address import TrustedProxies
from collector.steps.refusal import RefusedError


class ReportEndpoint:
    """An ASGI application for one path."""

    def __init__(self, reception: Reception, proxies: TrustedProxies) -> None:
        self._reception = reception
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """202 once durable or dropped; 400, 401, 403, 405, 413, 429 or 503 else."""
        if scope["method"] != "POST":
            await other_method(scope)(send)
            return
        try:
            await (await self._answer(scope, receive))(send)
        except RefusedError as error:
            await _failure(400, error.errors)(send)
        except TooLargeError:
            await _failure(413, {"request": ["should be at most 64 KiB"]})(send)
        except UnavailableError as error:
            await answers.unavailable(str(error))(send)
        except ShedError as error:
            await answers.shed(error.reason, error.wait_s)(send)
        except GoneError:
            return

    async def _answer(self, scope: Scope, receive: Receive) -> answers.Answer:
        reception = self._reception
        sender = read_sender(scope, self._proxies)
        reception.shedding.admit_address(sender.client_ip)
        body = await read_body(receive)
        received_ms = reception.clock_ms()
        register = reception.register()
        key = read_bearer(scope)
        if key is not None and not register.knows_key(key):
            return _failure(401, {"authorization": ["is not a key of scope write"]})
        event_id = str(uuid7())
        draft = read_report(body, received_ms, event_id, vouched=key is not None)
        sites, dropped = reception.sites_of(draft, sender, received_ms)
        if key is not None and not all(register.may_write(key, site.site_id) for site in sites):
            return _failure(403, {"authorization": ["is a key for another site"]})
        if sites:
            await reception.accept(draft, sites, sender, received_ms, len(body))
        return _success(draft, dropped)


def _success(draft: Draft, dropped: int) -> answers.Answer:
    headers = [(b"x-plausible-dropped", str(dropped).encode())] if dropped else []
    return answers.json_answer(202, {"status": "success", "event_id": draft.attempt_id}, *headers)


def _failure(status: int, errors: dict[str, list[str]]) -> answers.Answer:
    return answers.json_answer(status, {"status": "error", "errors": errors})
