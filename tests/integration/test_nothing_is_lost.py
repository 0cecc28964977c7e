"""Services die, and what was answered 202 is counted all the same, once."""

import httpx
import pytest

from tests.integration.running_stack import Stack, until

VISITORS = 120


def one_page_each(stack: Stack, site: str, path: str, first: int = 0) -> int:
    """A pageview of each of many visitors; how many were answered 202."""
    answers = [stack.send(site, path, ip=f"198.51.100.{first + i}") for i in range(VISITORS)]
    return sum(answer.status_code == 202 for answer in answers)


@pytest.mark.parametrize("name", ["enricher", "sink"])
def test_a_killed_consumer_loses_nothing_doubles_nothing_and_splits_no_session(stack: Stack, site: str, name: str):
    accepted = one_page_each(stack, site, "/before")
    stack.kill(name)
    accepted += one_page_each(stack, site, "/after")
    until(lambda: stack.totals(site, "pageviews") == [accepted], what=f"{accepted} pageviews", within_s=60)
    assert accepted == 2 * VISITORS
    assert stack.totals(site, "visitors", "visits") == [VISITORS, VISITORS]


def test_a_killed_collector_comes_back_and_forgets_nothing_it_answered(stack: Stack, site: str):
    accepted = one_page_each(stack, site, "/before")
    stack.kill("collector")
    until(lambda: answers(stack), what="the collector's return", within_s=15)
    until(lambda: stack.totals(site, "pageviews") == [accepted], what=f"{accepted} pageviews")


def test_a_killed_broker_comes_back_and_nothing_answered_202_is_lost(stack: Stack, site: str):
    accepted = one_page_each(stack, site, "/before")
    stack.kill("kafka")
    refused = stack.send(site, "/during")
    accepted += refused.status_code == 202
    until(lambda: stack.send(site, "/probe", ip="192.0.2.1").status_code == 202, what="a 202 again", within_s=30)
    accepted += 1
    until(lambda: stack.totals(site, "pageviews")[0] >= accepted, what=f"{accepted} pageviews", within_s=60)


def test_sites_and_visitors_survive_an_emptied_redis(stack: Stack, site: str):
    stack.send(site, "/before")
    until(lambda: stack.totals(site, "pageviews") == [1], what="the first pageview")
    killed = stack.kill("redis")
    until(lambda: stack.pid("redis") != killed, what="redis' return", within_s=20)
    assert stack.send(site, "/after").status_code == 202
    until(lambda: stack.totals(site, "pageviews") == [2], what="the second pageview", within_s=30)
    assert stack.totals(site, "visitors", "visits") == [1, 1]


def answers(stack: Stack) -> bool:
    """Whether the collector is ready; False while nothing listens."""
    try:
        return stack.http.get(f"{stack.collector}/health/ready").status_code == 200
    except httpx.TransportError:
        return False
