"""Each benchmark runs and its own check of what it counted holds; how fast it was is not looked at here."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.repo.tree import ROOT


def run(*words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    return done.stdout


def test_the_enrichers_core_makes_an_event_of_every_beacon():
    assert run("bench/enricher_core.py", "100", "5000").count("5,000 events in") == 2


def test_the_sink_takes_every_event_once():
    assert "120000 rows, nothing lost, nothing twice" in run("bench/sink.py", "120000")


def test_the_pipeline_takes_every_beacon_of_a_batch_once():
    assert "5000 rows, nothing lost, nothing twice" in run("-m", "bench.pipeline", "batch", "--count", "5000")


def test_a_beacon_is_in_the_answer_soon():
    assert "3 probes beside 20 beacons/s" in run("-m", "bench.pipeline", "latency", "--rate", "20", "--probes", "3")


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_the_collector_answers_202_to_every_request_of_the_load():
    assert "ratio" in run("bench/collector.py", "--rounds", "1", "--seconds", "1")


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_under_more_than_it_can_take_the_collector_refuses_and_loses_nothing():
    told = run("-m", "bench.overload", "--seconds", "4", "--rate", "50", "--pending", "30000")
    assert "nothing lost" in told
    assert "429 site" in told or "503 too_much_pending" in told
    assert float(re.search(r"([\d.]+) times", told)[1]) > 3
    before_mib, most_mib = map(int, re.search(r"(\d+) MiB before, (\d+) MiB", told).groups())
    assert most_mib < before_mib + 100


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_without_kafka_the_collector_takes_beacons_and_replays_them_all():
    told = run("-m", "bench.spool", "--seconds", "2")
    # it ends once the spool is empty, and is killed where that never happens
    beacons, envelopes = map(int, re.search(r"(\d+) beacons in (\d+) envelopes replayed", told).groups())
    assert beacons >= envelopes > 0
