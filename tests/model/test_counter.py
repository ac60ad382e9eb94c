"""Counters of Scan & Share: what a hospital may say of them, and what each station makes of it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.configuration import (
    Configuration,
    facility_for,
    parse_configuration,
    phone_offer,
    phone_prefixes,
    structure_differs,
)
from kiosk.model.counter import Abdm, Counter, PhoneOffer, PhonePlan, share_url
from kiosk.model.facility_file import FacilityError
from kiosk.model.qr import Kind, classify
from kiosk.model.reading import Mistake
from tests.model.hospitals import rampur
from tests.model.samples import MONDAY

REG = {"code": "REG", "prefix": "R", "names": {"en": "Registration"}, "registration": True, "room": "1"}
OPD1, EYE1, REG1 = ({"id": name, "department": name[:3]} for name in ("MED1", "EYE1", "REG1"))
SANDBOX = {"host": "phrsbx.abdm.gov.in"}
NAMED = {"id": "D2", "kind": "desk", "name": "Gate desk", "counter": "MED1"}


def document(**changes: Any) -> dict[str, Any]:
    """Rampur with a registration queue, counters, and the sandbox."""
    plain = rampur()
    plain["departments"].append(dict(REG))
    return plain | {"abdm": SANDBOX, "counters": [dict(OPD1), dict(EYE1), dict(REG1)]} | changes


def with_station(station: dict[str, Any], **changes: Any) -> dict[str, Any]:
    plain = document(**changes)
    plain["stations"].append(dict(station))
    return plain


def read(**changes: Any) -> Configuration:
    return parse_configuration(document(**changes))


def mistakes(untrusted: dict[str, Any]) -> list[Mistake]:
    with pytest.raises(FacilityError) as caught:
        parse_configuration(untrusted)
    return list(caught.value.mistakes)


def test_counters_are_read() -> None:
    found = read()
    assert found.counters == (Counter("MED1", "MED"), Counter("EYE1", "EYE"), Counter("REG1", "REG"))
    assert (found.abdm, found.phone) == (Abdm("phrsbx.abdm.gov.in"), PhonePlan(240, ()))
    assert found.counter("EYE1") == Counter("EYE1", "EYE")
    assert found.counter("eye1") is None


def test_a_hospital_may_say_nothing_of_them() -> None:
    found = parse_configuration(rampur())
    assert (found.counters, found.abdm, found.phone) == ((), None, PhonePlan())
    assert found.counter_at("K1") is None
    assert phone_prefixes(found) == ()


@pytest.mark.parametrize(
    ("host", "confirmed", "domain"),
    [
        ("phrsbx.abdm.gov.in", False, "sbx"),
        ("phr.abdm.gov.in", False, "abdm"),
        ("phr.abha.example.in", True, "abdm"),
        ("phrsbx.abha.example.in", True, "sbx"),
    ],
)
def test_the_host_says_which_world_it_is(host: str, confirmed: bool, domain: str) -> None:
    found = read(abdm={"host": host, "host_confirmed": confirmed})
    assert found.abdm is not None
    assert found.abdm.domain == domain
    said = found.share_url(found.counters[0])
    assert said == f"https://{host}/share-profile?hip-id=IN0910000123&counter-id=MED1"


@given(st.from_regex(r"[A-Za-z0-9]{1,20}", fullmatch=True))
def test_phones_read_what_the_address_says(counter_id: str) -> None:
    """As the published app reads it: both parameters, whole."""
    read_by_app = parse_qs(urlsplit(share_url("phrsbx.abdm.gov.in", "IN_0@x/y", counter_id)).query)
    assert read_by_app == {"hip-id": ["IN_0@x/y"], "counter-id": [counter_id]}


def test_a_patient_who_scans_it_at_the_kiosk_is_told() -> None:
    assert classify(share_url("phrsbx.abdm.gov.in", "IN0910000123", "OPD1"), MONDAY).kind is Kind.FACILITY


def test_without_a_world_there_is_no_address() -> None:
    plain = document()
    del plain["abdm"]
    found = parse_configuration(plain)
    assert found.share_url(found.counters[0]) == ""


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"counters": [{"id": "OPD 1", "department": "MED"}]}, ("counters", 0, "id"), "1 to 20 letters and digits"),
        ({"counters": [{"id": "O" * 21, "department": "MED"}]}, ("counters", 0, "id"), "1 to 20 letters and digits"),
        ({"counters": [{"id": "in0910000123", "department": "MED"}]}, ("counters", 0, "id"), "own id or name"),
        (
            {"counters": [OPD1 | {"id": "RAMPURPHC"}], "names": {"en": "Rampur PHC"}},
            ("counters", 0, "id"),
            "own id or name",
        ),
        ({"counters": [OPD1 | {"id": ""}]}, ("counters", 0, "id"), "1 to 20 letters and digits"),
        ({"counters": [OPD1 | {"id": "OPD-1"}]}, ("counters", 0, "id"), "1 to 20 letters and digits"),
        ({"counters": [OPD1 | {"id": "OPD1\n"}]}, ("counters", 0, "id"), "1 to 20 letters and digits"),
        ({"counters": [OPD1 | {"id": "ओपीडी"}]}, ("counters", 0, "id"), "1 to 20 letters and digits"),
        ({"counters": [OPD1 | {"id": "७"}]}, ("counters", 0, "id"), "1 to 20 letters and digits"),
        ({"counters": [OPD1 | {"id": "é"}]}, ("counters", 0, "id"), "1 to 20 letters and digits"),
        ({"counters": [OPD1 | {"id": "a&b"}]}, ("counters", 0, "id"), "1 to 20 letters and digits"),
        ({"counters": [OPD1 | {"id": "9" * 14}]}, ("counters", 0, "id"), "as a professional's id"),
        ({"counters": [OPD1, {"id": "med1", "department": "EYE"}]}, ("counters", 1, "id"), "id med1 stands twice"),
        ({"counters": [{"id": "OPD1", "department": "med"}]}, ("counters", 0, "department"), "a department's code"),
        ({"counters": [{"id": "OPD1"}]}, ("counters", 0, "department"), "not missing"),
        ({"counters": [OPD1 | {"room": "4"}]}, ("counters", 0, "room"), "is not known; known are department, id"),
        ({"abdm": {"host": "phr.abha.example.in"}}, ("abdm", "host"), "is not known: known are phrsbx.abdm.gov.in and"),
        ({"abdm": {"host": ""}}, ("abdm", "host"), "a host's name"),
        ({"abdm": {"host": "PHR.abdm.gov.in"}}, ("abdm", "host"), "a host's name"),
        ({"abdm": {"host": "a?b"}}, ("abdm", "host"), "a host's name"),
        ({"abdm": {"host": "https://phr.abdm.gov.in/"}}, ("abdm", "host"), "a host's name"),
        ({"abdm": {}}, ("abdm", "host"), "not missing"),
        ({"abdm": {"host": "phr.abdm.gov.in", "key": 1}}, ("abdm", "key"), "is not known"),
        ({"abdm": "phr.abdm.gov.in"}, ("abdm",), "must be a table [abdm]"),
        ({"phone": {"lapse_min": 0}}, ("phone", "lapse_min"), "a whole number from 1 to 1440"),
        ({"phone": {"arrives_at": ["K1"]}}, ("phone", "arrives_at"), "which is no desk here"),
        ({"phone": {"arrives_at": ["D1"]}}, ("phone", "arrives_at"), "which has no counter of its own"),
        ({"phone": {"arrive_at": ["D1"]}}, ("phone", "arrive_at"), "is not known"),
    ],
)
def test_each_mistake_is_told_with_its_place(changes: dict[str, Any], place: tuple[object, ...], words: str) -> None:
    found = mistakes(document(**changes))
    assert any(each.place == place and words in each.text for each in found), found


def test_a_station_shows_a_counter_that_is_there() -> None:
    (found,) = mistakes(with_station(NAMED | {"counter": "OPD9"}))
    assert (found.place, found.text) == (
        ("stations", 4, "counter"),
        "station 5: counter names 'OPD9', which is no counter here",
    )


def test_whose_qr_a_station_shows() -> None:
    found = parse_configuration(with_station(NAMED | {"id": "K3", "kind": "kiosk", "counter": "REG1"}))
    shown = {each: found.counter_at(each) for each in ("K1", "K3", "D1", "B1")}
    assert shown == {"K1": found.counters[0], "K3": found.counters[2], "D1": None, "B1": None}


def test_who_scans_at_an_attended_desk_stands_there() -> None:
    at_desk = {"arrives_at": ["D2"]}
    found = parse_configuration(with_station(NAMED, phone=at_desk))
    assert [found.arrives_at_once(each) for each in found.counters] == [True, False, False]
    (wrong,) = mistakes(with_station(NAMED | {"counter": "MED1"}, phone={"arrives_at": ["D2", "D1"]}))
    assert "D1, which has no counter" in wrong.text
    shared = with_station(NAMED, phone=at_desk)
    shared["stations"][0] = shared["stations"][0] | {"counter": "MED1"}
    (wrong,) = mistakes(shared)
    assert "whose counter another kind of station shows too" in wrong.text


def test_a_registration_queue_is_a_queue_that_no_kiosk_offers() -> None:
    found = read()
    plain = {each.code: each.is_offered for each in facility_for(found, "K1").departments}
    assert plain == {"MED": True, "EYE": True, "ENT": True, "REG": False}
    assert [each.code for each in facility_for(found, "D1").departments] == ["MED", "EYE", "ENT", "REG"]


def test_a_kiosk_knows_the_departments_of_tokens_that_come_to_it() -> None:
    found = read(counters=[{"id": "E1", "department": "ENT"}, REG1])
    here = facility_for(found, "K2")
    assert [(each.code, each.is_offered, each.quota) for each in here.departments] == [
        ("MED", True, 60),
        ("EYE", True, 50),
        ("ENT", False, 0),
        ("REG", False, 0),
    ]
    assert [each.code for each in facility_for(found, "B1").departments] == ["EYE"]


def test_labels_of_phone_tokens_begin_with_the_servers_series() -> None:
    assert phone_prefixes(read()) == ("MS", "ES", "RS")
    assert phone_prefixes(read(counters=[REG1, {"id": "REG2", "department": "REG"}])) == ("RS",)
    assert phone_prefixes(read(counters=[OPD1])) == ("MS", "RS"), "an unknown counter's go to registration"


def test_what_a_kiosk_offers_to_phones() -> None:
    found = read()
    url = "https://phrsbx.abdm.gov.in/share-profile?hip-id=IN0910000123&counter-id=MED1"
    assert phone_offer(found, "K1") == PhoneOffer(url, ("MS", "ES", "RS"))
    assert phone_offer(found, "D1") == PhoneOffer("", ("MS", "ES", "RS"))
    assert phone_offer(parse_configuration(rampur()), "K1") == PhoneOffer()


def test_counters_change_no_label() -> None:
    assert not structure_differs(read(), read(counters=[]))
