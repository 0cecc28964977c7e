"""A real site's access log goes in through the front door; every line is accounted for at each step."""

import gzip
import re
import subprocess
import sys

import pytest

from tests.integration.running_stack import ROOT, Stack, until

LOG = ROOT.parent / "shared" / "data" / "apache-combined-2015.log.gz"
TOLD = {"sent": r"^sent: (\d+)", "accepted": r"^accepted: (\d+)", "not_lines": r"^lines that are none: (\d+)"}


def metric(stack: Stack, service: str, name: str) -> float:
    """The sum of a service's Prometheus counter over its labels."""
    port = int(stack.collector.rsplit(":", 1)[1]) + {"collector": 0, "enricher": 2, "sink": 3}[service]
    text = stack.http.get(f"http://127.0.0.1:{port}/metrics").text
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"{name}(\{{|\s)", line))


def dropped(stack: Stack) -> float:
    return metric(stack, "enricher", "tideline_enricher_dropped_total")


@pytest.mark.skipif(not LOG.exists(), reason=f"{LOG.name} is not beside this checkout")
def test_every_line_of_the_log_is_a_metric_or_a_drop_with_a_reason(stack: Stack):
    lines = gzip.decompress(LOG.read_bytes()).count(b"\n")
    dropped_before = dropped(stack) + 1
    site = stack.new_site()
    until(lambda: dropped(stack) == dropped_before, what="the new site's probe to be dropped as a bot's")
    done = subprocess.run(
        [sys.executable, "-m", "loadgen", "replay", str(LOG), "--collector", stack.collector, "--site", site,
         "--lines", "all"],
        capture_output=True, text=True, check=True, cwd=ROOT, timeout=170,
    )  # fmt: skip
    tally = {
        name: int(found[1]) if (found := re.search(pattern, done.stdout, re.MULTILINE)) else 0
        for name, pattern in TOLD.items()
    }
    accepted = tally["accepted"]
    assert accepted == tally["sent"] == lines - tally["not_lines"], done.stdout
    until(
        lambda: stack.totals(site, "pageviews")[0] + dropped(stack) - dropped_before == accepted,
        what=f"{accepted} beacons to be counted or dropped", within_s=60,
    )  # fmt: skip
    pageviews, visitors, visits = stack.totals(site, "pageviews", "visitors", "visits")
    assert pageviews > lines / 2
    assert 0 < visitors <= visits <= pageviews
    assert sum(stack.by(site, "event:page", "pageviews").values()) == pageviews
    assert sum(stack.by(site, "visit:source", "visits").values()) == visits
