"""The master key: how it is read, what it wraps, what it refuses."""

import base64
from pathlib import Path

import pytest
from salt_cron.wrapping import MasterKey, MasterKeyError, NothingKept, read_master_key
from tides.almanac import SecretName

DAY = SecretName("tide", "2026-11-23")
TEXT = base64.urlsafe_b64encode(b"\xff" * 32).decode()


def test_a_wrapped_secret_opens_under_its_own_name_only():
    key = MasterKey(bytes(32))
    wrapped = key.wrap(DAY, b"secret")
    assert key.unwrap(DAY, wrapped) == b"secret"
    with pytest.raises(MasterKeyError):
        key.unwrap(SecretName("tide", "2026-11-24"), wrapped)


def test_the_key_is_read_from_a_file_with_or_without_padding(tmp_path: Path):
    file = tmp_path / "key"
    for text in (TEXT, TEXT.rstrip("="), TEXT + "\n"):
        file.write_text(text)
        assert read_master_key("", str(file)) == b"\xff" * 32


def test_the_text_wins_over_the_file():
    assert read_master_key(TEXT, "/nowhere") == b"\xff" * 32


@pytest.mark.parametrize(
    ("text", "file", "message"),
    [
        ("", "", "MASTER_KEY_FILE"),
        ("", "/nowhere/key", "FileNotFoundError"),
        ("not base64!", "", "cannot be read"),
        (base64.urlsafe_b64encode(b"short").decode(), "", "5 bytes"),
    ],
)
def test_a_key_of_the_wrong_form_is_refused_unshown(text: str, file: str, message: str):
    with pytest.raises(MasterKeyError, match=message) as caught:
        read_master_key(text, file)
    if text:
        assert text not in str(caught.value)


def test_mode_memory_keeps_nothing_and_opens_nothing():
    assert NothingKept().wrap(DAY, b"secret") is None
    with pytest.raises(MasterKeyError, match="mode memory"):
        NothingKept().unwrap(DAY, b"wrapped")
