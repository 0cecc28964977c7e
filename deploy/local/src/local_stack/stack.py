"""The whole stack on one page: which programs there are, on which ports, and what each service is told.

Order of start: the engines side by side; the migrations, since services expect tables and topics; the services
side by side, each of which waits for what it needs by itself; the traffic. Stop is the reverse, so that nobody loses
an engine while he still drains into it.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_stack import probes
from local_stack.engines.clickhouse import clickhouse
from local_stack.engines.kafka import kafka
from local_stack.engines.postgres import postgres
from local_stack.engines.valkey import valkey
from local_stack.ports import port_of
from local_stack.program import Engine, Program
from local_stack.settings import Settings

SERVICES = ("salt-cron", "collector", "enricher", "sink", "repeats", "rollup", "query-api")
DEMO_SITE = "demo.tideline.example"


@dataclass(frozen=True)
class Stack:
    """Engines and services of one state folder and one port base."""

    engines: tuple[Engine, ...]
    services: tuple[Program, ...]
    traffic: Program
    urls: Mapping[str, str]
    """The engines' URLs as environment variables."""


def compose(settings: Settings, jars: Path) -> Stack:
    """The stack that the settings ask for; starts and writes nothing."""
    base, data = settings.tideline_port_base, settings.places.engines
    engines = (
        kafka(port_of("kafka", base), port_of("kafka-controller", base), data / "kafka", jars),
        valkey(port_of("redis", base), data / "redis"),
        postgres(port_of("postgres", base), data / "postgres"),
        clickhouse(port_of("clickhouse", base), data / "clickhouse"),
    )
    urls = {f"{engine.program.name.upper()}_URL": engine.url for engine in engines}
    services = tuple(_service(name, settings, urls) for name in SERVICES)
    return Stack(engines, services, _traffic(base), urls)


def _service(name: str, settings: Settings, urls: Mapping[str, str]) -> Program:
    port = port_of(name, settings.tideline_port_base)
    return Program(
        name=name,
        command=(sys.executable, "-m", name.replace("-", "_")),
        probe=probes.http_ok(port, "/health/ready"),
        environment={**urls, "HOST": "127.0.0.1", "PORT": str(port), **_own_environment(name, settings)},
        ports=(port,),
    )


def _own_environment(name: str, settings: Settings) -> Mapping[str, str]:
    """What one service is told beyond the engines' URLs and its own address."""
    places = settings.places
    return {
        # load and log replay speak for many visitors from this machine
        "collector": {
            "TRUSTED_PROXIES": "127.0.0.0/8",
            "TRACKER_DIR": str(places.checkout / "tracker" / "dist"),
            "STATE_DIR": str(places.root / "collector"),
        },
        "enricher": _geo_environment(settings),
        "salt-cron": {"MASTER_KEY_FILE": str(places.master_key)},
        "query-api": {
            "DASHBOARD_DIR": str(places.checkout / "dashboard" / "dist"),
            "COLLECTOR_URL": f"http://127.0.0.1:{port_of('collector', settings.tideline_port_base)}",
            **_credit(settings),
        },
    }.get(name, {})


def _geo_environment(settings: Settings) -> Mapping[str, str]:
    """The operator's database, else the fetched one; without either, places stay empty."""
    fetched = _fetched_countries(settings)
    chosen = settings.geo_database or (str(fetched) if fetched.exists() else "")
    return {"GEO_DATABASE": chosen} if chosen else {}


def _credit(settings: Settings) -> Mapping[str, str]:
    """The link that the fetched database's licence asks for (CC BY 4.0)."""
    used = not settings.geo_database and _fetched_countries(settings).exists()
    return {"PLACES_CREDIT": "DB-IP https://db-ip.com"} if used else {}


def _fetched_countries(settings: Settings) -> Path:
    return settings.places.cache / "dbip-country.mmdb"


def _traffic(base: int) -> Program:
    collector = f"http://127.0.0.1:{port_of('collector', base)}"
    return Program(
        name="traffic",
        command=(sys.executable, "-m", "loadgen", "people", "--collector", collector, "--site", DEMO_SITE),
    )
