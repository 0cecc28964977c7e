"""A component's own task: begun, cancelled, and watched."""

import asyncio

import pytest
from runtime.background import Background


async def test_it_runs_until_it_is_stopped():
    ticks = []

    async def work() -> None:
        while True:
            ticks.append(1)
            await asyncio.sleep(0)

    background = Background(work)
    assert not background.is_running()
    background.start()
    await asyncio.sleep(0.01)
    assert background.is_running()
    await background.stop()
    assert not background.is_running()
    count = len(ticks)
    assert count > 1
    await asyncio.sleep(0.01)
    assert len(ticks) == count


async def test_what_ends_it_is_raised_and_does_not_disturb_the_stop():
    async def work() -> None:
        raise ValueError("a mistake")

    background = Background(work)
    background.start()
    with pytest.raises(ValueError, match="a mistake"):
        await background.failed()
    await background.stop()


@pytest.mark.parametrize("started", [True, False])
async def test_what_came_to_its_end_or_never_began_is_no_failure(started: bool):
    async def work() -> None:
        pass

    background = Background(work)
    if started:
        background.start()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(background.failed(), 0.05)
    await background.stop()
