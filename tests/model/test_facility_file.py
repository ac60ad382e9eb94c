"""A hospital's own description: read whole, and every mistake told at once."""

import tomllib
from contextlib import suppress
from datetime import time, timedelta

import pytest

from kiosk.model import facility_file
from kiosk.model.configuration import parse_configuration
from kiosk.model.facility_file import FacilityError
from kiosk.model.opd import ALL_DAY, Facility, Opening
from kiosk.model.queue import ALL_PRIORITIES, CallingRule
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import Priority
from kiosk.model.toml_lines import located
from tests.model.samples import MONDAY

EXAMPLE = str(facility_file.__doc__).partition("\n\n")[2].rpartition("\n\n")[0]
GOOD = tomllib.loads(EXAMPLE)


def parse_facility(untrusted: dict[str, object]) -> Facility:
    return parse_configuration(untrusted).facility


def with_department(**changes: object) -> dict[str, object]:
    (department,) = GOOD["departments"]
    return {**GOOD, "departments": [{**department, **changes}]}


def problems(untrusted: dict[str, object]) -> list[str]:
    with pytest.raises(FacilityError) as caught:
        parse_facility(untrusted)
    assert str(caught.value) == "; ".join(caught.value.problems)
    return caught.value.problems


def test_the_example_in_the_documentation_is_good() -> None:
    facility = parse_facility(GOOD)
    (medicine,) = facility.departments
    assert (facility.facility_id, facility.timezone, facility.day_starts) == ("IN0910000123", "Asia/Kolkata", time(0))
    assert facility.return_window == timedelta(hours=2)
    assert (medicine.code, medicine.prefix, medicine.room, medicine.quota) == ("MED", "M", "12", 200)
    assert medicine.openings == (Opening(time(8), time(14), frozenset(range(6))),)
    assert facility.name("hi") == "ज़िला अस्पताल, रामपुर"
    assert (medicine.rooms, medicine.priority) == (("12", "14"), frozenset({Priority.ELDERLY, Priority.INFANT}))
    assert facility.calling == CallingRule()


def test_the_least_that_describes_a_hospital() -> None:
    eye = {"code": "EYE", "prefix": "E", "names": {"en": "Eye"}}
    facility = parse_facility({"facility_id": "X", "names": {"en": "X"}, "departments": [eye]})
    (department,) = facility.departments
    assert (department.openings, department.quota, department.room, department.next_step) == (ALL_DAY, None, "", {})
    assert (department.rooms, department.priority, facility.calling) == ((), ALL_PRIORITIES, CallingRule())


def test_rooms_are_numbers_or_names_and_the_room_alone_where_none_are_said() -> None:
    several = parse_facility(with_department(rooms=[12, "14 A"])).departments[0]
    assert (several.room, several.rooms) == ("12", ("12", "14 A"))
    assert parse_facility(with_department(rooms=[])).departments[0].rooms == ("12",)


def test_a_department_may_give_priority_to_nobody() -> None:
    assert parse_facility(with_department(priority=[])).departments[0].priority == frozenset()


def test_a_hospital_has_its_own_rule_of_calling() -> None:
    calling = {"priority_per_routine": 3, "calls_before_no_show": 1, "returns_after": 0}
    assert parse_facility({**GOOD, "calling": calling}).calling == CallingRule(3, 1, 0)
    assert parse_facility({**GOOD, "calling": {"returns_after": 9}}).calling == CallingRule(returns_after=9)


def test_mistakes_of_the_rule_are_told_by_their_lines() -> None:
    text = EXAMPLE.replace("_routine = 2 ", "_routine = 0 ").replace("calls_before_no_show = 2", "calls = 2")
    text = text.replace('"infant"', '"vip"').replace('"14"', '""')
    with pytest.raises(FacilityError) as caught:
        parse_facility(tomllib.loads(text))
    lines = text.split("\n")
    told = located("f.toml", text, caught.value.mistakes)
    places = [
        1 + next(at for at, line in enumerate(lines) if line.startswith(key))
        for key in ("priority_per_routine", "calls =", "rooms", "priority =")
    ]
    assert told == [
        f"f.toml:{places[0]}: facility: calling: priority_per_routine must be a whole number from 1 to 20",
        f"f.toml:{places[1]}: facility: calling: calls is not known; known are calls_before_no_show, "
        "priority_per_routine, returns_after",
        f"f.toml:{places[2]}: department 1: rooms must be a list such as ['12', '14'], each once and at most "
        "20 characters",
        f"f.toml:{places[3]}: department 1: priority has 'vip'; allowed are elderly, pregnant, disability, infant",
    ]


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("mon-fri 09:00-13:30", Opening(time(9), time(13, 30), frozenset(range(5)))),
        ("sun 20:00-24:00", Opening(time(20), time(0), frozenset({6}))),
        ("00:00-24:00", Opening(time(0), time(0))),
        ("08:00-14:00", Opening(time(8), time(14))),
    ],
)
def test_openings(text: str, opening: Opening) -> None:
    assert parse_facility(with_department(open=[text])).departments[0].openings == (opening,)
    assert facility_file.opening_text(opening) == text


@pytest.mark.parametrize(
    "text",
    ["", "14:00-08:00", "08:00-08:00", "sat-mon 08:00-14:00", "foo 08:00-14:00", "08:00-25:00", "8-14", "24:00-08:00"],
)
def test_openings_that_make_no_sense(text: str) -> None:
    (problem,) = problems(with_department(open=[text]))
    assert problem == f"department 1: open has {text!r}; write it as 'mon-sat 08:00-14:00'"


@pytest.mark.parametrize("name", ["Asia", "", "Asia/Atlantis", "../../etc/passwd", "x" * 300, "Asia\x00"])
def test_zones_that_are_not_known(name: str) -> None:
    (problem,) = problems({**GOOD, "timezone": name})
    assert problem.startswith("facility: timezone ")
    assert "Asia/Kolkata" in problem


@pytest.mark.parametrize("text", ["6 am", "25:00", "06:00+05:30", "", 6])
def test_a_day_starts_at_a_local_time(text: object) -> None:
    (problem,) = problems({**GOOD, "day_starts": text})
    assert problem.startswith("facility: day_starts must be a time such as 06:00")


def test_a_time_as_toml_writes_it_is_good_too() -> None:
    assert parse_facility({**GOOD, "day_starts": time(5, 30)}).day_starts == time(5, 30)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"facility_id": "a b"}, "facility_id must be"),
        ({"facility_id": 5}, "facility_id must be"),
        ({"names": {}}, "names needs at least the language en"),
        ({"names": {"hi": "अ"}}, "names needs at least the language en"),
        ({"names": {"en": ""}}, "names must be texts by language"),
        ({"names": {"en": 5}}, "names must be texts by language"),
        ({"names": "District Hospital"}, "names must be texts by language"),
        ({"carries_over": "yes"}, "carries_over must be true or false"),
        ({"carries_over": True}, "carries_over = true is not offered in this version"),
        ({"return_window_min": 0}, "return_window_min must be a whole number from 1 to 1440"),
        ({"return_window_min": True}, "return_window_min must be"),
        ({"return_window_min": 1.5}, "return_window_min must be"),
        ({"departments": []}, "departments must be at least one"),
        ({"departments": "MED"}, "departments must be at least one"),
        ({"depratments": []}, "depratments is not known; known are"),
    ],
)
def test_each_mistake_is_named(changes: dict[str, object], words: str) -> None:
    (problem,) = problems({**GOOD, **changes})
    assert problem.startswith(f"facility: {words}")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "med"}, "code must be"),
        ({"code": "X" * 13}, "code must be"),
        ({"prefix": "O"}, "prefix must be"),
        ({"prefix": None}, "prefix must be"),
        ({"names": {"hi": "अ"}}, "names needs"),
        ({"room": ["12"]}, "room must be a short text"),
        ({"room": "x" * 61}, "room must be a short text"),
        ({"next_step": {"hi": "अ"}}, "next_step needs"),
        ({"open": "all day"}, "open must be a list"),
        ({"open": []}, "open must be a list"),
        ({"quota": 0}, "quota must be"),
        ({"quota": "200"}, "quota must be"),
        ({"rooom": "12"}, "rooom is not known"),
        ({"rooms": "12"}, "rooms must be a list"),
        ({"rooms": [12, "12"]}, "rooms must be a list"),
        ({"rooms": ["x" * 21]}, "rooms must be a list"),
        ({"rooms": [True]}, "rooms must be a list"),
        ({"priority": "elderly"}, "priority must be a list"),
        ({"priority": ["emergency"]}, "priority has 'emergency'; allowed are elderly"),
    ],
)
def test_each_mistake_of_a_department_is_named(changes: dict[str, object], words: str) -> None:
    (problem,) = problems(with_department(**changes))
    assert problem.startswith(f"department 1: {words}")


def test_all_mistakes_are_told_at_once() -> None:
    eye = {"code": "EYE", "prefix": "E", "names": {"en": "Eye"}}
    bad = {
        **GOOD,
        "facility_id": "",
        "timezone": "Mars",
        "departments": [eye, {**eye, "quota": -1}, {"prefix": "AB"}, 5],
    }
    told = "\n".join(problems(bad))
    expected = ["facility_id", "timezone", "department 2: quota", "department 3: code", "department 4: prefix"]
    expected += ["code EYE stands twice", "prefix E stands twice", "same length"]
    assert not [words for words in expected if words not in told]


WRONG: tuple[object, ...] = (None, 5, -1, 1.5, True, "", "x", [], [1], {}, {"en": 1}, MONDAY)


@pytest.mark.parametrize("key", [*GOOD, "open", "code", "prefix", "room", "next_step", "quota", "surprise"])
def test_wrong_types_are_mistakes_and_nothing_worse(key: str) -> None:
    for value in WRONG:
        for untrusted in ({**GOOD, key: value}, with_department(**{key: value})):
            with suppress(FacilityError):
                assert parse_facility(untrusted).departments


def test_the_sample_facility_keeps_the_rules_of_a_file() -> None:
    assert not facility_file._clashes(SAMPLE_FACILITY)
    assert [department.code for department in SAMPLE_FACILITY.departments] == ["MED", "PED", "OBG", "EYE", "ENT", "SUR"]
    assert "".join(department.prefix for department in SAMPLE_FACILITY.departments) == "MPGENS"
    assert all({"en", "hi"} <= department.names.keys() for department in SAMPLE_FACILITY.departments)
