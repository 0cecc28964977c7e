"""A whole running stack: started in a folder of its own on ports of its own, and spoken to from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
UP = ("-m", "local_stack", "up")
START_WITHIN_S = 120
STOP_WITHIN_S = 60
PORTS_NEEDED = 120


class Stack:
    """URLs of a running stack, and what a person does with them."""

    def __init__(self, state: Path, endpoints: dict[str, str]) -> None:
        self.state = state
        self.endpoints = endpoints
        self.environ = os.environ | {
            f"{engine.upper()}_URL": endpoints[engine] for engine in ("kafka", "redis", "postgres", "clickhouse")
        }
        self.http = httpx.Client(timeout=20)
        self._site = 0

    @property
    def collector(self) -> str:
        return self.endpoints["collector"]

    def tideline(self, *words: str) -> str:
        """Run the operator's command line; its standard output. Fails the test where the command fails."""
        done = subprocess.run(
            [sys.executable, "-m", "tideline", *words],
            env=self.environ, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == 0, f"tideline {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def new_site(self, timezone: str = "Etc/UTC") -> str:
        """Register a site that no other test uses; waits until the collector knows it."""
        self._site += 1
        domain = f"site{self._site}-{os.getpid()}.example"
        self.tideline("site", "add", domain, "--timezone", timezone)
        probe = {"n": "probe", "u": f"https://{domain}/", "d": domain}
        until(
            lambda: "x-plausible-dropped" not in self._probe(probe).headers,
            what=f"the collector to know {domain}",
            within_s=5,
        )
        return domain

    def _probe(self, beacon: dict[str, object]) -> httpx.Response:
        # a bot's user agent: the enricher drops it, so that a probe is never counted
        return self.http.post(
            f"{self.collector}/api/event", json=beacon, headers={"User-Agent": "Googlebot/2.1 (+probe)"}
        )

    def send(self, domain: str, path: str = "/", *, ip: str = "203.0.113.1", **fields: object) -> httpx.Response:
        """Send one beacon as that address would; `headers` and `name` may be given, other fields go into the body."""
        headers = {"X-Forwarded-For": ip, "User-Agent": FIREFOX, "Content-Type": "text/plain"}
        headers |= dict(fields.pop("headers", {}))
        body = {"n": fields.pop("name", "pageview"), "u": f"https://{domain}{path}", "d": domain} | fields
        return self.http.post(f"{self.collector}/api/event", content=json.dumps(body), headers=headers)

    def ask(self, domain: str, metrics: list[str], date_range: Any = "day", **more: object) -> dict[str, Any]:
        """Ask `/api/v2/query`; the whole answer."""
        answer = self.http.post(
            f"{self.endpoints['query_api']}/api/v2/query",
            json={"site_id": domain, "metrics": metrics, "date_range": date_range} | more,
            headers={"Authorization": f"Bearer {self.endpoints['api_key']}"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def totals(self, domain: str, *metrics: str, date_range: Any = "day") -> list[Any]:
        """The metrics of a question without dimensions."""
        return self.ask(domain, list(metrics), date_range)["results"][0]["metrics"]

    def by(self, domain: str, dimension: str, metric: str, date_range: Any = "day", **more: object) -> dict[Any, Any]:
        """One metric by one dimension."""
        rows = self.ask(domain, [metric], date_range, dimensions=[dimension], **more)["results"]
        return {row["dimensions"][0]: row["metrics"][0] for row in rows}

    def pid(self, name: str) -> int:
        """The pid of a process of this stack, as the supervisor wrote it down."""
        running = json.loads((self.state / "processes.json").read_text())
        return next(int(line["pid"]) for line in running if line["name"] == name)

    def kill(self, name: str) -> int:
        """End a process of this stack with SIGKILL; its pid."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def until(holds: Callable[[], object], *, what: str, within_s: float = 20, every_s: float = 0.2) -> float:
    """Wait until it holds; the seconds it took. Fails the test, naming what was waited for."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within_s, f"waited {within_s} s for {what}"
        time.sleep(every_s)
    return time.monotonic() - began


def free_port_base() -> int:
    """The first of a run of ports below 32768 that nobody listens on."""
    for base in range(20_000, 32_000, PORTS_NEEDED):
        if all(_is_free(base + offset) for offset in range(PORTS_NEEDED)):
            return base
    raise AssertionError("no run of free ports below 32768")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def running(state: Path, command: Sequence[str] = UP, environ: Mapping[str, str] = {}) -> Iterator[Stack]:
    """Start a stack, hand it over once it serves, stop it as Ctrl-C would; `environ` has the last word."""
    told = {
        "TIDELINE_STATE_DIR": str(state),
        "TIDELINE_PORT_BASE": str(free_port_base()),
        "TIDELINE_DEMO": "false",
    }
    state.mkdir(exist_ok=True)
    (state / "cache").symlink_to(ROOT / ".local" / "cache")
    log = state.parent / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=os.environ | told | environ, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            endpoints = state / "endpoints.json"
            until(
                lambda: endpoints.exists() or process.poll() is not None, what="the stack to start",
                within_s=START_WITHIN_S,
            )  # fmt: skip
            assert process.poll() is None, log.read_text()[-4_000:]
            stack = Stack(state, json.loads(endpoints.read_text()))
            with stack.http:
                yield stack
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=STOP_WITHIN_S)
