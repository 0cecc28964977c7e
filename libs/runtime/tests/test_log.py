"""Log lines: JSON of one shape, and no library that says the same thing ten times a second.

Each runs in a process of its own, since what is configured here holds for a whole process.
"""

import json
import subprocess
import sys

PROGRAM = """
import logging
from runtime import log
log.configure("test")
{body}
"""


def lines(body: str) -> list[dict[str, object]]:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(body=body)], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_our_lines_and_the_libraries_have_one_shape():
    ours, theirs = lines(
        "log.get('ours').info('something_happened', count=3)\n"
        "logging.getLogger('theirs').warning('something %s', 'else')"
    )
    assert (ours["event"], ours["count"], ours["level"], ours["service"]) == ("something_happened", 3, "info", "test")
    assert (theirs["event"], theirs["level"], theirs["service"]) == ("something else", "warning", "test")


def test_a_chatty_library_says_the_same_thing_once_in_a_while_and_we_always():
    said = lines(
        "for _ in range(5):\n"
        "    logging.getLogger('aiokafka.client').error('Unable to connect to %s', 'the broker')\n"
        "    log.get('ours').warning('retrying')"
    )
    events = [line["event"] for line in said]
    assert events.count("Unable to connect to the broker") == 1
    assert events.count("retrying") == 5
