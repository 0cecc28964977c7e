"""The commands of `python -m loadgen`: words in, beacons or lines out, and a tally at the end."""

import asyncio
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

import click

from loadgen.access_log import beacons_of, read_log
from loadgen.history import history as history_lines
from loadgen.outgoing import Outgoing, stroll
from loadgen.people import Crowd
from loadgen.sending import Tally, send_all
from loadgen.world import load_world

_collector = click.option("--collector", required=True, help="Where it stands, as in http://127.0.0.1:7201.")
_site = click.option("--site", required=True, help="Domain of the site.")
_lanes = click.option(
    "--lanes", default=32, show_default=True, help="Beacons under way at once; one visitor's stay in order."
)
_seed = click.option("--seed", default=1, show_default=True, help="The same seed draws the same people.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Send a collector visitors that behave like people, or a real log's; or write a site a past."""


@cli.command()
@_collector
@_site
@click.option("--rate", default=4.0, show_default=True, help="Beacons a second.")
@click.option("--seconds", default=0.0, show_default=True, help="For how long; 0 means until it is stopped.")
@_lanes
@_seed
def people(collector: str, site: str, rate: float, seconds: float, lanes: int, seed: int) -> None:
    """Send visits of several pages with pauses, engagement, custom events and revenue."""
    crowd = Crowd(load_world(), seed)
    beacons = stroll(crowd, site, rate)
    if seconds:
        beacons = takewhile(lambda beacon: beacon.due_s < seconds, beacons)
    _send(beacons, collector, lanes)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_collector
@_site
@click.option("--lines", type=click.Choice(["pages", "all"]), default="pages", show_default=True)
@click.option("--rate", default=0.0, show_default=True, help="Beacons a second; 0 means as fast as they are answered.")
@_lanes
def replay(file: Path, collector: str, site: str, lines: str, rate: float, lanes: int) -> None:
    """Send each line of FILE (Apache combined log, .gz or not) as a pageview of its address and browser."""
    unreadable = sum(line is None for line in read_log(file))
    if unreadable:
        click.echo(f"lines that are none: {unreadable}")
    _send(beacons_of(read_log(file), site, lines == "all", rate), collector, lanes)


@cli.command()
@click.option("--days", default=35, show_default=True)
@_seed
@click.option("--site", default="demo.example", show_default=True, help="Hostname of all events.")
@click.option("--visits-a-day", default=420.0, show_default=True)
@click.option("--until", type=click.DateTime(), help="End of the past, UTC; now if it is not given.")
@click.option("--out", type=click.File("wb"), default="-", show_default=True, help="The file to write.")
def history(days: int, seed: int, site: str, visits_a_day: float, until: datetime | None, out: BinaryIO) -> None:
    """Write a past of DAYS days as lines for `tideline import events`."""
    end = datetime.now(UTC) if until is None else until.replace(tzinfo=UTC)
    out.writelines(history_lines(days, seed, end, site, visits_a_day))


def _send(beacons: Iterator[Outgoing], collector: str, lanes: int) -> None:
    tally = asyncio.run(_until_stopped(beacons, collector, lanes))
    for line in tally.lines():
        click.echo(line)


async def _until_stopped(beacons: Iterator[Outgoing], collector: str, lanes: int) -> Tally:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return await send_all(beacons, collector, lanes, stopped)
