"""What senders really send becomes a profile; what could hurt is refused with a code."""

import json
from datetime import UTC, date, datetime

import pytest

from kiosk.abdm.share import Intent, SharedProfile, Version, parse_share, parse_share_v1, refusal_body
from kiosk.abdm.share_json import MAX_BYTES, MAX_DEPTH, ShareError
from kiosk.model.patient import BirthDate, Patient, Sex
from tests.abdm.phone import HIP_ID, body_v1, body_v3, person

TODAY = date(2026, 11, 23)
REQUEST_ID = "18235d89-cb13-479d-ad71-7a57d5f669a8"
HEADERS = {"REQUEST-ID": REQUEST_ID, "X-HIP-ID": HIP_ID, "TIMESTAMP": "2026-11-23T03:30:00.587Z"}
BIDI, ZERO_WIDTH = "\u202e", "\u200b"


def parsed(body: object, headers: dict[str, str] | None = None, cm_id: str = "sbx") -> SharedProfile:
    return parse_share(HEADERS if headers is None else headers, json.dumps(body).encode(), TODAY, cm_id)


def patient(**changes: object) -> Patient:
    return parsed(body_v3(who=person(**changes))).patient


def code_of(body: object, headers: dict[str, str] | None = None, cm_id: str = "sbx") -> str:
    with pytest.raises(ShareError) as caught:
        parsed(body, headers, cm_id)
    return caught.value.code


def test_the_observed_body_is_understood_whole() -> None:
    assert parsed(body_v3()) == SharedProfile(
        request_id=REQUEST_ID,
        hip_id=HIP_ID,
        counter="OPD1",
        intent=Intent.PROFILE_SHARE,
        patient=Patient(
            abha_address="ashadevi@sbx",
            name="Asha Devi",
            sex=Sex.FEMALE,
            birth=BirthDate(2000, 6, 6),
            mobile="9000000000",
            address="House 12, Sector 9, 226001",
            district="Lucknow",
            state="Uttar Pradesh",
        ),
        version=Version.V3,
        address_as_sent="ashadevi@sbx",
        sent_at=datetime(2026, 11, 23, 3, 30, 0, 587_000, UTC),
    )


def test_version_one_is_understood() -> None:
    body = json.dumps(body_v1(REQUEST_ID)).encode()
    profile = parse_share_v1({"x-hip-id": HIP_ID}, body, TODAY, "sbx")
    assert (profile.request_id, profile.hip_id, profile.counter) == (REQUEST_ID, HIP_ID, "12345")
    assert profile.version is Version.V1
    assert profile.sent_at == datetime(2026, 11, 23, 3, 30, 0, 129_000, UTC)
    assert profile.patient.birth == BirthDate(1991, 10, 18)
    assert profile.patient.mobile == "9000000000"
    assert profile.patient.abha_number is None


def test_only_name_and_address_are_needed() -> None:
    who = {"abhaAddress": "ashadevi@sbx", "name": "Asha"}
    profile = parsed({"metaData": {"hipId": HIP_ID}, "profile": {"patient": who}})
    assert profile.patient == Patient(abha_address="ashadevi@sbx", name="Asha")
    assert profile.counter == ""


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"abhaNumber": "91-0000-0000-0018"}, "91000000000018"),
        ({"abhaNumber": "91000000000018"}, "91000000000018"),
        ({"abhaNumber": 91000000000018}, "91000000000018"),
        ({"abhaNumber": ..., "healthIdNumber": "91-0000-0000-0018"}, "91000000000018"),
        ({"identifiers": [{"type": "NDHM_HEALTH_NUMBER", "value": "91-0000-0000-0018"}]}, "91000000000018"),
        ({"abhaNumber": None}, None),
        ({"abhaNumber": ""}, None),
        ({"abhaNumber": "-"}, None),
        ({"abhaNumber": "1234"}, None),
        ({"abhaNumber": True}, None),
    ],
)
def test_numbers_under_every_key(changes: dict[str, object], number: str | None) -> None:
    assert patient(**changes).abha_number == number


@pytest.mark.parametrize(
    ("changes", "birth"),
    [
        ({"dayOfBirth": 6, "monthOfBirth": 7, "yearOfBirth": 2000}, BirthDate(2000, 7, 6)),
        ({"dayOfBirth": "06", "monthOfBirth": "07"}, BirthDate(2000, 7, 6)),
        ({"dayOfBirth": None, "monthOfBirth": None}, BirthDate(2000)),
        ({"dayOfBirth": None, "monthOfBirth": "7"}, BirthDate(2000, 7)),
        ({"dayOfBirth": "31", "monthOfBirth": "2"}, BirthDate(2000)),
        ({"dayOfBirth": "6", "monthOfBirth": "not known"}, BirthDate(2000)),
        ({"yearOfBirth": None, "dob": "1990-01-15"}, BirthDate(1990, 1, 15)),
        ({"yearOfBirth": "99"}, None),
        ({"yearOfBirth": "3000"}, None),
        ({"yearOfBirth": "२०००"}, None),
    ],
)
def test_birthdays_as_far_as_they_are_known(changes: dict[str, object], birth: BirthDate | None) -> None:
    assert patient(**changes).birth == birth


@pytest.mark.parametrize(
    "phone", ["9000000000", 9000000000, "+919000000000", "+91 9000000000", "+91-9000000000", "919000000000"]
)
def test_mobile_numbers_in_every_spelling(phone: object) -> None:
    assert patient(phoneNumber=phone).mobile == "9000000000"


def test_a_mobile_may_hide_elsewhere() -> None:
    assert patient(phoneNumber=None, mobile="9000000000").mobile == "9000000000"
    assert patient(phoneNumber=None, identifiers=[{"type": "MOBILE", "value": 9000000000}]).mobile == "9000000000"
    assert patient(phoneNumber="12345").mobile is None


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ({"line": "House 12", "pinCode": "226001"}, "House 12, 226001"),
        ({"line": "House 12", "pincode": 226001}, "House 12, 226001"),
        ({"line": "House 12 226001", "pincode": "226001"}, "House 12 226001"),
        ({"line": None, "pincode": "226001"}, "226001"),
        ({"line": "House 12", "pincode": None}, "House 12"),
        ({"line": "House 12", "pincode": "none"}, "House 12"),
        ({"line": "x" * 1000, "pincode": "226001"}, "x" * 292 + ", 226001"),
        ("House 12", "House 12"),
        (None, None),
        ([], None),
    ],
)
def test_addresses_of_every_shape(address: object, line: str | None) -> None:
    assert patient(address=address).address == line


@pytest.mark.parametrize(("sent", "sex"), [("F", Sex.FEMALE), ("D", Sex.UNDISCLOSED), ("T", Sex.TRANSGENDER)])
def test_published_genders(sent: str, sex: Sex) -> None:
    assert patient(gender=sent).sex is sex


@pytest.mark.parametrize("sent", ["X", None, 7, {}, ""])
def test_other_genders_are_unknown(sent: object) -> None:
    assert patient(gender=sent).sex is Sex.UNKNOWN


@pytest.mark.parametrize("name", ["आशा देवी", "આશા દેવી", "ஆஷா தேவி", "آشا دیوی", "Asha D'Souza-Rao", "Asha 2"])
def test_names_in_any_script(name: str) -> None:
    assert patient(name=name).name == name


def test_extras_are_ignored_and_the_photo_is_dropped() -> None:
    extras = {"kycPhoto": "A" * 100_000, "score": 1.5, "deep": [[[{}]]], "verified": True}
    profile = parsed(body_v3(who=person(**extras)) | {"more": {"to": "come"}})
    assert profile == parsed(body_v3())
    assert "AAAA" not in str(vars(profile)) + str(vars(profile.patient))


def test_the_address_is_answered_as_it_was_sent() -> None:
    profile = parsed(body_v3(who=person(abhaAddress=" AshaDevi@SBX ")))
    assert (profile.address_as_sent, profile.patient.abha_address) == ("AshaDevi@SBX", "ashadevi@sbx")


def test_health_id_is_the_older_name() -> None:
    assert patient(abhaAddress=..., healthId="ashadevi@sbx").abha_address == "ashadevi@sbx"


def test_nobody_goes_without_a_token_for_an_odd_detail() -> None:
    address = {"line": "<b>House</b>", "district": "=cmd()", "state": BIDI + "UP", "pincode": "226001"}
    who = patient(address=address, phoneNumber="=9000000000")
    assert (who.address, who.district, who.state, who.mobile) == ("226001", None, None, None)


def test_nothing_personal_is_shown_by_repr() -> None:
    shown = repr(parsed(body_v3(who=person(abhaNumber="91-0000-0000-0018"))))
    assert not [text for text in ("Asha", "ashadevi", "0018", "9000000000", "Lucknow") if text in shown]


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ...}, "SHARE_INCOMPLETE"),
        ({"name": None}, "SHARE_INCOMPLETE"),
        ({"name": "12 34"}, "SHARE_INCOMPLETE"),
        ({"abhaAddress": ...}, "SHARE_INCOMPLETE"),
        ({"abhaAddress": "ashadevi"}, "SHARE_INCOMPLETE"),
        ({"abhaAddress": "asha devi@sbx"}, "SHARE_INCOMPLETE"),
        ({"abhaAddress": "आशा@sbx"}, "SHARE_INCOMPLETE"),
        ({"name": "=HYPERLINK(1)"}, "SHARE_HOSTILE"),
        ({"name": "<script>"}, "SHARE_HOSTILE"),
        ({"name": "Asha\x1b@Devi"}, "SHARE_HOSTILE"),
        ({"name": f"Asha {BIDI}iveD"}, "SHARE_HOSTILE"),
        ({"name": "Asha\ud800"}, "SHARE_HOSTILE"),
        ({"abhaNumber": "९१०००००००००००१८"}, "SHARE_HOSTILE"),
    ],
)
def test_people_who_cannot_be_taken(changes: dict[str, object], code: str) -> None:
    assert code_of(body_v3(who=person(**changes))) == code


def test_unseen_characters_are_taken_away() -> None:
    assert patient(name=f"Asha{ZERO_WIDTH} Devi").name == "Asha Devi"


@pytest.mark.parametrize("intent", ["RECORD_SHARE", "PAYMENT_SHARE", "SOMETHING"])
def test_other_intents_are_refused(intent: str) -> None:
    assert code_of(body_v3() | {"intent": intent}) == "SHARE_OTHER_INTENT"


def test_version_one_knows_other_intents_too() -> None:
    body = body_v1(REQUEST_ID) | {"intent": {"type": "PAYMENT_SHARE"}}
    with pytest.raises(ShareError) as caught:
        parse_share_v1({"x-hip-id": HIP_ID}, json.dumps(body).encode(), TODAY, "sbx")
    assert caught.value.code == "SHARE_OTHER_INTENT"


@pytest.mark.parametrize("name", ["REQUEST-ID", "X-HIP-ID"])
def test_headers_that_must_make_sense(name: str) -> None:
    body = body_v3()
    body["metaData"] = {"context": "OPD1"}
    assert code_of(body, {key: value for key, value in HEADERS.items() if key != name}) == "SHARE_INCOMPLETE"
    for value in ("", "a b", "x" * 65, "a\nb", "é"):
        assert code_of(body, HEADERS | {name: value}) == "SHARE_INCOMPLETE"


def test_two_facilities_in_one_share_are_refused() -> None:
    assert code_of(body_v3(hip_id="IN0000000001")) == "SHARE_HIP_MIXED"


@pytest.mark.parametrize("counter", ["OPD/1", "a;b", "<1>", "x" * 251, "काउंटर"])
def test_counters_that_no_gateway_sends(counter: str) -> None:
    assert code_of(body_v3(counter)) == "SHARE_HOSTILE"


@pytest.mark.parametrize("counter", ["OPD 1", "counter-7_b.2", "7"])
def test_counters_looser_than_ours(counter: str) -> None:
    assert parsed(body_v3(counter)).counter == counter


def test_the_sandbox_does_not_exist_in_production() -> None:
    assert code_of(body_v3(), cm_id="abdm") == "SHARE_ENVIRONMENT"
    assert parsed(body_v3(who=person(abhaAddress="ashadevi@abdm")), cm_id="abdm").address_as_sent == "ashadevi@abdm"


@pytest.mark.parametrize("sent_at", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9" * 50])
def test_a_time_that_cannot_be_read_is_none(sent_at: str) -> None:
    assert parsed(body_v3(), HEADERS | {"TIMESTAMP": sent_at}).sent_at is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "SHARE_NOT_JSON"),
        (b"{", "SHARE_NOT_JSON"),
        (b"[]", "SHARE_NOT_JSON"),
        (b'"text"', "SHARE_NOT_JSON"),
        (b"\xff\xfe{\x00}\x00", "SHARE_NOT_JSON"),
        (b'{"a": NaN}', "SHARE_NOT_JSON"),
        (b'{"a": 1, "a": 2}', "SHARE_AMBIGUOUS"),
        (b"{" + b" " * MAX_BYTES + b"}", "SHARE_TOO_LARGE"),
        (b'{"a":' + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1) + b"}", "SHARE_TOO_DEEP"),
        (b"[" * 100_000, "SHARE_TOO_DEEP"),
        (b'{"a": [' + b"0," * 300 + b"0]}", "SHARE_TOO_DEEP"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "SHARE_INCOMPLETE"),
    ],
)
def test_bodies_that_are_no_share(body: bytes, code: str) -> None:
    with pytest.raises(ShareError) as caught:
        parse_share(HEADERS, body, TODAY, "sbx")
    assert caught.value.code == code


def test_the_refusal_has_the_published_form_and_quotes_nothing() -> None:
    with pytest.raises(ShareError) as caught:
        parsed(body_v3(who=person(name="<Secret>")))
    body = refusal_body(caught.value)
    assert body == {
        "error": {
            "code": "ABDM-1006",
            "message": "Bad Request, invalid request Body: patient: the name holds markup",
        }
    }
