"""Frames in a temporary file without a name."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tideline.importing.framed_file import FramedFile


@settings(max_examples=50)
@given(st.lists(st.lists(st.binary(max_size=40), max_size=5), max_size=5))
def test_frames_come_back_in_order_however_often_they_are_read(batches):
    file = FramedFile()
    for batch in batches:
        file.extend(batch)
        list(file)
    expected = [frame for batch in batches for frame in batch]
    assert list(file) == expected
    assert list(file) == expected
    file.close()


def test_no_file_can_be_seen_in_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = FramedFile()
    file.extend([b"x" * 1_000_000])
    assert list(tmp_path.iterdir()) == []
    file.close()
