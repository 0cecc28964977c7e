"""Retries that do not wait."""

from functools import partial

import pytest
from runtime.retry import retrying


@pytest.fixture(autouse=True, scope="session")
def _no_waiting():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sink.delivery.retrying", partial(retrying, first_s=0, most_s=0))
        yield
