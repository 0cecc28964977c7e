"""A reader opens the dashboard and sees the numbers that the API answers."""

from playwright.sync_api import Page, expect

from tests.integration.running_stack import Stack, until

PATIENCE_MS = 30_000


def dashboard_of(stack: Stack, site: str) -> str:
    return f"{stack.endpoints['query_api']}/?site={site}#key={stack.endpoints['api_key']}"


def test_the_numbers_on_the_page_are_those_of_the_api(stack: Stack, site: str, page: Page):
    for number in range(7):
        stack.send(site, "/harbour", ip=f"203.0.113.{number}", r="https://www.google.com/")
    stack.send(site, "/lighthouse", ip="203.0.113.0")
    until(lambda: stack.totals(site, "pageviews") == [8], what="eight pageviews")
    page.goto(dashboard_of(stack, site))
    for text in ("/harbour", "/lighthouse", "Google", "Firefox", "Desktop"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible(timeout=PATIENCE_MS)
    body = page.inner_text("body")
    assert "7" in body
    assert "8" in body


def test_it_refreshes_itself(stack: Stack, site: str, page: Page):
    stack.send(site, "/first")
    until(lambda: stack.totals(site, "pageviews") == [1], what="the first pageview")
    page.goto(dashboard_of(stack, site))
    expect(page.get_by_text("/first", exact=True).first).to_be_visible(timeout=PATIENCE_MS)
    stack.send(site, "/second")
    expect(page.get_by_text("/second", exact=True).first).to_be_visible(timeout=60_000)


def test_it_says_that_every_beacon_is_accounted_for_and_on_demand_what_became_of_them(
    stack: Stack, site: str, page: Page
):
    for number in range(5):
        stack.send(site, "/", ip=f"203.0.113.{number}")
    robot = {"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}
    stack.send(site, "/", headers=robot)
    until(lambda: stack.totals(site, "pageviews") == [5], what="five pageviews")
    page.goto(dashboard_of(stack, site))
    summary = page.get_by_text("Every beacon accounted for", exact=True)
    expect(summary).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("row", name="Robots")).to_be_hidden()
    summary.press("Enter")
    expect(page.get_by_role("row", name="Stored 5")).to_be_visible()
    expect(page.get_by_role("row", name="Robots")).to_be_visible()


def test_without_a_key_it_asks_for_one(stack: Stack, site: str, page: Page):
    page.goto(f"{stack.endpoints['query_api']}/?site={site}")
    expect(page.locator("input").first).to_be_visible(timeout=PATIENCE_MS)
