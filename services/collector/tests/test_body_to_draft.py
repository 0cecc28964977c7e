"""Bodies that nobody would write by hand."""

import json
from typing import Any

import msgspec
import pytest
from collector.body_to_draft import read_draft
from collector.draft import Sender
from collector.report_to_draft import read_report
from collector.steps import numbers
from collector.steps.refusal import RefusedError
from contract.limits import MAX_PROP_KEY_BYTES, MAX_PROP_VALUE_BYTES, MAX_PROPS, MAX_REFERRER_BYTES
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = "n name u url d domain r referrer p props m meta h hashMode $ revenue i interactive e sd w rid rp age"
FIELDS = st.sampled_from(sorted(NAMES.split()))
SENDER = Sender("198.51.100.7", "Agent/1", opted_out=False)


def told(**fields: Any) -> bytes:
    return json.dumps({"n": "pageview", "u": "https://shop.example/", **fields}).encode()


@given(st.dictionaries(FIELDS, JSON, max_size=8))
def test_any_json_is_a_draft_or_a_refusal_and_a_draft_fits_an_envelope(fields: dict[str, Any]):
    try:
        draft = read_draft(told(**fields))
    except RefusedError:
        return
    msgspec.msgpack.encode(draft.beacon(1, SENDER, 0))
    assert len(draft.props) <= MAX_PROPS


@given(st.binary(max_size=200))
def test_any_bytes_are_a_refusal_and_never_a_crash(body: bytes):
    with pytest.raises(RefusedError):
        read_draft(body)


@pytest.mark.parametrize("depth", [2_000, 30_000])
def test_deep_json_is_a_refusal(depth: int):
    with pytest.raises(RefusedError):
        read_draft(b'{"n":' + b"[" * depth)


def test_deep_props_in_text_are_ignored():
    assert read_draft(told(p="[" * 60_000)).props == {}


@given(st.text(min_size=1, max_size=3_000))
def test_a_long_referrer_is_cut_between_characters(referrer: str):
    cut = read_draft(json.dumps({"n": "a", "u": "https://shop.example/", "r": referrer}).encode()).referrer
    assert len(cut.encode()) <= MAX_REFERRER_BYTES
    assert referrer.startswith(cut)


def test_limits_of_props_are_in_bytes():
    assert read_draft(told(p={"ä" * (MAX_PROP_KEY_BYTES // 2): "ä" * (MAX_PROP_VALUE_BYTES // 2)})).props
    for props in ({"ä" * (MAX_PROP_KEY_BYTES // 2 + 1): "x"}, {"x": "ä" * (MAX_PROP_VALUE_BYTES // 2 + 1)}):
        with pytest.raises(RefusedError):
            read_draft(told(p=props))


def test_a_refusal_repeats_nothing_that_was_sent():
    with pytest.raises(RefusedError) as caught:
        read_draft(told(p={"canary": "canary" * 1000}))
    assert "canary" not in str(caught.value) + str(caught.value.errors)


def test_more_domains_than_a_page_could_mean_are_refused():
    with pytest.raises(RefusedError):
        read_draft(told(d=",".join(f"s{n}.example" for n in range(21))))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e400", True, None, [], "9" * 41, "1e30"])
def test_an_amount_that_is_no_sum_of_money_is_ignored(amount: Any):
    assert numbers.revenue({"currency": "EUR", "amount": amount}) == ("", "")


@pytest.mark.parametrize(("amount", "text"), [(1, "1"), ("1.50", "1.50"), (1e-7, "0.0000001"), (-3.5, "-3.5")])
def test_an_amount_becomes_plain_decimal_text(amount: Any, text: str):
    assert numbers.revenue({"currency": "eur", "amount": amount}) == (text, "EUR")


def test_a_report_may_not_pose_as_engagement():
    body = b'{"event_type": "engagement", "metadata": {"page_url": "https://shop.example/"}}'
    with pytest.raises(RefusedError, match="event_type"):
        read_report(body, 0, "id", vouched=False)


@given(st.integers() | st.text(max_size=30))
def test_an_age_is_always_between_now_and_48_hours(timestamp: Any):
    body = {"event_type": "x", "timestamp": timestamp, "metadata": {"page_url": "https://shop.example/"}}
    try:
        draft = read_report(json.dumps(body).encode(), 1_800_000_000_000, "id", vouched=True)
    except RefusedError:
        return
    assert 0 <= draft.age_ms <= 48 * 3_600_000
