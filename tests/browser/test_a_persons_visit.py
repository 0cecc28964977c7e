"""A person opens pages with the script and clicks through them; the numbers are read back exactly."""

from playwright.sync_api import Page

from tests.integration.running_stack import Stack, until


def events(stack: Stack, site: str) -> dict[str, int]:
    return stack.by(site, "event:name", "events")


def test_a_walk_through_plain_pages_is_read_back_exactly(stack: Stack, site: str, page: Page, serve):
    url = serve("plain.html", site)
    page.goto(f"{url}/?utm_source=letter&utm_medium=email")
    page.click("#next")
    page.wait_for_url("**/about")
    page.click("#signup")
    page.wait_for_timeout(300)
    page.go_back()
    page.wait_for_timeout(300)
    until(lambda: events(stack, site) == {"pageview": 3, "Signup": 1}, what="three pageviews and one Signup")
    assert stack.totals(site, "visitors", "visits", "pageviews", "bounce_rate") == [1, 1, 3, 0]
    assert stack.by(site, "event:page", "pageviews") == {"/": 2, "/about": 1}
    assert stack.by(site, "visit:source", "visits") == {"letter": 1}
    assert stack.by(site, "visit:channel", "visits") == {"Email": 1}
    assert stack.by(site, "visit:browser", "visits") == {"Chrome": 1}
    signups = [["is", "event:name", ["Signup"]]]
    assert stack.by(site, "event:props:plan", "events", filters=signups) == {"pro": 1}


def test_an_application_of_one_page_counts_its_paths(stack: Stack, site: str, page: Page, serve):
    url = serve("spa.html", site)
    page.goto(f"{url}/app")
    page.click("text=Inbox")
    page.click("text=Settings")
    page.go_back()
    page.wait_for_timeout(300)
    expected = {"/app": 1, "/app/inbox": 2, "/app/settings": 1}
    until(lambda: stack.by(site, "event:page", "pageviews") == expected, what="each path")
    assert stack.totals(site, "visitors", "visits") == [1, 1]


def test_a_visitor_who_sets_gpc_is_never_counted(stack: Stack, site: str, page: Page, serve):
    url = serve("plain.html", site)
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true });")
    page.goto(url)
    page.wait_for_timeout(300)
    stack.send(site, "/someone-else")
    until(lambda: stack.totals(site, "pageviews")[0] >= 1, what="someone else's pageview")
    assert stack.by(site, "event:page", "pageviews") == {"/someone-else": 1}


def test_the_script_keeps_nothing_in_the_browser(stack: Stack, site: str, page: Page, serve):
    page.goto(serve("plain.html", site))
    until(lambda: stack.totals(site, "pageviews") == [1], what="the pageview")
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
