"""An enricher of a bad release: a step fails at every beacon of a page whose address holds `/poison`."""

import os

from enricher import envelope_to_events
from enricher.settings import Settings
from enricher.steps.draft import Draft
from enricher.wiring import wire
from runtime import lifecycle, settings


def fail_at_poison(draft: Draft, _: object) -> None:
    if "/poison" in draft.beacon.url:
        raise ZeroDivisionError


if __name__ == "__main__":
    envelope_to_events.STEPS = (fail_at_poison, *envelope_to_events.STEPS)
    found = settings.load(Settings, os.environ)
    lifecycle.main("enricher", lambda: wire(found))
