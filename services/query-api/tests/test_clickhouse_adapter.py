"""What the adapter says of an engine that is away, slow, or refuses; and that it says nothing of what was asked."""

import json

import aiohttp
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError
from query_api.adapters.clickhouse import ClickHouse
from query_api.problems import BadPatternError, UnavailableError
from query_api.question_to_sql import Statement

STATEMENT = Statement("SELECT {secret:String}", {"secret": "somebody's page"})


class Engine:
    """Answers each statement with the next of its answers."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.connects = 0
        self.closed = False

    async def connect(self):
        self.connects += 1
        return self

    async def raw_query(self, *_, **__):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self):
        self.closed = True


async def test_lines_of_json_become_rows():
    engine = Engine(b'["/a\\n",1]\n["/b",2.5]\n', b"")
    clickhouse = ClickHouse(engine.connect)
    assert await clickhouse.rows(STATEMENT) == [["/a\n", 1], ["/b", 2.5]]
    assert await clickhouse.rows(STATEMENT) == []
    assert engine.connects == 1
    await clickhouse.stop()
    assert engine.closed


@pytest.mark.parametrize(
    ("fault", "told", "text"),
    [
        (DatabaseError("somebody's page", code=427), BadPatternError, "#/filters"),
        (DatabaseError("somebody's page", code=159), UnavailableError, "takes too long"),
        (DatabaseError("somebody's page", code=241), UnavailableError, "too large"),
        (DatabaseError("somebody's page", code=60), UnavailableError, "does not answer"),
        (OperationalError("somebody's page"), UnavailableError, "does not answer"),
        (aiohttp.ClientConnectionError("somebody's page"), UnavailableError, "does not answer"),
        (TimeoutError(), UnavailableError, "does not answer"),
    ],
)
async def test_each_fault_has_its_text_and_none_repeats_the_question(fault, told, text, caplog):
    with pytest.raises(told, match=text) as caught:
        await ClickHouse(Engine(fault).connect).rows(STATEMENT)
    assert "somebody" not in str(caught.value)
    assert "somebody" not in json.dumps([str(record.msg) for record in caplog.records])


async def test_after_a_fault_the_next_question_is_asked_again():
    engine = Engine(aiohttp.ClientConnectionError(), b"[1]")
    clickhouse = ClickHouse(engine.connect)
    with pytest.raises(UnavailableError):
        await clickhouse.rows(STATEMENT)
    assert await clickhouse.rows(STATEMENT) == [[1]]
