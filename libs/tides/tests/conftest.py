"""A database of the test Redis that nobody else uses."""

import pytest


@pytest.fixture
def own_redis_url(redis_url: str) -> str:
    return f"{redis_url.rpartition('/')[0]}/7"
