"""The search finds people where they are, and takes nothing else for them."""

from pathlib import Path

import pytest

from tests.chaos.canaries import files_telling_of_people
from tests.chaos.load import ELSEWHERE, USER_AGENT, address_of


@pytest.mark.parametrize(
    "told", [USER_AGENT, address_of(1), address_of(59_999), address_of(999_999), address_of(999_999 + ELSEWHERE)]
)
def test_a_person_is_found_however_deep(tmp_path: Path, told: str):
    (tmp_path / "deep" / "down").mkdir(parents=True)
    (tmp_path / "deep" / "down" / "log").write_bytes(b"\x00said " + told.encode() + b" once\xff")
    assert files_telling_of_people(tmp_path) == ["deep/down/log"]


@pytest.mark.parametrize("told", ["10.17.0.1", "210.177.0.1", "10.177.0", "Firefox/140.0"])
def test_what_tells_of_nobody_is_left_alone(tmp_path: Path, told: str):
    (tmp_path / "log").write_text(f"said {told} once")
    assert files_telling_of_people(tmp_path) == []
