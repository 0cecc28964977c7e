"""One event with every field filled, taken from the golden example."""

import json
from pathlib import Path

import msgspec
import pytest
from contract.event import Event

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture
def golden_event() -> dict[str, object]:
    return json.loads((GOLDEN / "event.json").read_text())["event"]


@pytest.fixture
def an_event(golden_event: dict[str, object]) -> Event:
    fields = [field.name for field in msgspec.structs.fields(Event)]
    return msgspec.convert([golden_event[name] for name in fields], Event)
