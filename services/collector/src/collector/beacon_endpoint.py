"""`POST /api/event`, Plausible's events API: the hot path, so nothing stands between socket and lane but this."""

from starlette.types import Receive, Scope, Send

from collector import answers
from collector.body_to_draft import read_draft
from collector.reception import Reception, UnavailableError
from collector.request import GoneError, TooLargeError, read_body, read_sender
from collector.shedding import ShedError
from collector.steps.client_address import TrustedProxies
from collector.steps.refusal import RefusedError


class BeaconEndpoint:
    """An ASGI application for one path."""

    def __init__(self, reception: Reception, proxies: TrustedProxies) -> None:
        self._reception = reception
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """202 once durable or dropped; 400, 405, 413, 429 or 503 else."""
        if scope["method"] != "POST":
            await other_method(scope)(send)
            return
        try:
            await (await self._answer(scope, receive))(send)
        except RefusedError as error:
            await answers.json_answer(400, {"errors": error.errors})(send)
        except TooLargeError:
            await answers.json_answer(413, {"errors": {"request": ["should be at most 64 KiB"]}})(send)
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
        draft = read_draft(body)
        sites, dropped = reception.sites_of(draft, sender, received_ms)
        if sites:
            await reception.accept(draft, sites, sender, received_ms, len(body))
        return answers.dropped(dropped) if dropped else answers.OK


def other_method(scope: Scope) -> answers.Answer:
    """The answer to OPTIONS, and to methods that a path for POST does not know."""
    if scope["method"] == "OPTIONS":
        return answers.PREFLIGHT
    return answers.json_answer(405, {"errors": {"request": ["method not allowed"]}}, (b"allow", b"POST, OPTIONS"))
