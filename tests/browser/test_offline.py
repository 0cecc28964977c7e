"""A person reads on without a network; what is counted afterwards is exactly what was read."""

import time

from playwright.sync_api import Page

from tests.integration.running_stack import Stack, until

COUNTED_WITHIN_S = 60
"""A beacon that is sent again waits until storage is complete past its receipt."""


def pages(stack: Stack, site: str) -> dict[str, int]:
    return stack.by(site, "event:page", "pageviews")


def test_pages_read_offline_are_counted_once_each_when_the_network_is_back(stack: Stack, site: str, page: Page, serve):
    url = serve("spa.html", site)
    page.goto(f"{url}/app")
    until(lambda: pages(stack, site) == {"/app": 1}, what="the first page")
    page.context.set_offline(True)
    for link in ("Inbox", "Settings", "Inbox"):
        page.click(f"text={link}")
        page.wait_for_timeout(1_000)
    assert pages(stack, site) == {"/app": 1}
    page.context.set_offline(False)
    expected = {"/app": 1, "/app/inbox": 2, "/app/settings": 1}
    until(lambda: pages(stack, site) == expected, what="every page", within_s=COUNTED_WITHIN_S)
    assert stack.totals(site, "visitors", "visits", "bounce_rate") == [1, 1, 0]
    assert stack.by(site, "visit:exit_page", "visits") == {"/app/inbox": 1}
    assert page.evaluate("Object.keys(localStorage)") == []


def test_pages_read_while_the_collector_is_away_are_counted_once_each(stack: Stack, site: str, page: Page, serve):
    url = serve("spa.html", site)
    page.goto(f"{url}/app")
    until(lambda: pages(stack, site) == {"/app": 1}, what="the first page")
    killed = stack.kill("collector")
    page.click("text=Inbox")
    page.click("text=Settings")
    until(lambda: stack.pid("collector") != killed, what="the collector's return", within_s=30)
    expected = {"/app": 1, "/app/inbox": 1, "/app/settings": 1}
    until(lambda: pages(stack, site) == expected, what="every page", within_s=2 * COUNTED_WITHIN_S)
    time.sleep(2)
    assert pages(stack, site) == expected
    assert stack.totals(site, "visitors", "visits") == [1, 1]
