"""The second host is cut off without a word, mends by itself, and leaves nothing behind."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.chaos import namespace as namespaces
from tests.chaos.namespace import Link, Namespace, RefusedError, namespace

PORT = 22_000
PATIENCE_S = 3
A_MOMENT_S = 0.3
ECHO = """
import socket, sys, threading
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("open", flush=True)
def echo(connection):
    while chunk := connection.recv(65536):
        connection.sendall(chunk)
while True:
    threading.Thread(target=echo, args=server.accept()[:1], daemon=True).start()
"""
TRY = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 0.5)
except OSError as error:
    print(type(error).__name__)
"""


@pytest.fixture
def far(far_host: Namespace) -> Iterator[socket.socket]:
    """A connection by the outer link to a server of the far host's that says everything again."""
    address = far_host.outer.asked.address
    command = far_host.inside(sys.executable, "-c", ECHO, address, str(PORT))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout.readline() == "open\n"
            with socket.create_connection((address, PORT), PATIENCE_S) as client:
                yield client
        finally:
            server.kill()


def said(client: socket.socket, text: bytes) -> bytes:
    """What comes back for the text."""
    client.sendall(text)
    found = b""
    while len(found) < len(text) and (chunk := client.recv(len(text))):
        found += chunk
    return found


def dropped(device: str) -> int:
    """Packets that the narrow link has lost on the way out of this device."""
    told = subprocess.check_output(["tc", "-s", "-j", "qdisc", "show", "dev", device, "root"], text=True)
    return json.loads(told)[0]["drops"]


def parts(name: str) -> set[str]:
    """What there is of the namespace: its name and the devices on this side; other sessions' come and go."""
    listed = [subprocess.check_output(["ip", *words], text=True) for words in (("netns", "list"), ("-br", "link"))]
    return {line.split()[0].split("@")[0] for lines in listed for line in lines.splitlines() if line.startswith(name)}


def test_what_is_sent_into_a_cut_arrives_when_it_is_mended(far_host: Namespace, far: socket.socket):
    assert said(far, b"ahoy") == b"ahoy"
    with far_host.outer.cut():
        far.settimeout(A_MOMENT_S)
        with pytest.raises(TimeoutError):
            said(far, b"anybody?")
    far.settimeout(PATIENCE_S)
    assert far.recv(100) == b"anybody?"


def test_who_comes_by_a_cut_link_is_told_nothing(far_host: Namespace, far: socket.socket):
    with far_host.outer.cut(), pytest.raises(TimeoutError):
        socket.create_connection(far.getpeername(), A_MOMENT_S)


def test_the_far_host_is_told_nothing_either_and_visitors_still_reach_it(far_host: Namespace, far: socket.socket):
    address = far_host.inner.asked.address
    ask = far_host.inside(sys.executable, "-c", TRY, address, str(PORT))
    with socket.create_server((address, PORT)):
        assert subprocess.check_output(ask, text=True) == ""
        with far_host.inner.cut():
            assert subprocess.check_output(ask, text=True) == "TimeoutError\n"
            assert said(far, b"ahoy") == b"ahoy"
        assert subprocess.check_output(ask, text=True) == ""


def test_a_narrow_link_loses_packets_and_in_the_end_no_byte(narrow_host: Namespace, far: socket.socket):
    text = os.urandom(20_000)
    with narrow_host.outer.narrow():
        began = time.monotonic()
        assert said(far, text) == text
        assert time.monotonic() - began > len(text) / 32_000 / 2
        assert dropped(narrow_host.outer.asking.device) > 0
    assert said(far, text) == text


def fail_in_its_midst(made: list[str]) -> None:
    with namespace() as found:
        made.append(found.name)
        assert parts(found.name) == {found.name + link for link in ("", "inner", "outer")}
        raise ConnectionError


@pytest.mark.usefixtures("far_host")
def test_nothing_is_left_behind_not_even_after_a_failure():
    made: list[str] = []
    with pytest.raises(ConnectionError):
        fail_in_its_midst(made)
    assert parts(*made) == set()


@pytest.mark.usefixtures("far_host")
def test_what_a_killed_session_left_is_taken_away_and_made_anew():
    with namespace() as left:
        pass
    namespaces._make(left)
    with namespace() as found:
        assert found == left
    assert parts(left.name) == set()


def test_two_sessions_have_a_namespace_each(far_host: Namespace):
    with namespace() as another:
        assert another.number != far_host.number
        assert parts(another.name)
    assert parts(far_host.name)


@pytest.mark.usefixtures("far_host")
def test_what_the_system_refuses_is_said_and_cleaned_up(monkeypatch: pytest.MonkeyPatch):
    made: list[str] = []

    def refuse(link: Link) -> None:
        made.append(link.asking.namespace)
        namespaces._run("ip", "link", "add", "x", "type", "nonsense")

    monkeypatch.setattr(namespaces, "_join", refuse)
    with pytest.raises(RefusedError, match=r"\w"), namespace():
        pass
    assert parts(*made) == set()


@pytest.mark.usefixtures("far_host")
def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RefusedError, match="there is no `ip`"), namespace():
        pass


def test_without_root_there_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1_000)
    with pytest.raises(RefusedError, match="only root"), namespace():
        pass
