"""Messages survive the way there and back, and refuse what no station of ours would say."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.model.events import FIRST_HASH, is_chained
from kiosk.model.exchange import Parked, PatientDetails, Pull
from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.sync.messages import (
    MAX_BODY_CHARS,
    MAX_NAME,
    MAX_TEXT,
    EventMessage,
    ParkedMessage,
    PatientMessage,
    SyncAnswer,
    SyncRequest,
)
from tests.sync.chain import FACILITY, INVENTED, START, Chain

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@given(body=st.dictionaries(st.text(max_size=8), JSON, max_size=5))
def test_an_event_keeps_its_hash_over_the_wire(body: dict[str, Any]) -> None:
    chain = Chain()
    event = chain.write("token_issued", chain.store_id, **{f"k{key}": value for key, value in body.items()})
    again = EventMessage.model_validate_json(EventMessage.of(event).model_dump_json()).event()
    assert again == event
    assert is_chained(again, FIRST_HASH)


def test_a_request_says_what_the_design_says() -> None:
    chain = Chain().issue_many(1)
    said = json.loads(SyncRequest.of(chain.push(cursor=7), FACILITY).json_bytes())
    assert set(said) == {"store_id", "facility_id", "schema", "events", "patients", "cursor", "want"}
    assert (said["schema"], said["cursor"], said["want"]) == (1, 7, 500)
    assert said["events"][0]["at"] == "2026-11-22T03:30:01.000250Z"
    assert said["patients"][0]["birth"] == {"year": 1987, "month": 5, "day": None}


def test_patient_details_come_back_as_they_went() -> None:
    chain = Chain().issue_many(1)
    details = PatientDetails(chain.events[0].token_id, INVENTED)
    for sent in (details, replace(details, patient=Patient(abha_address="x@abdm", birth=BirthDate(1950)))):
        assert PatientMessage.model_validate_json(PatientMessage.of(sent).model_dump_json()).details() == sent


def test_over_long_details_are_cut_and_never_hold_up_an_event() -> None:
    long = Patient(name="न" * 500, address="a" * 5000, district="\0b", state="", sex=Sex.OTHER)
    cut = PatientMessage.of(PatientDetails(Chain().store_id, long))
    assert (len(cut.name), len(cut.address or ""), cut.district, cut.state) == (MAX_NAME, MAX_TEXT, "b", "")


def test_an_answer_becomes_a_pull() -> None:
    chain = Chain().issue_many(2)
    answer = SyncAnswer(
        acked_seq=9,
        parked=[ParkedMessage(seq=3, code="MOVE_ILLEGAL")],
        events=[EventMessage.of(event) for event in chain.events],
        patients=[PatientMessage.of(PatientDetails(chain.events[0].token_id, INVENTED))],
        cursor=12,
        more=True,
        server_time=START,
    )
    assert SyncAnswer.model_validate_json(answer.model_dump_json()).pull() == Pull(
        acked_seq=9,
        parked=(Parked(3, "MOVE_ILLEGAL"),),
        events=tuple(chain.events),
        patients=(PatientDetails(chain.events[0].token_id, INVENTED),),
        cursor=12,
        more=True,
        server_time=START,
    )


def test_times_of_other_zones_become_utc() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    answer = SyncAnswer(acked_seq=0, cursor=0, more=False, server_time=datetime(2026, 11, 22, 9, tzinfo=india))
    again = SyncAnswer.model_validate_json(answer.model_dump_json())
    assert again.server_time == datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


def good_request() -> dict[str, Any]:
    request: dict[str, Any] = json.loads(SyncRequest.of(Chain().issue_many(2).push(), FACILITY).json_bytes())
    return request


def test_unknown_fields_are_ignored() -> None:
    request = good_request()
    request["mood"] = "good"
    request["events"][0]["weight"] = 3
    SyncRequest.model_validate_json(json.dumps(request))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("store_id",), "no uuid"),
        (("store_id",), "5A1B0C00-0000-4000-8000-000000000000"),
        (("facility_id",), "x" * 41),
        (("facility_id",), "a/b"),
        (("schema",), "1"),
        (("cursor",), -1),
        (("cursor",), 2**53),
        (("want",), 501),
        (("events", 0, "seq"), 0),
        (("events", 0, "seq"), 2),
        (("events", 0, "seq"), True),
        (("events", 0, "seq"), 1.5),
        (("events", 0, "store_id"), "00000000-0000-4000-8000-000000000000"),
        (("events", 0, "token_id"), None),
        (("events", 0, "event_id"), ""),
        (("events", 0, "kind"), "Token\nIssued"),
        (("events", 0, "at"), "2026-11-22T03:30:01Z"),
        (("events", 0, "at"), "2026-02-30T03:30:01.000250Z"),
        (("events", 0, "at"), "0001-01-01T03:30:01.000250Z"),
        (("events", 0, "at"), 1_700_000_000),
        (("events", 0, "service_day"), "22-11-2026"),
        (("events", 0, "service_day"), 20),
        (("events", 0, "hash"), "f" * 63),
        (("events", 0, "body"), []),
        (("events", 0, "body"), {"long": "x" * MAX_BODY_CHARS}),
        (("events", 0, "body"), {"endless": float("inf")}),
        (("patients", 0, "name"), "x" * (MAX_NAME + 1)),
        (("patients", 0, "address"), "x" * (MAX_TEXT + 1)),
        (("patients", 0, "address"), "a\0b"),
        (("patients", 0, "abha_number"), "91-0000-0000-0018"),
        (("patients", 0, "sex"), "X"),
        (("patients", 0, "birth"), {"year": 0}),
    ],
)
def test_what_no_station_says_is_refused(place: tuple[str | int, ...], value: object) -> None:
    request: Any = good_request()
    inner = request
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    with pytest.raises(ValidationError):
        SyncRequest.model_validate_json(json.dumps(request))


@pytest.mark.parametrize("field", ["store_id", "facility_id", "schema"])
def test_what_must_be_there_is_missed(field: str) -> None:
    request = good_request()
    del request[field]
    with pytest.raises(ValidationError):
        SyncRequest.model_validate_json(json.dumps(request))


def test_event_without_client_id_is_refused() -> None:
    request = good_request()
    del request["events"][0]["event_id"]
    with pytest.raises(ValidationError):
        SyncRequest.model_validate_json(json.dumps(request))


@pytest.mark.parametrize("field", ["events", "patients"])
def test_a_push_is_bounded(field: str) -> None:
    request = good_request()
    request[field] = request[field][:1] * 201
    with pytest.raises(ValidationError):
        SyncRequest.model_validate_json(json.dumps(request))


def test_the_error_text_does_not_quote_the_patient() -> None:
    request = good_request()
    request["patients"][0]["name"] = {"Asha": "Test"}
    with pytest.raises(ValidationError) as caught:
        SyncRequest.model_validate_json(json.dumps(request))
    assert "Asha" not in str(caught.value)
