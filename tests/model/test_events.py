"""The hash chain shows every change; one value has one spelling."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.events import FIRST_HASH, Event, Json, canonical_json, instant_text, is_chained, parse_instant
from tests.model.samples import MONDAY, NINE, event, issued_event

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
_INSTANTS = st.integers(0, 7_000_000_000_000_000).map(lambda micros: NINE + timedelta(microseconds=micros - 10**15))


def test_an_event_follows_its_predecessor_and_no_other() -> None:
    written = issued_event()
    assert is_chained(written, FIRST_HASH)
    assert not is_chained(written, "1" * 64)


@pytest.mark.parametrize(
    "tampered",
    [
        replace(issued_event(), event_id="e2"),
        replace(issued_event(), store_id="s2"),
        replace(issued_event(), seq=2),
        replace(issued_event(), kind="token_cancelled"),
        replace(issued_event(), token_id="t2"),
        replace(issued_event(), at=NINE + timedelta(microseconds=1)),
        replace(issued_event(), service_day=date(2026, 11, 24)),
        replace(issued_event(), body={**issued_event().body, "number": 18}),
        replace(issued_event(), body={**issued_event().body, "extra": None}),
        replace(issued_event(), hash="0" * 64),
    ],
)
def test_any_change_breaks_the_chain(tampered: Event) -> None:
    assert not is_chained(tampered, FIRST_HASH)


def test_the_hash_is_what_other_programs_compute() -> None:
    """Pinned: servers in the field hold hashes made this way."""
    assert canonical_json({"b": 1, "a": ["आशा", None, True]}) == '{"a":["आशा",null,true],"b":1}'
    written = event("token_called", {"room": "12"})
    assert written.hash == "5ccd43c2717e60b0b0cff20e098e7e204556bc18753a29f9162d7f765a5aea47"


def test_the_order_of_keys_and_the_time_zone_change_nothing() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert event("k", {"a": 1, "b": 2}, at=NINE.astimezone(india)).hash == event("k", {"b": 2, "a": 1}).hash


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_every_body_is_chained(body: dict[str, Json]) -> None:
    written = event("k", body)
    assert is_chained(written, FIRST_HASH)
    assert written.service_day == MONDAY


@given(st.lists(_INSTANTS, min_size=2))
def test_instants_come_back_and_sort_as_text(instants: list[datetime]) -> None:
    assert [parse_instant(instant_text(at)) for at in instants] == instants
    assert sorted(map(instant_text, instants)) == [instant_text(at) for at in sorted(instants)]


@pytest.mark.parametrize("text", ["", "2026-11-22", "2026-11-22T04:05:06", "now", "0001-01-01T00:00:00+05:30"])
def test_what_is_no_time_with_a_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_instant(text)
