"""An HTTP request in (its parameters, headers and text), a statement for the engine out. Pure."""

import re
from collections.abc import Mapping

import msgspec

from local_stack.clickhouse_front.failures import NOT_IMPLEMENTED, EngineError

_PARAMETER = "param_"
_TRANSPORT = frozenset(
    {
        *("query", "database", "default_format", "query_id", "user", "password", "quota_key", "role"),
        *("session_id", "session_timeout", "session_check", "close_session", "stacktrace"),
        *("compress", "decompress", "buffer_size", "wait_end_of_query", "client_protocol_version"),
        *("enable_http_compression", "send_progress_in_http_headers", "http_headers_progress_interval_ms"),
        "cancel_http_readonly_queries_on_client_close",
    }
)
"""URL parameters that concern the transport, not the engine."""

_COMMENTS = rb"\s*(?:(?:--[^\n]*\n|/\*.*?\*/)\s*)*"
_INSERT_DATA = re.compile(
    rb"(?P<head>" + _COMMENTS + rb"INSERT\s+INTO\s+"
    rb"(?:`[^`]*`|'(?:[^'\\]|\\.)*'|\"[^\"]*\"|(?!\b(?:VALUES|SELECT|WITH)\b)[^`'\"])*?)"
    rb"\bFORMAT\s+(?P<format>\w+)[ \t]*(?:;[ \t]*)?(?:\r?\n|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*(?:SETTINGS\b[^()]*)?;?\s*\Z", re.IGNORECASE)
_READ = re.compile(_COMMENTS.decode() + r"\(*\s*(?:SELECT|WITH|FROM)\b", re.IGNORECASE | re.DOTALL)
_OF_A_SESSION = re.compile(
    _COMMENTS.decode() + r"(?:SET|USE|CREATE\s+(?:OR\s+REPLACE\s+)?TEMPORARY)\b", re.IGNORECASE | re.DOTALL
)
_WHOLE_BLOCKS = frozenset(
    {
        *("Native", "RowBinary", "TabSeparated", "TSV", "TabSeparatedRaw", "TSVRaw"),
        *("CSV", "JSONEachRow", "JSONCompactEachRow", "LineAsString"),
    }
)
"""Formats whose blocks, one after another, are the whole answer: no head, no tail."""


class Context(msgspec.Struct, frozen=True):
    """What a request sets beside its text."""

    database: str
    settings: dict[str, str]
    parameters: dict[str, str]
    default_format: str
    query_id: str
    wait_for_end: bool


class Statement(msgspec.Struct, frozen=True):
    """One statement and how its answer is read."""

    text: str
    context: Context
    format: str
    streamed: bool
    """True where the answer's blocks may be sent as they come."""


class Insert(msgspec.Struct, frozen=True):
    """An INSERT whose rows follow as data."""

    text: str
    """Up to, and without, its FORMAT clause."""
    context: Context
    format: str


def read_context(parameters: Mapping[str, str], headers: Mapping[str, str], query_id: str) -> Context:
    """The URL's parameters and the request's headers, told apart; `query_id` is for a request without one."""
    return Context(
        database=parameters.get("database") or headers.get("x-clickhouse-database") or "default",
        settings={k: v for k, v in parameters.items() if k not in _TRANSPORT and not k.startswith(_PARAMETER)},
        parameters={k.removeprefix(_PARAMETER): v for k, v in parameters.items() if k.startswith(_PARAMETER)},
        default_format=parameters.get("default_format") or headers.get("x-clickhouse-format") or "TabSeparated",
        query_id=parameters.get("query_id") or query_id,
        wait_for_end=parameters.get("wait_end_of_query") == "1",
    )


def split_insert(text: bytes, context: Context) -> tuple[Insert, bytes] | None:
    """The insert that the bytes begin with and the data after it; None where no data can follow."""
    found = _INSERT_DATA.match(text)
    if found is None:
        return None
    return Insert(found["head"].decode(), context, found["format"].decode()), text[found.end() :]


def to_statement(text: str, context: Context) -> Statement:
    """A statement without data. Raises EngineError for what only a session could keep."""
    if _OF_A_SESSION.match(text):
        raise EngineError("There are no sessions here: send settings and database with each query", NOT_IMPLEMENTED)
    found = _FORMAT.search(text)
    form = found[1] if found else context.default_format
    return Statement(text, context, form, streamed=form in _WHOLE_BLOCKS and _READ.match(text) is not None)
