"""A cache of loaded classes for the broker's Java: a first run writes it, later ones start in half the time."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from local_stack import kafka_jars
from local_stack.child import Child
from local_stack.engines.kafka import kafka
from local_stack.ports import free_port

_WRITE_TIMEOUT_S = 60.0


def make(jars: Path) -> None:
    """Run a broker once and let its Java write the cache beside the jars; nothing to do where it is there."""
    target = kafka_jars.start_cache(jars)
    if target.exists():
        return
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    with tempfile.TemporaryDirectory(prefix="tideline-kafka-") as folder:
        program = kafka(free_port(), free_port(), Path(folder, "kafka"), jars).program
        java, *arguments = program.command
        child = Child(replace(program, command=(java, f"-XX:AOTCacheOutput={fresh}", *arguments)), Path(folder, "log"))
        try:
            child.start()
        finally:
            child.stop(_WRITE_TIMEOUT_S)
    if fresh.exists():
        fresh.rename(target)
