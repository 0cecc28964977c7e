"""One connection to the engine with a thread of its own: settings are put on it before each statement."""

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import chdb

from local_stack.clickhouse_front.failures import EngineError
from local_stack.clickhouse_front.request_to_statement import Context, Insert, Statement

T = TypeVar("T")

_FROM_THE_START = "SET implicit_select = 0, max_threads = 2, session_timezone = 'UTC'"
"""The engine alone takes a bare expression for a query and the machine's time zone for its own; our servers do not."""

_FAILED_INSERTS = "SELECT sum(value) FROM system.events WHERE event = 'FailedInsertQuery'"
_LAST_ERROR = "SELECT code, last_error_message FROM system.errors ORDER BY last_error_time DESC LIMIT 1"


class Rows(Protocol):
    """Takes an insert's rows."""

    def append(self, data: bytes) -> None:
        """More of the rows, cut anywhere."""

    def finish(self) -> Any:
        """Commit them; the result's `rows_written` counts them."""

    def cancel(self) -> None:
        """Forget them; does nothing after `finish`."""


class Written:
    """What a finished statement read and wrote."""

    def __init__(self, body: bytes = b"", read_rows: int = 0, written_rows: int = 0) -> None:
        self.body = body
        self.read_rows = read_rows
        self.written_rows = written_rows


class Connection:
    """Everything but `submit` runs in the connection's own thread, one call after another."""

    def __init__(self, address: str, name: str) -> None:
        self._address = address
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._engine: Any = None
        self._applied: dict[str, str] = {}
        self._failures_before = 0
        self._database = ""

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Queue a call behind those that the connection still has to do."""
        return self._thread.submit(call)

    def open(self) -> None:
        """Connect; raises EngineError where the engine cannot start."""
        self._engine = translated(lambda: chdb.connect(self._address))
        self._applied, self._database = {}, ""
        translated(lambda: self._engine.query(_FROM_THE_START))

    def close(self) -> None:
        """Close the connection; the thread ends with its last call."""
        if self._engine is not None:
            self._engine.close()
        self._thread.shutdown(wait=False)

    def run(self, statement: Statement) -> Written:
        """The whole answer. Raises EngineError."""
        self._prepare(statement.context)
        result = translated(
            lambda: self._engine.query(statement.text, statement.format, params=statement.context.parameters)
        )
        return Written(result.bytes() or b"", result.storage_rows_read(), result.rows_written())

    def stream(self, statement: Statement) -> Generator[bytes, None, None]:
        """The answer's blocks, lazily. Raises EngineError, at once or between blocks; close it to cancel."""
        self._prepare(statement.context)
        result = translated(
            lambda: self._engine.send_query(statement.text, statement.format, params=statement.context.parameters)
        )
        try:
            while (block := translated(result.fetch)) is not None:
                yield block.bytes()
        finally:
            result.cancel()

    def begin_insert(self, insert: Insert) -> Rows:
        """What takes the rows of an insert. Raises EngineError."""
        self._prepare(insert.context)
        self._failures_before = self._failed_inserts()
        rows: Rows = translated(lambda: self._engine.send_insert(insert.text, insert.format))
        return rows

    def finish_insert(self, rows: Rows) -> Written:
        """Commit the rows. Raises EngineError, also where an insert that runs beside it failed meanwhile.

        The engine counts an insert that failed at its commit, as for want of room on the disk, but its streaming
        inserter does not tell. Who is told wrongly that his insert failed looks what is there, as after any failure.
        """
        done = translated(rows.finish)
        if self._failed_inserts() > self._failures_before:
            code, text = translated(lambda: self._engine.query(_LAST_ERROR, "TSV")).bytes().decode().strip().split("\t")
            raise EngineError(f"Code: {code}. DB::Exception: {text}")
        return Written(written_rows=done.rows_written)

    def _failed_inserts(self) -> int:
        return int(translated(lambda: self._engine.query(_FAILED_INSERTS, "TSV")).bytes())

    def create_database(self, name: str) -> None:
        """Make a database where it does not exist."""
        translated(lambda: self._engine.query(f"CREATE DATABASE IF NOT EXISTS {_identifier(name)}"))

    def _prepare(self, context: Context) -> None:
        try:
            self._use(context.database)
            self._set(context.settings)
        except EngineError:
            self._engine.close()
            self.open()
            raise

    def _use(self, database: str) -> None:
        if database != self._database:
            translated(lambda: self._engine.query(f"USE {_identifier(database)}"))
            self._database = database

    def _set(self, wanted: dict[str, str]) -> None:
        if wanted == self._applied:
            return
        changes = [f"{name} = DEFAULT" for name in self._applied if name not in wanted]
        changes += [f"{name} = {_quoted(value)}" for name, value in wanted.items() if self._applied.get(name) != value]
        translated(lambda: self._engine.query("SET " + ", ".join(changes)))
        self._applied = dict(wanted)


def _identifier(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def translated(call: Callable[[], T]) -> T:
    """The call's result; whatever it raises comes out as EngineError."""
    try:
        return call()
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(str(error)) from error
