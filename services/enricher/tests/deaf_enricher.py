"""An enricher that Faust brings the first record of a partition, and no other."""

import os
from collections.abc import Callable

from enricher.intake import Intake
from enricher.ports import Record
from enricher.settings import Settings
from enricher.wiring import wire
from runtime import lifecycle, settings

_take = Intake.take


async def hear_the_first(intake: Intake, record: Record, delivered: Callable[[], object]) -> None:
    if record.offset == 0:
        await _take(intake, record, delivered)


if __name__ == "__main__":
    Intake.take = hear_the_first
    found = settings.load(Settings, os.environ)
    lifecycle.main("enricher", lambda: wire(found))
