"""People and their visits: a seed in, persons and the steps of their visits out; no clock."""

from random import Random
from typing import TypeVar

import msgspec

from loadgen.world import Action, Agent, Arrival, City, Country, Page, World

_T = TypeVar("_T", Country, Agent, Page, Arrival)

_MOST_PAGES = 12
_GOES_ON = 0.52
"""Chance to read another page; about half of all visits bounce, as on real sites."""
_SHORTEST_READ_MS = 2_000
_LONGEST_READ_MS = 20 * 60_000


class Person(msgspec.Struct, frozen=True):
    """Someone with a device, an address and a place."""

    ip: str
    user_agent: str
    agent: Agent
    browser_version: str
    os_version: str
    screen_width: int
    country: Country
    city: City


class Step(msgspec.Struct, frozen=True):
    """Something that a person does, so many milliseconds into the visit."""

    offset_ms: int
    name: str
    page: str
    props: dict[str, str] = {}
    interactive: bool = True
    revenue_amount: str = ""
    revenue_currency: str = ""
    engagement_ms: int | None = None
    scroll_depth: int | None = None


class Visit(msgspec.Struct, frozen=True):
    """How somebody came and what they did, in order of time."""

    arrival: Arrival
    steps: tuple[Step, ...]


class Crowd:
    """Draws persons and visits; the same world and the same seed draw the same ones."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._random = Random(seed)  # noqa: S311  nothing secret: the same seed must draw the same people

    def person(self) -> Person:
        """A person at random."""
        random = self._random
        country = self._weighted(self._world.countries)
        agent = self._weighted(self._world.agents)
        version, os_version = random.choice(agent.versions), random.choice(agent.os_versions)
        network = random.choice(country.networks)
        return Person(
            ip=str(network[random.randrange(1, network.num_addresses - 1)]),
            user_agent=agent.text.replace("{v}", version).replace("{o}", os_version.replace(".", "_")),
            agent=agent,
            browser_version=version,
            os_version=os_version,
            screen_width=random.choice(agent.widths),
            country=country,
            city=random.choice(country.cities),
        )

    def visit(self) -> Visit:
        """A visit at random, with its first step at 0 ms."""
        arrival = self._weighted(self._world.arrivals)
        pages = {page.path: page for page in self._world.pages}
        page = pages[arrival.page] if arrival.page else self._weighted(self._world.pages)
        steps: list[Step] = []
        at_ms = 0
        for _ in range(_MOST_PAGES):
            read_ms = self._reading_ms(page)
            steps += self._on_page(page, at_ms, read_ms)
            at_ms += read_ms
            if self._random.random() > _GOES_ON:
                break
            page = self._weighted(self._world.pages)
        return Visit(arrival, tuple(steps))

    def _on_page(self, page: Page, at_ms: int, read_ms: int) -> list[Step]:
        acts = [
            self._act(action, at_ms + int(read_ms * self._random.uniform(0.3, 0.9)))
            for action in self._world.actions
            if action.page == page.path and self._random.random() < action.chance
        ]
        leaves = Step(
            at_ms + read_ms - 1,
            "engagement",
            page.path,
            engagement_ms=int(read_ms * self._random.uniform(0.5, 1.0)),
            scroll_depth=min(100, int(self._random.triangular(10, 110, 80))),
        )
        return [Step(at_ms, "pageview", page.path), *acts, leaves]

    def _act(self, action: Action, at_ms: int) -> Step:
        return Step(
            at_ms,
            action.name,
            action.page,
            props={key: self._random.choice(values) for key, values in action.props.items()},
            interactive=action.interactive,
            revenue_amount=self._random.choice(action.amounts) if action.amounts else "",
            revenue_currency=action.currency,
        )

    def _reading_ms(self, page: Page) -> int:
        drawn = int(page.seconds * 1_000 * self._random.lognormvariate(0, 0.8))
        return min(_LONGEST_READ_MS, max(_SHORTEST_READ_MS, drawn))

    def _weighted(self, choices: tuple[_T, ...]) -> _T:
        return self._random.choices(choices, [c.weight for c in choices])[0]
