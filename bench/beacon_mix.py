"""Beacons of lifelike variety for the benches: 10,000 user agents, 100,000 addresses, 5,000 pages; a seed makes them.

One visitor is one address with one user agent. 5,000 visits go on at a time and have six beacons each on average; a
third begin elsewhere, a tenth of the pages carry tags.
"""

import random
from collections.abc import Iterator

from contract.beacon import Beacon

USER_AGENTS, ADDRESSES, PAGES = 10_000, 100_000, 5_000
VISITS_AT_A_TIME, BEACONS_A_VISIT = 5_000, 6
_SYSTEMS = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    "Linux; Android 14; Pixel 8",
    "Linux; Android 13; SM-S918B",
    "Linux; Android 12; SM-T870",
)
_SOURCES = ("google.com", "www.bing.com", "news.ycombinator.com", "t.co", "www.reddit.com", "chatgpt.com")


def user_agents(dice: random.Random) -> list[str]:
    """Distinct user agents of browsers that people use."""
    found: set[str] = set()
    while len(found) < USER_AGENTS:
        build = f"{dice.randint(90, 145)}.0.{dice.randint(1000, 7000)}.{dice.randint(1, 200)}"
        mobile = " Mobile" if (system := dice.choice(_SYSTEMS)).startswith("Linux; Android 1") else ""
        tail = dice.choice(("", "", f" Edg/{build}", f" OPR/{dice.randint(80, 115)}.0.0.0"))
        found.add(
            f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{build}{mobile} Safari/537.36{tail}"
        )
    return sorted(found)


def pages(dice: random.Random) -> list[str]:
    """Distinct URLs of one site."""
    tags = ("", "", "", "", "", "", "", "", "", "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn")
    return [
        f"https://shop.example/{dice.choice(('blog', 'item', 'help'))}/{n}{dice.choice(tags)}" for n in range(PAGES)
    ]


def beacons(start_ms: int, a_second: int, seed: int = 1) -> Iterator[Beacon]:
    """Beacons without end, received from `start_ms` on at that rate."""
    dice = random.Random(seed)  # noqa: S311  a bench wants the same beacons each time
    agents, urls = user_agents(dice), pages(dice)
    people = [(f"100.{n >> 16}.{n >> 8 & 255}.{n & 255}", dice.choice(agents)) for n in range(ADDRESSES)]
    visits = [dice.choice(people) for _ in range(VISITS_AT_A_TIME)]
    sent = 0
    while True:
        place = int(dice.random() * VISITS_AT_A_TIME)
        begins = dice.random() < 1 / BEACONS_A_VISIT
        if begins:
            visits[place] = dice.choice(people)
        ip, agent = visits[place]
        beacon = Beacon(1, start_ms + sent * 1_000 // a_second, ip, agent, "pageview", dice.choice(urls))
        beacon.screen_width = 1440
        beacon.referrer = f"https://{dice.choice(_SOURCES)}/" if begins and dice.random() < 0.33 else dice.choice(urls)
        if dice.random() < 0.2:
            beacon.name, beacon.props = "signup", {"plan": dice.choice(("free", "paid")), "step": "2"}
        sent += 1
        yield beacon
