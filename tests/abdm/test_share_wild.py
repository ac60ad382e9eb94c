"""Shares that nobody thought of: a profile without anything hostile, or ShareError."""

import json
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.abdm.share import SharedProfile, parse_share, parse_share_v1
from kiosk.abdm.share_json import ShareError
from tests.abdm.phone import HIP_ID, body_v1, body_v3, person
from tests.abdm.test_share import HEADERS, REQUEST_ID, TODAY
from tests.model.test_qr_wild import HOSTILE, assert_harmless

_TEXT = st.text(st.one_of(st.sampled_from(HOSTILE), st.characters()), max_size=40)
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | _TEXT
_JSON = st.recursive(_PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3))
_PERSON_KEYS = (*person(), "healthId", "healthIdNumber", "identifiers", "dob", "mobile", "kycPhoto")
_PERSON = st.dictionaries(st.sampled_from(_PERSON_KEYS), _JSON, max_size=5)
_BODY_KEYS = ("intent", "metaData", "profile", "requestId", "timestamp")
_HEADERS = st.dictionaries(
    st.sampled_from(("REQUEST-ID", "X-HIP-ID", "timestamp", "x-hip-id")), st.text(max_size=80), max_size=4
)


def taken(body: bytes, headers: dict[str, str], today: date = TODAY) -> list[SharedProfile]:
    """By either version; anything but ShareError fails the test."""
    profiles, refused = [], []
    for parse in (parse_share, parse_share_v1):
        try:
            profiles.append(parse(headers, body, today, "sbx"))
        except ShareError as error:
            refused.append(error)
    assert all(error.code.startswith("SHARE_") and len(str(error)) < 120 for error in refused)
    return profiles


def assert_sound(profile: SharedProfile) -> None:
    assert_harmless(profile.patient)
    assert profile.patient.name
    assert profile.address_as_sent.lower() == profile.patient.abha_address
    for text in (profile.request_id, profile.hip_id, profile.counter):
        assert text.isascii()
        assert text.isprintable()


@given(st.binary(max_size=400), _HEADERS)
def test_any_bytes(body: bytes, headers: dict[str, str]) -> None:
    for profile in taken(body, headers):
        assert_sound(profile)


@given(st.dictionaries(st.sampled_from(_BODY_KEYS), _JSON, max_size=5), _HEADERS, st.booleans())
def test_any_json(body: dict[str, object], headers: dict[str, str], ascii_only: bool) -> None:
    for profile in taken(json.dumps(body, ensure_ascii=ascii_only).encode(errors="surrogatepass"), HEADERS | headers):
        assert_sound(profile)


@settings(max_examples=200)
@given(_PERSON)
@example({"name": "A" * 5000, "address": {"line": "&" * 5000}})
@example({"yearOfBirth": "0000", "dayOfBirth": "0", "monthOfBirth": "0"})
@example({"identifiers": [None, 1, {"type": None, "value": {}}, {"type": "MOBILE"}]})
def test_wild_people(changes: dict[str, object]) -> None:
    body = body_v3(who=person() | changes)
    for profile in taken(json.dumps(body).encode(), HEADERS):
        assert_sound(profile)


@given(st.sampled_from((body_v3(), body_v1(REQUEST_ID))), st.data())
def test_damaged_bodies(body: dict[str, object], data: st.DataObject) -> None:
    text = json.dumps(body, ensure_ascii=False)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    damaged = text[:start] + data.draw(_TEXT) + text[end:]
    for profile in taken(damaged.encode(errors="surrogatepass"), HEADERS):
        assert_sound(profile)


@given(_JSON)
def test_a_counter_or_facility_of_any_kind(value: object) -> None:
    body = body_v3() | {"metaData": {"hipId": value, "context": value}}
    for profile in taken(json.dumps(body).encode(), HEADERS):
        assert profile.hip_id == HIP_ID
        assert_sound(profile)
