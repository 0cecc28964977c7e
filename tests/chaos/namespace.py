"""A second host on this machine: a network namespace with a link of its own to the engines and another to visitors.

Wants root. A link is a pair of virtual devices; it is cut by taking one of them down. That is always the end of
whoever is asked, never of whoever asks: its own device going down would be told a process at once, and a cable that
was pulled out at the other end of the house tells nobody.
"""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MOST = 8
"""Sessions of tests at once, each with a namespace of its own number."""
_HERE = ""
"""The namespace that the tests live in."""
_ROOM = ("rate", "256kbit", "burst", "4kb", "latency", "50ms")
"""Of a narrow link: what would wait for longer is dropped, as in the queue of a router."""


class RefusedError(Exception):
    """Namespaces cannot be had here; the message says why."""


@dataclass(frozen=True)
class End:
    """One device of a link."""

    namespace: str
    device: str
    address: str
    mac: str

    def ip(self, *words: str) -> None:
        """Have `ip` do that on this end's side. Raises RefusedError."""
        _run("ip", *(("-n", self.namespace) if self.namespace else ()), *words)

    def tc(self, *words: str) -> None:
        """Have `tc` do that on this end's side. Raises RefusedError."""
        _run("tc", *(("-n", self.namespace) if self.namespace else ()), *words)


@dataclass(frozen=True)
class Link:
    """A cable between two ends in a network of four addresses that nobody else is in."""

    asking: End
    asked: End
    network: str

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Every packet vanishes while this lasts; connections stay, and nobody is told."""
        self.asked.ip("link", "set", self.asked.device, "down")
        try:
            yield
        finally:
            self.asked.ip("link", "set", self.asked.device, "up")

    @contextmanager
    def narrow(self) -> Iterator[None]:
        """32 kB a second pass each way while this lasts; packets that would wait too long are lost. RefusedError."""
        with ExitStack() as wide:
            for end in (self.asking, self.asked):
                end.tc("qdisc", "add", "dev", end.device, "root", "tbf", *_ROOM)
                wide.callback(end.tc, "qdisc", "del", "dev", end.device, "root")
            yield


@dataclass(frozen=True)
class Namespace:
    """The far host of that number: what its parts are called, and which addresses they have."""

    number: int

    @property
    def name(self) -> str:
        """As `ip netns` knows it."""
        return f"tideline{self.number}"

    @property
    def inner(self) -> Link:
        """The link that the far host's services ask the engines by."""
        return self._link("inner", 0, asking=self.name, asked=_HERE)

    @property
    def outer(self) -> Link:
        """The link that visitors come to the far host by, and whoever asks after its services' health."""
        return self._link("outer", 4, asking=_HERE, asked=self.name)

    def inside(self, *command: str) -> tuple[str, ...]:
        """The command, to be run in the namespace under the same pid."""
        return ("ip", "netns", "exec", self.name, *command)

    def _link(self, name: str, first: int, asking: str, asked: str) -> Link:
        ends = [
            End(
                namespace,
                name if namespace else self.name + name,
                f"192.168.{240 + self.number}.{first + 1 + place}",
                f"02:00:00:00:{self.number:02x}:{first + place:02x}",
            )
            for place, namespace in enumerate((asking, asked))
        ]
        return Link(*ends, network=f"192.168.{240 + self.number}.{first}/30")


@contextmanager
def namespace() -> Iterator[Namespace]:
    """A namespace and its links while this lasts. Raises RefusedError where they cannot be had."""
    if os.geteuid() != 0:
        raise RefusedError("only root may make them")
    with _number() as number:
        found = Namespace(number)
        _unmake(found)
        try:
            _make(found)
            yield found
        finally:
            _unmake(found)


@contextmanager
def _number() -> Iterator[int]:
    """The first number that no living session holds: so a killed session's number, and what it left, come up again."""
    for number in range(MOST):
        with (Path(tempfile.gettempdir()) / f"tideline-namespace-{number}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield number
            return
    raise RefusedError(f"{MOST} sessions have one already")


def _make(wanted: Namespace) -> None:
    _run("ip", "netns", "add", wanted.name)
    End(wanted.name, "lo", "", "").ip("link", "set", "lo", "up")
    for link in (wanted.inner, wanted.outer):
        _join(link)


def _join(link: Link) -> None:
    here, there = sorted((link.asking, link.asked), key=lambda end: end.namespace)
    peer = ("peer", "name", there.device, "address", there.mac, "netns", there.namespace)
    here.ip("link", "add", here.device, "address", here.mac, "type", "veth", *peer)
    for end in (here, there):
        end.ip("address", "add", f"{end.address}/30", "dev", end.device)
        end.ip("link", "set", end.device, "up")
    # who asks must not learn of the cut by an unanswered ARP either
    told = ("neighbour", "replace", link.asked.address, "lladdr", link.asked.mac, "nud", "permanent")
    link.asking.ip(*told, "dev", link.asking.device)
    # while this end is down its network has no other way: nothing may leave by the machine's own gateway
    here.ip("route", "add", "blackhole", link.network, "metric", "4096")


def _unmake(left: Namespace) -> None:
    """Delete all of it that there is, whoever left it."""
    for link in (left.inner, left.outer):
        here = min((link.asking, link.asked), key=lambda end: end.namespace)
        for words in (("link", "del", here.device), ("route", "del", "blackhole", link.network, "metric", "4096")):
            with suppress(RefusedError):
                here.ip(*words)
    with suppress(RefusedError):
        _run("ip", "netns", "del", left.name)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as refusal:
        raise RefusedError(refusal.stderr.strip()) from refusal
    except FileNotFoundError as refusal:
        raise RefusedError(f"there is no `{command[0]}` (Debian: iproute2)") from refusal
