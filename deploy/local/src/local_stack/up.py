"""`up`: from nothing to a running stack with a demo site, and cleanly back to nothing but its state folder."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from local_stack import demo, endpoints, kafka_jars, kafka_start_cache, master_key, process_file, state_lock
from local_stack.demo import OperatorError
from local_stack.endpoints import Endpoints
from local_stack.ports import check_free, port_of
from local_stack.settings import Settings
from local_stack.stack import DEMO_SITE, Stack, compose
from local_stack.supervisor import Supervisor

Plan = Callable[[Settings, Path], Stack]
"""Says which programs there are, from the settings and the folder of Kafka's jars."""

_SERVICES_TIMEOUT_S = 30.0
_BLOCKING_CALLS = 16
"""Threads for probes and stops: more than there are programs, so that none waits for another."""


async def up(settings: Settings, console: Console, plan: Plan = compose) -> None:
    """Run the planned stack until SIGINT, SIGTERM or SIGHUP. Raises what keeps it from starting, after stopping it."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(_BLOCKING_CALLS))
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    places = settings.places
    with state_lock.held(places.lock):
        supervisor = Supervisor(places.log, partial(_say, console), partial(process_file.write, places.processes))
        try:
            await _unless(stop, _start(settings, console, supervisor, plan))
            await stop.wait()
        finally:
            places.endpoints.unlink(missing_ok=True)
            await _stop(supervisor, console)
            places.processes.unlink(missing_ok=True)
            _say(console, "Everything is stopped.")


async def _stop(supervisor: Supervisor, console: Console) -> None:
    """Stop everything, whether or not there is still a terminal to say so on."""
    stopping = asyncio.create_task(supervisor.stop())
    with contextlib.suppress(OSError), console.status("Stopping traffic, services and engines"):
        await asyncio.wait((stopping,))
    await stopping


async def _unless(stop: asyncio.Event, starting: Coroutine[Any, Any, None]) -> None:
    """Await the start, or give it up when `stop` is set first."""
    task = asyncio.create_task(starting)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
    else:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _start(settings: Settings, console: Console, supervisor: Supervisor, plan: Plan) -> None:
    places = settings.places
    with console.status("Looking for what an earlier run left") as status:
        places.endpoints.unlink(missing_ok=True)
        for left in await asyncio.to_thread(process_file.end_leftovers, places.processes):
            _say(console, f"ended {left.name} (pid {left.pid}), left over from a run that was killed")
        stack = plan(settings, await _jars(status, places.cache))
        check_free((*(engine.program for engine in stack.engines), *stack.services))
        master_key.ensure(places.master_key)
        status.update("Starting the engines: kafka, redis, postgres, clickhouse")
        await supervisor.start_group([engine.program for engine in stack.engines])
        status.update("Bringing tables and topics to this version")
        await demo.migrate(stack.urls)
        status.update("Starting the services")
        supervisor.keep_trying(stack.services)
        status.update("Making the demo site and its key")
        key = await demo.site_key(stack.urls, DEMO_SITE, places.engines / "demo.key")
        status.update("Waiting for the services")
        if missing := await supervisor.missing_after(_SERVICES_TIMEOUT_S):
            _say(console, f"Not ready yet: {', '.join(missing)}. They are tried again; see {places.log}")
        if settings.tideline_demo:
            supervisor.keep_trying([stack.traffic])
        found = _endpoints(settings, stack, key)
        endpoints.write(places.endpoints, found)
    _point_out(console, found)
    past = places.engines / "demo.past"
    if settings.tideline_demo and not past.exists():
        with console.status("Giving the demo site a past of some weeks (once)"):
            await _give_past(stack, past, console)


async def _give_past(stack: Stack, past: Path, console: Console) -> None:
    try:
        await demo.give_past(stack.urls, DEMO_SITE, past)
    except OperatorError as error:
        _say(console, f"The demo site has no past, only what comes in now: {error}")
    else:
        _say(console, "The demo site has a past of some weeks now.")


async def _jars(status: Status, cache: Path) -> Path:
    status.update("Fetching Kafka (once)")
    jars = await asyncio.to_thread(kafka_jars.fetch, cache)
    status.update("Teaching Kafka to start fast (once)")
    await asyncio.to_thread(kafka_start_cache.make, jars)
    return jars


def _endpoints(settings: Settings, stack: Stack, key: str) -> Endpoints:
    base = settings.tideline_port_base
    query_api = f"http://127.0.0.1:{port_of('query-api', base)}"
    return Endpoints(
        collector=f"http://127.0.0.1:{port_of('collector', base)}",
        query_api=query_api,
        dashboard=f"{query_api}/?site={DEMO_SITE}#key={key}",
        **{engine.program.name: engine.url for engine in stack.engines},
        api_key=key,
        site=DEMO_SITE,
    )


def _point_out(console: Console, found: Endpoints) -> None:
    console.print(
        f"\n[bold]Tideline is up.[/bold]\n"
        f"  dashboard   [link]{escape(found.dashboard)}[/link]\n"
        f"  collector   {found.collector}/api/event\n"
        f"  questions   {found.query_api}/api/v2/query, with the key {found.api_key}\n"
        f"  all URLs    .local/endpoints.json; processes: make status; Ctrl-C stops everything\n",
        soft_wrap=True,
    )


def _say(console: Console, line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone, and the stack goes on
        console.print(line, markup=False, highlight=False, soft_wrap=True)
