"""`python -m tests.chaos.stack_behind_proxies`: the local stack on two hosts, whose services meet the engines by proxy.

On the *near* host runs everything that the local stack has; on the *far* one a second collector, enricher and sink.
Each host has a proxy of its own to each engine. Kafka tells its clients where to go on, so it listens at a port more
for each host, and names that host's proxy there. The proxies themselves are the tests'.
"""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

from local_stack import probes
from local_stack.ports import port_of
from local_stack.program import Engine, Program
from local_stack.settings import Settings
from local_stack.stack import Stack, compose
from local_stack.terminal import Terminal
from local_stack.up import up
from runtime.settings import load

ENGINES = ("clickhouse", "kafka", "postgres", "redis")
HOSTS = ("near", "far")
TWICE = ("collector", "enricher", "sink")
"""Services that the far host has as well, under this name and `-far`."""
PROXY_OFFSETS = {way: 101 + place for place, way in enumerate(product(HOSTS, ENGINES))}
KAFKA_OFFSETS = {"near": 111, "far": 112}
"""What Kafka listens at for each host's proxy; the other engines are met at their own port."""
FAR_OFFSET = 10
CLOCK = "CHAOS_CLOCK"
"""Variable with a JSON object: what a process must be told to live by another clock."""


def routes(base: int) -> dict[str, tuple[int, int]]:
    """Each proxy by name, as `near-kafka`: its own port, and the one behind it."""
    return {
        f"{host}-{engine}": (
            base + offset,
            base + KAFKA_OFFSETS[host] if engine == "kafka" else port_of(engine, base),
        )
        for (host, engine), offset in PROXY_OFFSETS.items()
    }


def far_port(name: str, base: int) -> int:
    """Where a service of the far host listens."""
    return port_of(name, base) + FAR_OFFSET


def plan(settings: Settings, jars: Path) -> Stack:
    """The local stack and the far host's services, behind proxies; operators' commands go straight."""
    base, stack = settings.tideline_port_base, compose(settings, jars)
    clock = json.loads(os.environ.get(CLOCK) or "{}")
    far = [_on_the_far_host(one, settings) for one in stack.services if one.name in TWICE]
    return replace(
        stack,
        engines=tuple(_engine(engine, base, settings.places.engines, clock) for engine in stack.engines),
        services=(
            *(_told(one, clock | _met(stack.urls, "near", base)) for one in stack.services),
            *(_told(one, clock | _met(stack.urls, "far", base)) for one in far),
        ),
    )


def _on_the_far_host(service: Program, settings: Settings) -> Program:
    port = far_port(service.name, settings.tideline_port_base)
    own = {"PORT": str(port), "STATE_DIR": str(settings.places.root / f"{service.name}-far")}
    probe = probes.http_ok(port, "/health/ready")
    return _told(replace(service, name=f"{service.name}-far", probe=probe, ports=(port,)), own)


def _met(urls: Mapping[str, str], host: str, base: int) -> dict[str, str]:
    """The engines' URLs as that host's services are told them."""
    ways = {engine: (port_of(engine, base), routes(base)[f"{host}-{engine}"][0]) for engine in ENGINES}
    return {
        f"{engine.upper()}_URL": urls[f"{engine.upper()}_URL"].replace(f":{own}", f":{proxy}")
        for engine, (own, proxy) in ways.items()
    }


def _engine(engine: Engine, base: int, data: Path, clock: Mapping[str, str]) -> Engine:
    """Kafka listens more, and Redis lets salts expire by the clock; Java would hang under it, the rest needs none."""
    if engine.program.name == "kafka":
        usual = engine.program.prepare
        return replace(engine, program=replace(engine.program, prepare=lambda: _prepare(usual, base, data)))
    return replace(engine, program=_told(engine.program, clock)) if engine.program.name == "redis" else engine


def _told(program: Program, more: Mapping[str, str]) -> Program:
    return replace(program, environment={**program.environment, **more})


def _prepare(usual: Callable[[], None], base: int, data: Path) -> None:
    """Let the engine write its settings, and add listeners: the last line of a name counts."""
    usual()
    own = {"BROKER": port_of("kafka", base), "CONTROLLER": port_of("kafka-controller", base)}
    listens = own | {host.upper(): base + offset for host, offset in KAFKA_OFFSETS.items()}
    told = {"BROKER": own["BROKER"]} | {host.upper(): routes(base)[f"{host}-kafka"][0] for host in HOSTS}
    with (data / "kafka.properties").open("a") as file:
        file.write(f"\nlisteners={_addresses(listens)}\nadvertised.listeners={_addresses(told)}\n")
        file.write(f"listener.security.protocol.map={','.join(f'{name}:PLAINTEXT' for name in listens)}\n")


def _addresses(ports: Mapping[str, int]) -> str:
    return ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items())


if __name__ == "__main__":
    asyncio.run(up(load(Settings, os.environ), Terminal(), plan))
