"""The collector answers every golden request as it stands written."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

GOLDEN = Path(__file__).parents[3] / "libs" / "contract" / "golden" / "requests.json"
CASES = json.loads(GOLDEN.read_text())["cases"]


def subset(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key in found and subset(value, found[key]) for key, value in wanted.items())
    return bool(wanted == found)


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
async def test_a_golden_request_is_answered_as_written(case: dict[str, Any], desk):
    body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
    answer = await desk.post(case["path"], content=body, headers=case.get("headers", {}))
    wanted = case["answer"]
    assert answer.status_code == wanted["status"]
    assert answer.headers.get("x-plausible-dropped") == wanted.get("headers", {}).get("x-plausible-dropped")
    if isinstance(wanted["body"], str):
        assert answer.text == wanted["body"]
    elif answer.status_code == 202:
        assert subset(wanted["body"], answer.json())
    else:
        assert answer.json() == wanted["body"]
    found = sorted(map(msgspec.structs.asdict, desk.beacons()), key=lambda beacon: beacon["site_id"])
    assert len(found) == len(case["beacons"])
    for beacon, fields in zip(found, case["beacons"], strict=True):
        assert {name: beacon[name] for name in fields} == fields


def test_no_two_golden_requests_have_the_same_title():
    assert len({case["title"] for case in CASES}) == len(CASES)
