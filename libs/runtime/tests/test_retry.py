"""Retries: as often as it takes, and no longer than was allowed."""

import pytest
from runtime.retry import retrying


class Flaky:
    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise ConnectionError("away")
        return "done"


async def test_a_call_is_tried_until_it_succeeds():
    flaky = Flaky(3)
    assert await retrying(flaky, on=(ConnectionError,), what="test", first_s=0.001) == "done"
    assert flaky.calls == 4


async def test_other_errors_are_not_retried():
    flaky = Flaky(1)
    with pytest.raises(ConnectionError):
        await retrying(flaky, on=(TimeoutError,), what="test", first_s=0.001)
    assert flaky.calls == 1


async def test_the_last_error_is_raised_once_the_time_is_over():
    with pytest.raises(ConnectionError, match="away"):
        await retrying(Flaky(10**6), on=(ConnectionError,), what="test", first_s=0.01, give_up_after_s=0.05)
