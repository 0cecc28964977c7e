"""What a request says, told apart."""

import pytest
from local_stack.clickhouse_front.failures import EngineError
from local_stack.clickhouse_front.request_to_statement import Context, read_context, split_insert, to_statement

CONTEXT = Context("default", {}, {}, "TabSeparated", "id", wait_for_end=False)


def test_settings_parameters_and_transport_are_told_apart() -> None:
    context = read_context(
        {"query": "SELECT 1", "param_x": "5", "max_threads": "1", "session_id": "s", "wait_end_of_query": "1"},
        {},
        "made",
    )
    assert context.parameters == {"x": "5"}
    assert context.settings == {"max_threads": "1"}
    assert context.wait_for_end
    assert context.query_id == "made"


def test_the_url_outranks_the_headers_which_outrank_the_defaults() -> None:
    headers = {"x-clickhouse-database": "of_header", "x-clickhouse-format": "CSV"}
    assert read_context({"database": "of_url"}, headers, "").database == "of_url"
    assert read_context({}, headers, "").database == "of_header"
    assert read_context({}, headers, "").default_format == "CSV"
    assert read_context({}, {}, "").database == "default"


@pytest.mark.parametrize(
    ("head", "form"),
    [
        ("INSERT INTO t (a, `b c`) FORMAT Native\n", "Native"),
        ("  -- why\nINSERT INTO t SETTINGS insert_deduplication_token='a FORMAT b'\nFORMAT CSV\r\n", "CSV"),
        ("/* so */ insert into `values` format TSV;\n", "TSV"),
    ],
)
def test_the_data_of_an_insert_begins_after_the_line_of_its_format(head: str, form: str) -> None:
    found = split_insert(head.encode() + b"\n\x01FORMAT X\n", CONTEXT)
    assert found is not None
    insert, data = found
    assert insert.format == form
    assert "FORMAT C" not in insert.text
    assert data == b"\n\x01FORMAT X\n"


@pytest.mark.parametrize(
    "text",
    [
        b"INSERT INTO t (a) FORMAT Nat",
        b"INSERT INTO t SELECT 1 FORMAT Native\n",
        b"INSERT INTO t VALUES ('FORMAT CSV\n')",
        b"SELECT 'INSERT INTO t FORMAT CSV\n'",
    ],
)
def test_no_data_follows_another_statement_or_half_a_format(text: bytes) -> None:
    whole = text + b" " if text.endswith(b"Nat") else text
    assert split_insert(whole + b"x", CONTEXT) is None


@pytest.mark.parametrize(
    ("text", "form", "streamed"),
    [
        ("SELECT 1", "TabSeparated", True),
        ("SELECT 1\n FORMAT Native", "Native", True),
        ("select 1 format JSON", "JSON", False),
        ("WITH 1 AS x SELECT x FORMAT CSV SETTINGS max_threads = 1;", "CSV", True),
        ("(SELECT 1) UNION ALL (SELECT 2) FORMAT TSV", "TSV", True),
        ("SELECT ' FORMAT CSV' AS x", "TabSeparated", True),
        ("SHOW TABLES", "TabSeparated", False),
        ("ALTER TABLE t DROP PARTITION 1", "TabSeparated", False),
    ],
)
def test_only_reads_in_formats_without_head_and_tail_are_streamed(text: str, form: str, streamed: bool) -> None:
    statement = to_statement(text, CONTEXT)
    assert (statement.format, statement.streamed) == (form, streamed)


@pytest.mark.parametrize("text", ["SET max_threads = 1", "-- a\nUSE x", "CREATE TEMPORARY TABLE t (a Int8)"])
def test_what_only_a_session_could_keep_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="no sessions") as caught:
        to_statement(text, CONTEXT)
    assert caught.value.http_status == 501


def test_the_engines_code_and_text_are_taken_from_its_message() -> None:
    error = EngineError("Streaming insert finish failed: Code: 33. DB::Exception: Cannot read. (X)")
    assert (error.code, error.http_status) == (33, 400)
    assert error.text.startswith("Code: 33. DB::Exception: Cannot read.")
    assert EngineError("odd").http_status == 500
