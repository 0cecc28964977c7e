"""Log lines: JSON of one shape, and no library that says the same thing ten times a second."""

import json
import logging

import pytest
from runtime import log


@pytest.fixture(autouse=True)
def restored():
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


def lines(capsys) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_lines_and_the_libraries_have_one_shape(capsys):
    log.configure("test")
    log.get("ours").info("something_happened", count=3)
    logging.getLogger("theirs").warning("something %s", "else")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["count"], ours["level"]) == ("something_happened", 3, "info")
    assert (theirs["event"], theirs["level"]) == ("something else", "warning")


def test_a_chatty_library_says_the_same_thing_once_in_a_while_and_we_always(capsys):
    log.configure("test")
    for _ in range(5):
        logging.getLogger("aiokafka.client").error("Unable to connect to %s", "the broker")
        log.get("ours").warning("retrying")
    events = [line["event"] for line in lines(capsys)]
    assert events.count("Unable to connect to the broker") == 1
    assert events.count("retrying") == 5
