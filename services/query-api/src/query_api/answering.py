"""From a checked question to its answer: the site's first day where it is needed, the statement, the rows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from query_api.directory import Site
from query_api.json_to_question import Asked, asked_to_question
from query_api.problems import BadPatternError, Complaints
from query_api.question import Question, leaves
from query_api.question_to_sql import (
    PlaceNames,
    Statement,
    builds_statement,
    first_day_statement,
    imported_statement,
    patterns_statement,
    question_to_count,
    question_to_sql,
)
from query_api.rows_to_metric import Json, rows_to_metric
from query_api.steps.rollup_plan import Plan, is_rolled_up, plan


class Engine(Protocol):
    """What runs statements."""

    async def rows(self, statement: Statement) -> list[list[object]]:
        """The statement's rows. Raises UnavailableError or BadPatternError."""


class Answering:
    """Answers questions about a site."""

    def __init__(self, engine: Engine, place_names: PlaceNames, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._place_names = place_names
        self._now = now

    async def answer(self, asked: Asked, site: Site) -> Json:
        """The answer as JSON. Raises InvalidQuestionError or UnavailableError."""
        await self._check_patterns(asked)
        question = await self.question(asked, site)
        read = await self._plan(question)
        rows = await self._engine.rows(question_to_sql(question, self._place_names, read))
        total_rows = await self._total(question, read) if question.include.total_rows else None
        return rows_to_metric(question, rows, total_rows)

    async def question(self, asked: Asked, site: Site) -> Question:
        """The question with its dates resolved, in the site's time zone and now."""
        first_day = None
        if asked.date_range.name == "all":
            found = await self._engine.rows(first_day_statement(site.site_id))
            if found:
                first_ms = int(str(found[0][0]))
                first_day = datetime.fromtimestamp(first_ms / 1000, UTC).astimezone(ZoneInfo(site.timezone)).date()
        return asked_to_question(asked, site.site_id, site.timezone, self._now(), first_day)

    async def rows(self, question: Question) -> list[list[object]]:
        """The rows of a question's results."""
        return await self._engine.rows(question_to_sql(question, self._place_names, await self._plan(question)))

    async def _plan(self, question: Question) -> Plan | None:
        """The roll-ups to answer from; None where there are none, or they do not hold what is asked for."""
        if not is_rolled_up(question):
            return None
        found = plan(question, await self._engine.rows(builds_statement(question)))
        if found is not None and found.runs and await self._count(imported_statement(question, found)):
            return None
        return found

    async def _total(self, question: Question, read: Plan | None) -> int:
        return await self._count(question_to_count(question, self._place_names, read))

    async def _count(self, statement: Statement) -> int:
        rows = await self._engine.rows(statement)
        return int(str(rows[0][0]))

    async def _check_patterns(self, asked: Asked) -> None:
        """Raise InvalidQuestionError with a pointer to each clause that the engine takes for no regular expression."""
        patterns = {
            f"{leaf.pointer}/2/{place}": clause
            for leaf in leaves(asked.filters)
            if leaf.operator.startswith("matches")
            for place, clause in enumerate(leaf.clauses)
        }
        if not patterns or await self._are_patterns([*patterns.values()]):
            return
        complaints = Complaints()
        for pointer, clause in patterns.items():
            if not await self._are_patterns([clause]):
                complaints.add(pointer, "Not a regular expression (of RE2)")
        complaints.settle()

    async def _are_patterns(self, clauses: list[str]) -> bool:
        try:
            await self._engine.rows(patterns_statement(clauses))
        except BadPatternError:
            return False
        return True
