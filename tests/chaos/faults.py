"""The faults, a line each: what is broken, how, and within how many seconds the pipeline must be as before.

To add one, add a line to `FAULTS`: docs/howto/break-everything.md.
"""

import random
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import redis
from local_stack.stack import SERVICES

from tests.chaos import poison
from tests.chaos.field import Field
from tests.chaos.ordeal import Fault, Strike
from tests.chaos.stack_behind_proxies import ENGINES, FAR_SERVICES, HOSTS, TWICE

EVERYTHING_WITHIN_S = 120
"""Fifteen processes start side by side, perhaps on two cores."""
NOBODY_ANSWERS = 0.5
"""Of the beacons, while no collector runs: a client tries thrice within some ten seconds."""
LONGER_THAN_A_SESSION_OF_THE_GROUP_S = 13
FOR_A_WHILE_S = 15
LONGER_THAN_ANYBODY_WAITS_S = 40
"""Clients have sent again by then, and Redis has forgotten what the collector told of itself."""


def killed(*names: str) -> Strike:
    """`kill -9` of all these at once."""
    return lambda field, _: field.kill(*names)


def killed_on_both_hosts(name: str) -> Strike:
    """`kill -9` of a service wherever it runs."""
    return killed(name, f"{name}-far")


def killed_again_and_again(name: str) -> Strike:
    """`kill -9` three times, each soon after the last one: in the midst of coming back."""

    def strike(field: Field, dice: random.Random) -> None:
        for _ in range(3):
            field.kill(name)
            time.sleep(dice.uniform(0.5, 3))

    return strike


def lasting(seconds: float, trouble: Callable[[Field], AbstractContextManager[object]]) -> Strike:
    """The trouble holds for so long and is over then."""

    def strike(field: Field, _: random.Random) -> None:
        with trouble(field):
            time.sleep(seconds)

    return strike


def frozen(*names: str) -> Strike:
    """SIGSTOP, and SIGCONT once others have taken over."""
    return lasting(LONGER_THAN_A_SESSION_OF_THE_GROUP_S, lambda field: field.frozen(*names))


def frozen_collector(field: Field) -> AbstractContextManager[object]:
    """SIGSTOP of one of the two."""
    return field.frozen("collector")


def refused(engine: str) -> Strike:
    """Every connection to the engine is reset, and every new one refused."""
    return lasting(FOR_A_WHILE_S, lambda field: field.refused(engine))


def weather(engine: str, **changes: object) -> Strike:
    """What passes between all services and the engine is slow, held back or broken off."""
    ways = [f"{host}-{engine}" for host in HOSTS]
    return lasting(FOR_A_WHILE_S, lambda field: field.weather(*ways, **changes))


def cut_off(host: str) -> Strike:
    """The host's services reach no engine, and nobody tells them."""
    return lasting(FOR_A_WHILE_S, lambda field: field.cut_off(host))


def stopped(name: str) -> Strike:
    """SIGTERM, as an operator would."""
    return lambda field, _: field.signal(name, signal.SIGTERM)


def scaled(name: str) -> Strike:
    """One more joins, another one, all at random; one is killed and the rest leave in order."""

    def strike(field: Field, dice: random.Random) -> None:
        with field.joined(name, 2):
            time.sleep(dice.uniform(4, 8))
            field.kill(dice.choice((name, f"{name}-far")))
            time.sleep(dice.uniform(2, 8))

    return strike


def emptied(field: Field, _: random.Random) -> None:
    """FLUSHALL, by mistake."""
    with redis.Redis.from_url(field.stack.endpoints["redis"]) as client:
        client.flushall()


def spoiled(spoiling: poison.Spoiling) -> Strike:
    """Records appear in `beacons` that no collector wrote so."""
    return lambda field, _: poison.spoil(field.stack.endpoints["kafka"], spoiling)


def killed_at_random(field: Field, dice: random.Random) -> None:
    """`kill -9` of any of all processes, all at once."""
    everything = (*ENGINES, *SERVICES, *FAR_SERVICES)
    field.kill(*dice.sample(everything, dice.randint(1, len(everything))))


def several_in_turn(field: Field, dice: random.Random) -> None:
    """Three of all faults, one upon the other's heels."""
    for fault in dice.sample(FAULTS, 3):
        fault.strike(field, dice)
        time.sleep(dice.uniform(0, 2))


FAULTS = (
    *(Fault(f"kill -9 of {name}", killed(name)) for name in SERVICES),
    *(Fault(f"kill -9 of every {name}", killed_on_both_hosts(name)) for name in TWICE),
    *(Fault(f"kill -9 of {name}, three times", killed_again_and_again(name)) for name in TWICE),
    *(Fault(f"kill -9 of {engine}", killed(engine)) for engine in ENGINES),
    Fault("kill -9 of clickhouse, three times", killed_again_and_again("clickhouse")),
    Fault("kill -9 of kafka, three times", killed_again_and_again("kafka")),
    Fault("kill -9 of redis and salt-cron", killed("redis", "salt-cron")),
    Fault("kill -9 of all services", killed(*SERVICES, *FAR_SERVICES), EVERYTHING_WITHIN_S, NOBODY_ANSWERS),
    Fault(
        "kill -9 of all services and engines",
        killed(*ENGINES, *SERVICES, *FAR_SERVICES),
        EVERYTHING_WITHIN_S,
        NOBODY_ANSWERS,
    ),
    *(Fault(f"{name} frozen, then thawed", frozen(name)) for name in TWICE),
    Fault(
        "collector frozen for longer than anybody waits",
        lasting(LONGER_THAN_ANYBODY_WAITS_S, frozen_collector),
        least_accepted=0.6,
    ),
    *(Fault(f"every {name} frozen, then thawed", frozen(name, f"{name}-far")) for name in ("enricher", "sink")),
    *(Fault(f"{engine} frozen, then thawed", frozen(engine)) for engine in ENGINES),
    *(Fault(f"{name}: two to four to three and back", scaled(name)) for name in ("enricher", "sink")),
    *(Fault(f"{name} restarted", stopped(name)) for name in ("kafka", "clickhouse", *TWICE)),
    Fault("clickhouse refuses", refused("clickhouse")),
    Fault("clickhouse answers 2 s late", weather("clickhouse", delay_s=1.0)),
    Fault("clickhouse half-open", weather("clickhouse", silent=True)),
    Fault("clickhouse resets amid its answer", weather("clickhouse", resets_after_bytes=100)),
    Fault("kafka refuses", refused("kafka")),
    Fault("kafka answers 0.6 s late", weather("kafka", delay_s=0.3)),
    Fault("kafka half-open", weather("kafka", silent=True)),
    Fault("kafka resets amid its answer", weather("kafka", resets_after_bytes=2_000)),
    Fault("redis emptied", emptied),
    Fault("redis refuses", refused("redis")),
    Fault("redis half-open", weather("redis", silent=True)),
    Fault("postgres refuses", refused("postgres")),
    *(Fault(f"the {host} host cut off", cut_off(host)) for host in HOSTS),
    Fault("garbage in beacons", spoiled(poison.garbage)),
    Fault("an envelope of an unknown version", spoiled(poison.of_tomorrow)),
    Fault("a forged envelope", spoiled(poison.altered)),
    Fault("a forged number", spoiled(poison.overtaking)),
    Fault("an envelope written twice", spoiled(poison.again)),
)

AT_RANDOM = (
    Fault("kill -9 of any", killed_at_random, within_s=EVERYTHING_WITHIN_S, least_accepted=0),
    Fault("three faults in turn", several_in_turn, within_s=EVERYTHING_WITHIN_S, least_accepted=0),
)
"""What is rolled anew in each round."""

SHORT = (
    "kill -9 of all services",
    "kill -9 of kafka",
    "kill -9 of clickhouse",
    "enricher frozen, then thawed",
    "redis emptied",
)
"""What `make test` has time for."""
