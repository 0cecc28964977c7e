"""No address and no user agent lies readable anywhere in the stack's folder: not while it runs, not after a kill."""

from pathlib import Path

from tests.integration.running_stack import Stack, until

CANARY_IP = "198.51.100.231"
CANARY_USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 Xylophone/77"
CANARY_QUERY = "marmalade-secret"


def files_holding(folder: Path, *canaries: str) -> list[str]:
    needles = [canary.encode() for canary in canaries]
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def test_a_canary_is_found_nowhere_on_the_disk(stack: Stack, site: str):
    for name in ("pageview", "Canary"):
        stack.send(site, f"/?email={CANARY_QUERY}", name=name, ip=CANARY_IP, headers={"User-Agent": CANARY_USER_AGENT})
    until(lambda: stack.totals(site, "events") == [2], what="both events")
    assert files_holding(stack.state, CANARY_IP, "Xylophone", CANARY_QUERY) == []


def test_the_search_itself_can_find_something(stack: Stack, site: str):
    assert files_holding(stack.state / "log", '"started"')
