"""The dashboard's files: pages, assets, their caching, and what a page may load."""

import httpx
import pytest
from query_api.adapters.dashboard_files import dashboard
from starlette.applications import Starlette


@pytest.fixture
def client(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "index-3f2a.js").write_text("1")
    app = Starlette(routes=dashboard(str(tmp_path)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test")


@pytest.mark.parametrize("path", ["/", "/index.html", "/pages", "/sites/7"])
async def test_every_page_is_the_index_and_never_stale(client, path):
    response = await client.get(path)
    assert response.status_code == 200
    assert response.text == "<!doctype html>"
    assert response.headers["Cache-Control"] == "no-cache"


async def test_hashed_assets_are_cached_for_good(client):
    response = await client.get("/assets/index-3f2a.js")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/assets/gone.js", "/assets/gone", "/robots.txt", "/api/v9/query", "/../secret.txt"])
async def test_what_is_not_there_is_a_404_and_never_cached_for_good(client, path):
    response = await client.get(path)
    assert response.status_code == 404
    assert "immutable" not in response.headers.get("Cache-Control", "")


async def test_a_page_may_load_from_its_own_origin_only(client):
    policy = (await client.get("/")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_without_a_folder_there_is_no_dashboard(tmp_path):
    assert dashboard("") == []
    assert dashboard(str(tmp_path / "never-built")) == []
