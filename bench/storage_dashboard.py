"""The dashboard's questions, put to the query API's own compiler over the engine of this process."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from string import Template
from typing import Any, Protocol

from query_api.adapters.place_names import place_names
from query_api.answering import Answering
from query_api.directory import Site
from query_api.json_to_question import json_to_asked
from query_api.question_to_sql import Statement
from rollup.adapters.event_store import sql

_FIVE = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"]
_LIST: dict[str, Any] = {"metrics": ["visitors", "percentage"], "pagination": {"limit": 9}}

DASHBOARD: dict[str, dict[str, Any]] = {
    "totals": {"metrics": _FIVE},
    "graph by day": {"metrics": _FIVE, "dimensions": ["time:day"]},
    "graph by month": {"metrics": _FIVE, "dimensions": ["time:month"]},
    "pages": {**_LIST, "dimensions": ["event:page"]},
    "entry pages": {**_LIST, "dimensions": ["visit:entry_page"]},
    "sources": {**_LIST, "dimensions": ["visit:source"]},
    "countries": {**_LIST, "dimensions": ["visit:country"]},
    "cities": {**_LIST, "dimensions": ["visit:city"]},
    "browsers": {**_LIST, "dimensions": ["visit:browser"]},
    "devices": {**_LIST, "dimensions": ["visit:device"]},
}


class Engine(Protocol):
    """Runs a statement in this process."""

    def run(self, text: str, **parameters: object) -> list[list[Any]]:
        """Its rows."""


class InThisProcess:
    """The rollup service's statements."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def rows(self, name: str, **parameters: Any) -> list[list[Any]]:
        """The rows of a statement."""
        return self._engine.run(sql(name), **parameters)

    async def command(self, name: str, fragments: Mapping[str, str] | None = None, **parameters: Any) -> None:
        """Run a statement."""
        self._engine.run(Template(sql(name)).substitute(fragments or {}), **parameters)


class _Compiled:
    def __init__(self, engine: Engine, *, rolled: bool) -> None:
        self._engine = engine
        self._rolled = rolled

    async def rows(self, statement: Statement) -> list[list[object]]:
        if "rollup_builds" in statement.sql and not self._rolled:
            return []
        return self._engine.run(statement.sql, **{name: _text(value) for name, value in statement.parameters.items()})


def answered(engine: Engine, asked: dict[str, Any], *, rolled: bool) -> list[list[Any]]:
    """The results of a question about site 1, from roll-ups or without them."""
    answering = Answering(_Compiled(engine, rolled=rolled), place_names(), lambda: datetime.now(UTC))
    body = json_to_asked(json.dumps(asked).encode())
    answer: dict[str, Any] = asyncio.run(answering.answer(body, Site(1, "a.example", "Etc/UTC")))
    return [[*row["dimensions"], *row["metrics"]] for row in answer["results"]]


def _text(value: object) -> object:
    if isinstance(value, list):
        return "[" + ",".join(str(one) if isinstance(one, int) else "'" + str(one) + "'" for one in value) + "]"
    return value
