"""Content codings: many frames in one body, cut anywhere."""

import gzip
import zlib
from collections.abc import Callable

import lz4.frame
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from local_stack.clickhouse_front.compression import Decoder, Encoder, choose
from local_stack.clickhouse_front.failures import EngineError

_COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "lz4": lz4.frame.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "": bytes,
}


@given(
    coding=st.sampled_from(sorted(_COMPRESS)),
    frames=st.lists(st.binary(max_size=300), max_size=5),
    size=st.integers(1, 50),
)
@settings(max_examples=80, deadline=None)
def test_every_frame_of_a_body_is_read_however_it_is_cut(coding: str, frames: list[bytes], size: int) -> None:
    body = b"".join(_COMPRESS[coding](frame) for frame in frames)
    decoder = Decoder(coding)
    plain = b"".join(decoder.feed(body[at : at + size]) for at in range(0, len(body), size))
    decoder.finish()
    assert plain == b"".join(frames)


@pytest.mark.parametrize("coding", sorted(_COMPRESS))
def test_what_is_encoded_block_by_block_is_decoded_again(coding: str) -> None:
    encoder, decoder = Encoder(coding), Decoder(coding)
    body = encoder.feed(b"one") + encoder.feed(b"two" * 1000) + encoder.flush()
    assert decoder.feed(body) == b"one" + b"two" * 1000
    decoder.finish()


@pytest.mark.parametrize("coding", ["lz4", "zstd", "gzip"])
def test_an_answer_without_blocks_stays_empty(coding: str) -> None:
    assert Encoder(coding).flush() == b""


@pytest.mark.parametrize("coding", ["lz4", "zstd", "gzip"])
def test_a_body_that_ends_within_a_frame_is_refused(coding: str) -> None:
    decoder = Decoder(coding)
    decoder.feed(_COMPRESS[coding](b"x" * 1000)[:-3])
    with pytest.raises(EngineError, match="ends within") as caught:
        decoder.finish()
    assert caught.value.http_status == 400


@pytest.mark.parametrize("coding", ["lz4", "zstd", "gzip", "deflate"])
def test_bytes_that_are_no_frame_are_refused(coding: str) -> None:
    with pytest.raises(EngineError, match="Cannot decompress"):
        Decoder(coding).feed(b"this was never compressed")


def test_an_unknown_coding_is_refused_by_name() -> None:
    with pytest.raises(EngineError, match="'snappy'") as caught:
        Decoder("snappy")
    assert caught.value.http_status == 501


def test_the_first_coding_of_ours_that_a_client_accepts_is_chosen() -> None:
    assert choose("gzip, zstd;q=0.5, br") == "zstd"
    assert choose("br") == ""
    assert choose("") == ""
