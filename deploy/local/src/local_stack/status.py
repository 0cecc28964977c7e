"""`status`: each process with its pid, port, health, memory and log file."""

import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
import psutil
from rich.console import Console
from rich.table import Table

from local_stack import kafka_jars, process_file
from local_stack.ports import base_of
from local_stack.process_file import Running
from local_stack.program import Program
from local_stack.settings import Settings
from local_stack.stack import compose

_MIB = 1024 * 1024


def status(settings: Settings, console: Console) -> bool:
    """Print the table; True where everything runs and answers."""
    places = settings.places
    running = {found.name: found for found in process_file.read(places.processes)}
    if not running:
        console.print("Nothing is running; `make up` starts it.")
        return False
    table = Table("name", "pid", "port", "health", "memory", "log", box=None, pad_edge=False)
    healthy, total_mib = True, 0.0
    for program in _programs(settings, running):
        health, memory_mib, pid = _looked_at(program, running.get(program.name))
        healthy = healthy and health == "ok"
        total_mib += memory_mib
        port = str(program.ports[0]) if program.ports else ""
        log = _short(places.log / f"{program.name}.log")
        table.add_row(program.name, pid, port, health, f"{memory_mib:.0f} MiB", log)
    table.add_row("together", "", "", "", f"{total_mib:.0f} MiB", "")
    console.print(table)
    return healthy


def _programs(settings: Settings, running: Mapping[str, Running]) -> list[Program]:
    """What ought to run, on the ports it was started on; traffic only where it was asked for."""
    bases = [base_of(found.name, found.ports[0]) for found in running.values() if found.ports]
    if bases:
        settings = msgspec.structs.replace(settings, tideline_port_base=bases[0])
    stack = compose(settings, kafka_jars.folder(settings.places.cache))
    programs = [*(engine.program for engine in stack.engines), *stack.services]
    return [*programs, stack.traffic] if stack.traffic.name in running else programs


def _short(path: Path) -> str:
    """The path from here where it lies below, else in full."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _looked_at(program: Program, running: Running | None) -> tuple[str, float, str]:
    """Health in words, MiB, and the pid; of a program that does not run: `down`, 0 and nothing."""
    process = None if running is None else running.process()
    if process is None:
        return "down", 0.0, ""
    try:
        program.probe()
        health = "ok"
    except Exception as error:  # noqa: BLE001  whatever keeps a program from answering is the answer
        health = str(error).strip() or type(error).__name__
    return health, _memory_mib(process), str(process.pid)


def _memory_mib(process: psutil.Process) -> float:
    """Resident memory of a process, and what its children have to themselves: pages they share are counted once."""
    total = process.memory_info().rss
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += child.memory_full_info().uss
    return float(total / _MIB)
