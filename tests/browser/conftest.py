"""A real Chromium, and a small web server whose pages carry the tracker of the running stack."""

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.integration.running_stack import Stack

PAGES = Path(__file__).parent / "pages"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Headless, Chromium calls itself HeadlessChrome, and is dropped as the robot it is.
A_PERSONS_BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Gone with its module: while Playwright runs, no test of the same process can run a loop of its own."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a context of its own, in a person's browser window of 1280 by 800."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, user_agent=A_PERSONS_BROWSER)
    yield context.new_page()
    context.close()


@pytest.fixture
def serve(stack: Stack) -> Iterator[Callable[[str, str], str]]:
    """Serve a file of `pages/` at every path, with the tracker of a site in it; the server's URL."""
    servers: list[ThreadingHTTPServer] = []

    def start(file: str, site: str, attributes: str = "") -> str:
        script = (
            f'<script defer data-domain="{site}" data-local data-allow-automation {attributes}'
            f' src="{stack.collector}/js/script.js"></script>'
        )
        html = (PAGES / file).read_text().replace("<!-- script -->", script)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Same, html.encode()))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class _Same(BaseHTTPRequestHandler):
    """Answers every path with the same page."""

    def __init__(self, body: bytes, *args: object) -> None:
        self.body = body
        super().__init__(*args)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""
