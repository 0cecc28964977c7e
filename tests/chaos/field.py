"""The field that faults are let loose on: a running stack of two hosts, the proxies of each, and hands to break it."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from clickhouse_connect.driver.exceptions import ClickHouseError
from local_stack import process_file
from local_stack.leash import leashed
from local_stack.ports import port_of

from tests.chaos import lag
from tests.chaos.namespace import Namespace
from tests.chaos.oracle import Row, stored_rows
from tests.chaos.proxy import LOOPBACK, Proxies, Weather, proxies
from tests.chaos.stack_behind_proxies import ENGINES, FAR_SERVICES, HOSTS, NAMESPACE, TWICE, far_port, routes
from tests.integration.running_stack import PORTS_NEEDED, Stack, free_port_base, running, until

COMMAND = ("-m", "tests.chaos.stack_behind_proxies")
MOST_RSS_BYTES = 700 * 2**20
MOST_FDS = 400


@dataclass
class Field:
    """A running stack, and what can be done to it from outside."""

    stack: Stack
    proxies: Proxies
    base: int
    clock_back_s: int = 0
    """How far the stack's clock is put back."""
    far: Namespace | None = None
    """Where the far host's services live; None where they share this host's network."""

    @property
    def collectors(self) -> list[str]:
        """The URLs of both hosts' collectors."""
        return [f"http://{LOOPBACK}:{port_of('collector', self.base)}", self.far_url("collector")]

    def far_url(self, service: str) -> str:
        """Where a service of the far host is spoken to from here."""
        host = self.far.outer.asked.address if self.far else LOOPBACK
        return f"http://{host}:{far_port(service, self.base)}"

    def now(self) -> datetime:
        """The time that the stack takes it to be."""
        return datetime.now(UTC) - timedelta(seconds=self.clock_back_s)

    def pids(self) -> Mapping[str, int]:
        """The pid of each process of the stack that lives just now, by name."""
        found = process_file.read(self.stack.state / "processes.json")
        return {one.name: one.pid for one in found if one.process() is not None}

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process, or to none where it is dead already."""
        pid = self.pids().get(name)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self, *names: str) -> None:
        """End processes with SIGKILL, all at once; the stack starts them again."""
        pids = self.pids()
        for name in names:
            with suppress(ProcessLookupError, KeyError):
                os.kill(pids[name], signal.SIGKILL)

    @contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """The processes stand still while this lasts."""
        pids = [pid for name, pid in self.pids().items() if name in names]
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    @contextmanager
    def refused(self, engine: str) -> Iterator[None]:
        """The engine refuses all services' connections, on both hosts, while this lasts."""
        with ExitStack() as closed:
            for host in HOSTS:
                closed.enter_context(self.proxies.shut(f"{host}-{engine}"))
            yield

    @contextmanager
    def weather(self, *names: str, **changes: object) -> Iterator[None]:
        """The named proxies (as `far-kafka`) have these attributes of Weather changed while this lasts."""
        skies = [self.proxies.weather(name) for name in names]
        try:
            for sky in skies:
                for attribute, value in changes.items():
                    setattr(sky, attribute, value)
            yield
        finally:
            for sky in skies:
                sky.__dict__.update(Weather().__dict__)

    @contextmanager
    def cut_off(self, host: str) -> Iterator[None]:
        """Nothing passes between that host's services and the engines while this lasts; connections stay."""
        with self.weather(*(f"{host}-{engine}" for engine in ENGINES), silent=True):
            yield

    @contextmanager
    def joined(self, name: str, count: int = 1, **told: str) -> Iterator[list[int]]:
        """So many more processes of a service, told what the far one is and more; ended with SIGTERM. Their pids."""
        pattern = psutil.Process(self.pids()[f"{name}-far"])
        started = [self._start_another(name, pattern, 20 + 10 * place, told) for place in range(count)]
        try:
            yield [process.pid for process in started]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(20)

    def _start_another(
        self, name: str, pattern: psutil.Process, offset: int, told: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        port = port_of(name, self.base) + offset
        own = {"PORT": str(port), "STATE_DIR": str(self.stack.state / f"{name}-{offset}")}
        environ = pattern.environ() | own | dict(told)
        with (self.stack.state / "log" / f"{name}-{offset}.log").open("ab") as log:
            return subprocess.Popen(
                leashed(tuple(pattern.cmdline())), env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def all_up(self) -> bool:
        """True where every process of the stack lives and answers that it is ready."""
        names = {*self.stack_names()}
        return names <= set(self.pids()) and all(map(self._ready, self._service_urls()))

    def stack_names(self) -> set[str]:
        """All names that the stack ever wrote down."""
        return {one.name for one in process_file.read(self.stack.state / "processes.json")}

    def _service_urls(self) -> list[str]:
        found = process_file.read(self.stack.state / "processes.json")
        near = [one.ports[0] for one in found if one.ports and one.name not in (*ENGINES, *FAR_SERVICES)]
        return [*(f"http://{LOOPBACK}:{port}" for port in near), *map(self.far_url, TWICE)]

    def _ready(self, url: str) -> bool:
        with suppress(Exception):
            return self.stack.http.get(f"{url}/health/ready").status_code == 200
        return False

    def rows(self, site: str, at_least: int = 0) -> list[Row] | None:
        """What ClickHouse has of the site, nothing where that is less; None while it does not answer."""
        with suppress(ClickHouseError, OSError):
            return stored_rows(self.stack.endpoints["clickhouse"], site, at_least)
        return None

    def lag(self) -> int | None:
        """Records that a group has not committed yet, both groups together; None while Kafka does not answer."""
        try:
            return asyncio.run(lag.records(self.stack.endpoints["kafka"]))
        except (lag.AwayError, TimeoutError):
            return None

    def audit(self, site: str) -> str:
        """What `tideline audit` finds wrong with the site's beacons of the last hour; empty where nothing is."""
        since, until = (f"{self.now() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}" for minutes in (-60, 1))
        done = subprocess.run(
            [sys.executable, "-m", "tideline", "audit", "--site", site, "--from", since, "--to", until],
            env=self.stack.environ, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def gluttons(self) -> list[str]:
        """Services that hold more memory or more files than any should, with how much."""
        found = []
        for name, pid in self.pids().items():
            if name in ENGINES:
                continue
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                rss, files = process.memory_info().rss, process.num_fds()
                if rss > MOST_RSS_BYTES or files > MOST_FDS:
                    found.append(f"{name}: {rss / 2**20:.0f} MiB, {files} files")
        return found


@contextmanager
def field(folder: Path, environ: Mapping[str, str] = {}, far: Namespace | None = None) -> Iterator[Field]:
    """A running field in that folder, on ports of its own; everything is ended when this is left."""
    folder.chmod(0o755)
    where = {NAMESPACE: str(far.number)} if far else {}
    base = random.randrange(free_port_base(), 32_000 - PORTS_NEEDED, PORTS_NEEDED)  # noqa: S311  two suites seldom meet
    with (
        proxies(routes(base, far)) as ways,
        running(folder / "state", COMMAND, {"TIDELINE_PORT_BASE": str(base), **where, **environ}) as stack,
    ):
        found = Field(stack, ways, base, far=far)
        until(found.all_up, what="all services of both hosts", within_s=60)
        yield found
