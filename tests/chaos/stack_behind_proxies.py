"""`python -m tests.chaos.stack_behind_proxies`: the local stack on two hosts, whose services meet the engines by proxy.

On the *near* host runs everything that the local stack has; on the *far* one a second collector, enricher and sink.
Each host has a proxy of its own to each engine. Kafka tells its clients where to go on, so it listens at a port more
for each host, and names that host's proxy there. The proxies themselves are the tests'. The far host is this one
under other ports, or a namespace of the tests' (`namespace.py`), which its proxies are met in by the inner link.
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

from tests.chaos.namespace import Namespace
from tests.chaos.proxy import LOOPBACK, Route

ENGINES = ("clickhouse", "kafka", "postgres", "redis")
HOSTS = ("near", "far")
TWICE = ("collector", "enricher", "sink")
"""Services that the far host has as well, under this name and `-far`."""
FAR_SERVICES = tuple(f"{name}-far" for name in TWICE)
PROXY_OFFSETS = {way: 101 + place for place, way in enumerate(product(HOSTS, ENGINES))}
KAFKA_OFFSETS = {"near": 111, "far": 112}
"""What Kafka listens at for each host's proxy; the other engines are met at their own port."""
FAR_OFFSET = 10
CLICKHOUSE_PAUSE_S = 1.0
CLOCK = "CHAOS_CLOCK"
"""Variable with a JSON object: what a process must be told to live by another clock."""
NAMESPACE = "CHAOS_NAMESPACE"
"""Variable with the number of the namespace that the far host is; unset where it has none."""


def routes(base: int, far: Namespace | None = None) -> dict[str, Route]:
    """Each proxy by name, as `near-kafka`: where it listens, and the port behind it."""
    return {
        f"{host}-{engine}": (
            far.inner.asked.address if far and host == "far" else LOOPBACK,
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
    number = os.environ.get(NAMESPACE)
    far = Namespace(int(number)) if number else None
    ways = routes(base, far)
    twice = [_on_the_far_host(one, settings) for one in stack.services if one.name in TWICE]
    return replace(
        stack,
        engines=tuple(_engine(engine, base, settings.places.engines, clock, ways) for engine in stack.engines),
        services=(
            *(_told(one, clock | _met(stack.urls, "near", base, ways)) for one in stack.services),
            *(_inside(_told(one, clock | _met(stack.urls, "far", base, ways)), far) for one in twice),
        ),
    )


def _on_the_far_host(service: Program, settings: Settings) -> Program:
    port = far_port(service.name, settings.tideline_port_base)
    own = {"PORT": str(port), "STATE_DIR": str(settings.places.root / f"{service.name}-far")}
    probe = probes.http_ok(port, "/health/ready")
    return _told(replace(service, name=f"{service.name}-far", probe=probe, ports=(port,)), own)


def _inside(service: Program, far: Namespace | None) -> Program:
    """The service as it is started in the namespace, where visitors come by the outer link; without one, as it is."""
    if far is None:
        return service
    visitors, host = far.outer.asking.address, far.outer.asked.address
    probe = probes.http_ok(service.ports[0], "/health/ready", host)
    inside = replace(service, command=far.inside(*service.command), probe=probe)
    return _told(inside, {"HOST": host, "TRUSTED_PROXIES": f"{visitors}/32"})


def _met(urls: Mapping[str, str], host: str, base: int, ways: Mapping[str, Route]) -> dict[str, str]:
    """The engines' URLs as that host's services are told them."""
    met = {engine: ways[f"{host}-{engine}"] for engine in ENGINES}
    return {
        f"{engine.upper()}_URL": urls[f"{engine.upper()}_URL"].replace(
            f"{LOOPBACK}:{port_of(engine, base)}", f"{address}:{port}"
        )
        for engine, (address, port, _) in met.items()
    }


def _engine(engine: Engine, base: int, data: Path, clock: Mapping[str, str], ways: Mapping[str, Route]) -> Engine:
    """Kafka listens more, and Redis lets salts expire by the clock; Java would hang under it, the rest needs none.

    ClickHouse is up again soon, however often it is killed: a hundred times would last an hour else.
    """
    if engine.program.name == "kafka":
        usual = engine.program.prepare
        return replace(engine, program=replace(engine.program, prepare=lambda: _prepare(usual, base, data, ways)))
    if engine.program.name == "clickhouse":
        return replace(engine, program=replace(engine.program, most_pause_s=CLICKHOUSE_PAUSE_S))
    return replace(engine, program=_told(engine.program, clock)) if engine.program.name == "redis" else engine


def _told(program: Program, more: Mapping[str, str]) -> Program:
    return replace(program, environment={**program.environment, **more})


def _prepare(usual: Callable[[], None], base: int, data: Path, ways: Mapping[str, Route]) -> None:
    """Let the engine write its settings, and add listeners: the last line of a name counts."""
    usual()
    own = {"BROKER": port_of("kafka", base), "CONTROLLER": port_of("kafka-controller", base)}
    listens = own | {host.upper(): ways[f"{host}-kafka"][2] for host in HOSTS}
    told = [f"{host.upper()}://{address}:{port}" for host in HOSTS for address, port, _ in (ways[f"{host}-kafka"],)]
    with (data / "kafka.properties").open("a") as file:
        file.write("\nlisteners=" + ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in listens.items()))
        file.write("\nadvertised.listeners=" + ",".join((f"BROKER://{LOOPBACK}:{own['BROKER']}", *told)))
        file.write(f"\nlistener.security.protocol.map={','.join(f'{name}:PLAINTEXT' for name in listens)}\n")


if __name__ == "__main__":
    asyncio.run(up(load(Settings, os.environ), Terminal(), plan))
