"""From a request for a site's loss ledger to its answer: the rows of the site, of no known site, and the reach."""

from collections.abc import Callable, Mapping
from datetime import datetime

from contract.outcomes import UNKNOWN_SITE_ID

from query_api.answering import Engine
from query_api.directory import Site
from query_api.ledger_report import ledger_question, ledger_report, ledger_statement, reach_statement
from query_api.rows_to_metric import Json


class LedgerAnswers:
    """Answers what became of a site's beacons."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now

    async def answer(self, parameters: Mapping[str, str], site: Site, *, sees_all: bool) -> Json:
        """The answer as JSON; whoever `sees_all` is told of unknown sites too. Raises what asking raises."""
        asked = ledger_question(parameters, site, self._now())
        # the reach first: what comes after it was read is not claimed by it
        reach = await self._engine.rows(reach_statement())
        rows = await self._engine.rows(ledger_statement(asked, site.site_id))
        unknown = await self._engine.rows(ledger_statement(asked, UNKNOWN_SITE_ID)) if sees_all else None
        return ledger_report(asked, rows, reach, unknown)
