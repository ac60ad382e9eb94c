"""A hospital's whole configuration: read whole, every mistake told at once, each station given its part."""

import json
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.configuration import (
    Configuration,
    StaffMember,
    StationPlan,
    applies,
    facility_for,
    parse_configuration,
    plain_document,
    structure_differs,
)
from kiosk.model.events import canonical_json
from kiosk.model.facility_file import DEPARTMENT_KEYS, FacilityError
from tests.model.hospitals import changed, rampur


def mistakes(untrusted: dict[str, object]) -> list[str]:
    with pytest.raises(FacilityError) as caught:
        parse_configuration(untrusted)
    return caught.value.problems


def quotas(configuration: Configuration, station_id: str) -> dict[str, int | None]:
    return {each.code: each.quota for each in facility_for(configuration, station_id).departments}


def test_a_whole_configuration_is_read() -> None:
    found = parse_configuration(rampur())
    assert (found.state, found.notice["hi"][:4], found.facility.name("en")) == (
        "Uttar Pradesh",
        "टोकन"[:4],
        "District Hospital, Rampur",
    )
    assert found.stations[0] == StationPlan("K1", "kiosk", "Main hall")
    assert found.station("K2") == StationPlan("K2", "kiosk", "गेट 2", ("MED", "EYE"))
    assert found.staff[0] == StaffMember("anita", "अनीता वर्मा", "registrar", ("MED",))
    assert found.shares == {"MED": {"K1": 120, "K2": 60, "D1": 20}}
    assert found.facility.departments[0].holidays == {date(2026, 11, 30), date(2026, 12, 25), date(2027, 1, 26)}
    assert found.facility.departments[1].holidays == {date(2026, 12, 25), date(2027, 1, 26)}


def test_all_but_the_facility_may_be_left_out() -> None:
    left_out = dict.fromkeys(("state", "notice", "stations", "staff", "holidays"), ...)
    departments = [{"code": "MED", "prefix": "M", "names": {"en": "Medicine"}}]
    found = parse_configuration(rampur(**left_out, departments=departments))
    assert (found.state, found.notice, found.stations, found.staff, found.shares) == ("", {}, (), (), {})


def test_json_says_the_same_as_toml() -> None:
    plain = plain_document(rampur())
    assert plain["holidays"] == ["2026-12-25", "2027-01-26"]
    again = json.loads(canonical_json(plain))
    assert parse_configuration(again) == parse_configuration(rampur())
    assert canonical_json(plain_document(again)) == canonical_json(plain)


def test_a_state_is_counted_under_one_name_however_it_is_written() -> None:
    assert parse_configuration(rampur(state="jammu & KASHMIR")).state == "Jammu and Kashmir"
    assert mistakes(rampur(state="U.P."))[0].endswith("Uttarakhand, West Bengal, not 'U.P.'")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stations": "K1"}, "facility: stations must be a list of [[stations]]"),
        ({"staff": {}}, "facility: staff must be a list of [[staff]]"),
        ({"state": "U.P."}, "facility: state must be one of Andaman and Nicobar Islands, Andhra Pradesh, "),
        ({"state": 9}, "facility: state must be one of Andaman and Nicobar Islands, "),
        ({"notice": "We read"}, "facility: notice must be texts by language"),
        ({"notice": {"hi": "हम"}}, "facility: notice needs at least the language en"),
        ({"notice": {"en": "x" * 601}}, "facility: notice must be texts by language"),
        ({"notice": {"EN": "We read"}}, "facility: notice must be texts by language"),
        ({"holidays": "2026-12-25"}, "facility: holidays must be a list of days"),
        ({"holidays": ["25.12.2026"]}, "facility: holidays has '25.12.2026'; write it as 2026-11-24"),
        ({"holidays": ["2026-02-30"]}, "facility: holidays has '2026-02-30'"),
        ({"holidays": ["2026-W48-2"]}, "facility: holidays has '2026-W48-2'"),
        ({"holidays": [datetime(2026, 12, 25, tzinfo=UTC)]}, "facility: holidays has 2026-12-25 00:00:00+00:00"),
        ({"names": {"en": "Hospital\x1b[2J"}}, "facility: names must be texts by language"),
        ({"names": {"en": "Hospital\ud800"}}, "facility: names must be texts by language"),
        ({"names": {"en": "  "}}, "facility: names must be texts by language"),
        ({"stationz": []}, "facility: stationz is not known"),
    ],
)
def test_each_mistake_is_named(changes: dict[str, object], words: str) -> None:
    assert mistakes(rampur(**{"departments": _plain_departments(), **changes}))[0].startswith(words)


def _plain_departments() -> list[dict[str, object]]:
    """Without shares, which would all be wrong with no stations."""
    departments: list[dict[str, object]] = rampur()["departments"]
    return [{key: value for key, value in each.items() if key != "shares"} for each in departments]


@pytest.mark.parametrize(
    ("table", "index", "changes", "words"),
    [
        ("stations", 3, {"id": "K 2"}, "station 4: id must be 1 to 20 letters, digits, - and _, not 'K 2'"),
        ("stations", 3, {"id": "K1"}, "station 4: id K1 stands twice"),
        ("stations", 3, {"kind": "printer"}, "station 4: kind must be one of kiosk, desk, board, not 'printer'"),
        ("stations", 3, {"kind": ["desk"]}, "station 4: kind must be one of"),
        ("stations", 3, {"name": ...}, "station 4: name must be a short text"),
        ("stations", 3, {"name": "Hall\0"}, "station 4: name must be a short text"),
        ("stations", 3, {"departments": ["XRAY"]}, "station 4: departments names 'XRAY', which is no department here"),
        ("stations", 3, {"departments": "EYE"}, "station 4: departments must be a list"),
        ("stations", 3, {"departments": ["EYE", "EYE"]}, "station 4: departments must be a list"),
        ("stations", 3, {"room": "12"}, "station 4: room is not known; known are counter, departments, id, kind, name"),
        ("staff", 1, {"id": "anita"}, "staff 2: id anita stands twice"),
        ("staff", 1, {"role": "nurse"}, "staff 2: role must be one of registrar, caller, supervisor, admin, not 'nurs"),
        ("staff", 1, {"departments": ["eye"]}, "staff 2: departments names 'eye'"),
        ("staff", 1, {"pin": "1234"}, "staff 2: pin is not known"),
        ("departments", 0, {"shares": {"K9": 1}}, "department 1: shares names 'K9', which is no station here"),
        ("departments", 0, {"shares": {"B1": 1}}, "department 1: shares names B1, a board, which issues nothing"),
        (
            "departments",
            2,
            {"quota": 9, "shares": {"K2": 1}},
            "department 3: shares names K2, which does not serve ENT",
        ),
        ("departments", 2, {"shares": {"K1": 1}}, "department 3: shares needs a quota to share"),
        ("departments", 0, {"quota": 199}, "department 1: shares adds up to 200, more than the quota of 199"),
        (
            "departments",
            0,
            {"shares": {"K1": -1}},
            "department 1: shares has -1 for K1; allowed are whole numbers from 0",
        ),
        ("departments", 0, {"shares": {"K1": True}}, "department 1: shares has True for K1"),
        ("departments", 0, {"shares": [1]}, "department 1: shares must be numbers by station"),
        ("departments", 0, {"holidays": [5]}, "department 1: holidays has 5"),
        ("departments", 2, {"code": "EYE"}, "department 3: code EYE stands twice"),
        ("departments", 2, {"prefix": "EN"}, "department 3: prefix is of another length"),
    ],
)
def test_each_mistake_of_a_table_is_named(table: str, index: int, changes: dict[str, object], words: str) -> None:
    (problem,) = mistakes(changed(table, index, **changes))
    assert problem.startswith(words)


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    document = rampur(state=[], facility_id="")
    document["stations"][0]["kind"] = "kiosc"
    document["stations"][3]["departments"] = ["EAR"]
    document["staff"][1]["role"] = ""
    document["departments"][0]["quota"] = 3
    with pytest.raises(FacilityError) as caught:
        parse_configuration(document)
    assert {mistake.place for mistake in caught.value.mistakes} == {
        ("state",),
        ("facility_id",),
        ("stations", 0, "kind"),
        ("stations", 3, "departments"),
        ("staff", 1, "role"),
        ("departments", 0, "shares"),
    }


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = {
    "departments": sorted(DEPARTMENT_KEYS),
    "stations": ["id", "kind", "name", "departments"],
    "staff": ["id", "name", "role", "departments"],
}
PLACES = [("", 0, key) for key in [*rampur(), "calling"]]
PLACES += [(table, 0, key) for table, keys in KEYS.items() for key in keys]


@given(st.lists(st.tuples(st.sampled_from(PLACES), WILD), min_size=1, max_size=3))
def test_wild_values_are_mistakes_and_nothing_worse(hits: list[tuple[tuple[str, int, str], object]]) -> None:
    document = rampur()
    for (table, index, key), value in sorted(hits, key=lambda hit: hit[0], reverse=True):  # tables before the whole
        row = document[table][index] if table else document
        row[key] = value
    try:
        configuration = parse_configuration(document)
    except FacilityError:
        return
    again = json.loads(canonical_json(plain_document(document)).encode())
    assert parse_configuration(again) == configuration


@given(st.dictionaries(st.sampled_from([*rampur(), "other"]), WILD))
def test_wild_documents_are_mistakes_and_nothing_worse(document: dict[str, object]) -> None:
    assert mistakes(document)


def test_a_station_uses_its_departments_with_its_shares() -> None:
    configuration = parse_configuration(rampur())
    assert quotas(configuration, "K1") == {"MED": 120, "EYE": 51, "ENT": None}
    assert quotas(configuration, "K2") == {"MED": 60, "EYE": 50}
    assert quotas(configuration, "D1") == {"MED": 20, "EYE": 101, "ENT": None}
    assert quotas(configuration, "B1") == {"EYE": 0}
    assert facility_for(configuration, "K1").facility_id == configuration.facility.facility_id


def test_a_desk_knows_where_else_patients_may_be_sent_to() -> None:
    document = rampur()
    next(each for each in document["stations"] if each["id"] == "D1")["departments"] = ["ENT"]
    document = {**document, "departments": [{**each, "shares": {}} for each in document["departments"]]}
    configuration = parse_configuration(document)
    desk = facility_for(configuration, "D1")
    assert [each.code for each in desk.departments] == ["ENT"]
    assert [(each.code, each.is_offered) for each in desk.others] == [("MED", False), ("EYE", False)]
    assert [each.code for each in desk.all_departments] == ["ENT", "MED", "EYE"]
    assert [facility_for(configuration, station_id).others for station_id in ("K1", "K2", "B1", "K9")] == [()] * 4


def test_a_station_that_is_not_planned_any_more_has_no_share() -> None:
    assert quotas(parse_configuration(rampur()), "K9") == {"MED": 0, "EYE": 0, "ENT": None}


def test_a_desk_counts_all_tokens_against_the_whole_quota_unless_shares_are_written() -> None:
    configuration = parse_configuration(rampur())
    whole = {
        station_id: [each.code for each in facility_for(configuration, station_id).departments if each.quota_is_whole]
        for station_id in ("K1", "K2", "D1", "B1", "K9")
    }
    assert whole == {"K1": [], "K2": [], "D1": ["EYE"], "B1": [], "K9": []}


def test_a_desk_needs_no_kiosk_for_its_quota() -> None:
    document = changed("stations", 0, departments=["ENT"])
    document["stations"][1]["departments"] = ["MED"]
    document["departments"][0]["shares"] = {}
    configuration = parse_configuration(document)
    assert (quotas(configuration, "D1")["EYE"], quotas(configuration, "D1")["MED"]) == (101, 200)


@given(st.integers(1, 9999), st.integers(1, 9))
def test_even_shares_use_up_the_quota_and_never_exceed_it(quota: int, kiosks: int) -> None:
    stations = [{"id": f"K{number}", "kind": "kiosk", "name": "Hall"} for number in range(kiosks)]
    department = {"code": "MED", "prefix": "M", "names": {"en": "Medicine"}, "quota": quota}
    configuration = parse_configuration(rampur(departments=[department], stations=stations, staff=...))
    shares = [quotas(configuration, f"K{number}")["MED"] or 0 for number in range(kiosks)]
    assert sum(shares) == quota
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("table", "index", "changes", "differs"),
    [
        ("departments", 0, {"prefix": "X"}, True),
        ("departments", 2, {"code": "EAR"}, True),
        ("departments", 0, {"room": "13", "quota": 300, "open": ["00:00-24:00"]}, False),
        ("stations", 0, {"name": "Hall"}, False),
    ],
)
def test_labels_are_structure(table: str, index: int, changes: dict[str, object], differs: bool) -> None:
    one, other = parse_configuration(rampur()), parse_configuration(changed(table, index, **changes))
    assert structure_differs(one, other) is structure_differs(other, one) is differs


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"day_starts": time(5)}, True),
        ({"timezone": "Asia/Kathmandu"}, True),
        ({"carries_over": False, "holidays": [], "return_window_min": 5}, False),
    ],
)
def test_days_are_structure(changes: dict[str, object], differs: bool) -> None:
    assert structure_differs(parse_configuration(rampur()), parse_configuration(rampur(**changes))) is differs


def test_a_department_more_or_fewer_is_structure_and_their_order_is_not() -> None:
    departments = _plain_departments()
    whole = parse_configuration(rampur(departments=departments))
    fewer = parse_configuration(rampur(departments=departments[:2], stations=..., staff=...))
    turned = parse_configuration(rampur(departments=departments[::-1]))
    assert structure_differs(whole, fewer)
    assert not structure_differs(whole, turned)


def test_a_later_start_of_the_day_begins_with_its_own_day() -> None:
    night_opd = parse_configuration(rampur(day_starts="05:00"))
    assert not applies(night_opd, date(2026, 11, 24), datetime(2026, 11, 23, 23, 29, tzinfo=UTC))
    assert applies(night_opd, date(2026, 11, 24), datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
