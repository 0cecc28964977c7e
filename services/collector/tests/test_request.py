"""What is read of a request, message by message."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from collector.request import GoneError, TooLargeError, read_bearer, read_body, read_sender
from collector.steps.client_address import TrustedProxies
from contract.limits import MAX_BODY_BYTES
from hypothesis import given
from hypothesis import strategies as st

NOBODY = TrustedProxies("")


def receiving(*messages: dict[str, Any]) -> Callable[[], Awaitable[dict[str, Any]]]:
    rest = list(messages)

    async def receive() -> dict[str, Any]:
        return rest.pop(0)

    return receive


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def scope(*headers: tuple[bytes, bytes], peer: tuple[str, int] | None = ("198.51.100.1", 1)) -> dict[str, Any]:
    return {"headers": list(headers), "client": peer}


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=8))
async def test_a_body_in_pieces_is_the_body_in_one(pieces: list[bytes]):
    messages = [piece(each) for each in pieces[:-1]] + [piece(pieces[-1], more=False)]
    assert await read_body(receiving(*messages)) == b"".join(pieces)


async def test_the_largest_body_is_taken_and_one_byte_more_is_not():
    assert len(await read_body(receiving(piece(b" " * MAX_BODY_BYTES, more=False)))) == MAX_BODY_BYTES
    with pytest.raises(TooLargeError):
        await read_body(receiving(piece(b" " * (MAX_BODY_BYTES + 1), more=False)))


async def test_reading_ends_where_the_limit_is_passed():
    with pytest.raises(TooLargeError):
        await read_body(receiving(piece(b" " * MAX_BODY_BYTES), piece(b" ")))


@pytest.mark.parametrize("before", [[], [piece(b"{")]])
async def test_a_client_that_leaves_in_the_middle_is_gone(before: list[dict[str, Any]]):
    with pytest.raises(GoneError):
        await read_body(receiving(*before, {"type": "http.disconnect"}))


def test_a_request_without_headers_has_a_sender_all_the_same():
    sender = read_sender(scope(), NOBODY)
    assert (sender.client_ip, sender.user_agent, sender.opted_out) == ("198.51.100.1", "", False)


def test_a_socket_without_an_address_gives_an_empty_one():
    assert read_sender(scope(peer=None), NOBODY).client_ip == ""


def test_a_user_agent_of_any_bytes_is_cut_and_kept():
    agent = read_sender(scope((b"user-agent", b"\xff" * 5_000)), NOBODY).user_agent
    assert len(agent) == 1_000
    agent.encode()


@pytest.mark.parametrize(
    ("name", "value", "opted_out"),
    [(b"sec-gpc", b"1", True), (b"dnt", b"1", True), (b"sec-gpc", b"0", False), (b"dnt", b"0", False)],
)
def test_the_wish_not_to_be_counted_is_read(name: bytes, value: bytes, opted_out: bool):
    assert read_sender(scope((name, value)), NOBODY).opted_out is opted_out


@pytest.mark.parametrize(
    ("value", "key"),
    [(b"Bearer tl_x", "tl_x"), (b"bearer  tl_x ", "tl_x"), (b"Basic tl_x", None), (b"", None), (b"Bearer ", "")],
)
def test_a_bearer_key_is_read_whatever_the_case_of_its_scheme(value: bytes, key: str | None):
    assert read_bearer(scope((b"authorization", value))) == key
