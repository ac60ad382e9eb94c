"""What administrators write, in TOML and CSV: one document, and mistakes by file and line."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.admin.facility_files import Source, read_source, read_together
from kiosk.errors import SettingError
from kiosk.model.configuration import parse_configuration
from tests.model.hospitals import RAMPUR, rampur

DEPARTMENTS = """\
code,prefix,name_en,name_hi,room,next_step_en,open,holidays,quota,shares,rooms,priority
MED,M,Medicine,मेडिसिन,12,,mon-sat 08:00-14:00;mon-fri 16:00-18:00,2026-11-30; 2026-12-01,200,K1=120; K2=80,12; 14,elderly;infant
EYE,E,"Eye, squint and
glasses",नेत्र रोग,,First counter 2,,,,

ENT,N,"Ear, ""nose"" and throat",,,,,,,
"""  # noqa: E501 -- as a spreadsheet writes it
STATIONS = "id,kind,name,departments\nK1,kiosk,मुख्य हॉल,\nK2,kiosk,Gate 2,MED;EYE\n"
STAFF = "role,id,name\nregistrar,anita,अनीता वर्मा\n"
OPTIONS = ("IN0910000123", "District Hospital, Rampur")


def sources(**files: str) -> list[Source]:
    return [read_source(name.replace("_", "."), text.encode()) for name, text in files.items()]


def problems(found: list[Source], facility_id: str = "", name: str = "") -> list[str]:
    with pytest.raises(SettingError) as caught:
        read_together(found, facility_id, name)
    assert caught.value.code == "FACILITY_INVALID"
    first, *lines = str(caught.value).splitlines()
    assert first == "nothing was imported:"
    return lines


def test_toml_is_the_document() -> None:
    assert read_together(sources(facility_toml=RAMPUR)) == rampur()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_alone(encoding: str, newline: str) -> None:
    files = {"departments.csv": DEPARTMENTS.replace("squint and\n", "squint and "), "Stations.CSV": STATIONS}
    files["staff.csv"] = STAFF
    found = [read_source(name, text.replace("\n", newline).encode(encoding)) for name, text in files.items()]
    document = read_together(found, *OPTIONS)
    assert document == {
        "facility_id": "IN0910000123",
        "names": {"en": "District Hospital, Rampur"},
        "departments": [
            {
                "code": "MED",
                "prefix": "M",
                "names": {"en": "Medicine", "hi": "मेडिसिन"},
                "room": "12",
                "open": ["mon-sat 08:00-14:00", "mon-fri 16:00-18:00"],
                "holidays": ["2026-11-30", "2026-12-01"],
                "quota": 200,
                "shares": {"K1": 120, "K2": 80},
                "rooms": ["12", "14"],
                "priority": ["elderly", "infant"],
            },
            {
                "code": "EYE",
                "prefix": "E",
                "names": {"en": "Eye, squint and glasses", "hi": "नेत्र रोग"},
                "next_step": {"en": "First counter 2"},
            },
            {"code": "ENT", "prefix": "N", "names": {"en": 'Ear, "nose" and throat'}},
        ],
        "stations": [
            {"id": "K1", "kind": "kiosk", "name": "मुख्य हॉल"},
            {"id": "K2", "kind": "kiosk", "name": "Gate 2", "departments": ["MED", "EYE"]},
        ],
        "staff": [{"role": "registrar", "id": "anita", "name": "अनीता वर्मा"}],
    }
    assert parse_configuration(document).facility.departments[0].quota == 200


def test_toml_and_csv_together() -> None:
    top = RAMPUR.partition("[[departments]]")[0]
    document = read_together(sources(facility_toml=top, departments_csv="code,prefix,name_en\nMED,M,Medicine\n"))
    assert (document["state"], document["departments"]) == (
        "Uttar Pradesh",
        [{"code": "MED", "prefix": "M", "names": {"en": "Medicine"}}],
    )


def test_ten_mistakes_in_three_files_are_told_at_once_by_line() -> None:
    found = sources(
        departments_csv=DEPARTMENTS.replace("MED,M,", "med,O,")
        .replace("14:00;", "2 pm;")
        .replace(",200,", ",many,")
        .replace("ENT,N", "EYE,E"),
        stations_csv="id,kind,name,departments\nK1,kiosc,Main hall,\nK2,kiosk,,MED;XRAY\n",
        staff_csv="role,id,name,pin\nboss,anita,अनीता वर्मा,1234\ncaller,anita,Suresh Patel,,,\n",
    )
    told = problems(found, "IN 09", "District Hospital")
    for expected in (
        "departments.csv:2: department 1: code must be 1 to 12 capital letters and digits, not 'med'",
        "departments.csv:2: department 1: prefix must be one or two capital letters without I and O",
        "departments.csv:2: department 1: open has 'mon-sat 08:00-2 pm'; write it as 'mon-sat 08:00-14:00'",
        "departments.csv:2: department 1: quota must be a whole number from 1 to 9999",
        "departments.csv:3: department 2: names must be texts by language, such as { en = 'Medicine', hi = 'मेडिसिन' }",
        "departments.csv:6: department 3: code EYE stands twice",
        "departments.csv:6: department 3: prefix E stands twice",
        "stations.csv:2: station 1: kind must be one of kiosk, desk, board, not 'kiosc'",
        "stations.csv:3: station 2: name must be a short text, at most 80 characters on one line",
        "stations.csv:3: station 2: departments names 'XRAY', which is no department here",
        "staff.csv:1: column 'pin' is not known; known are departments, id, name, role",
        "staff.csv:2: staff 1: role must be one of registrar, caller, supervisor, admin, not 'boss'",
        "staff.csv:3: has 6 cells, but the first row has 4",
        "staff.csv:3: staff 2: id anita stands twice",
        "--facility-id and --name: facility: facility_id must be 1 to 40 letters, digits, - and _, not 'IN 09'",
    ):
        assert expected in told, told
    assert [line.partition(":")[0] for line in told] == sorted(
        (line.partition(":")[0] for line in told),
        key=["departments.csv", "stations.csv", "staff.csv", "--facility-id and --name"].index,
    )


def test_counters_and_registration_queues_are_cells_too() -> None:
    rows = "code,prefix,name_en,registration\nMED,M,Medicine,\nREG,R,Registration,TRUE\nENT,N,Ears,{}\n"
    counters = "id,department\nOPD1,REG\nOPD2,{}\n"
    wrong = sources(departments_csv=rows.format("perhaps"), counters_csv=counters.format("XYZ"))
    assert problems(wrong, *OPTIONS) == [
        "departments.csv:4: department 3: registration must be true or false",
        "counters.csv:3: counter 2: department must be a department's code, not 'XYZ'",
    ]
    right = sources(departments_csv=rows.format("false"), counters_csv=counters.format("ENT"))
    found = parse_configuration(read_together(right, *OPTIONS))
    assert [each.registration for each in found.facility.departments] == [False, True, False]
    assert [(each.counter_id, each.department) for each in found.counters] == [("OPD1", "REG"), ("OPD2", "ENT")]


def test_files_that_cannot_be_read_are_all_told_and_nothing_is_guessed_of_the_rest() -> None:
    found = [
        read_source("facility.toml", b'facility_id = "X"\nnames = \n'),
        read_source("departments.csv", "code,name_hi\nMED,मेडिसिन\n".encode("utf-16")),
        read_source("stations.csv", b'id,kind\nK1,"kiosk\n'),
        read_source("staff.csv", b""),
        read_source("plan.xlsx", b"PK"),
    ]
    told = problems(found)
    assert told[0].startswith("facility.toml:2: is not TOML: Invalid value (at line 2,")
    assert told[1:] == [
        "departments.csv:1: is not UTF-8; save it as 'CSV UTF-8' or as UTF-8 text",
        "stations.csv:1: is not CSV: unexpected end of data",
        "staff.csv:1: is empty; its first row must name the columns",
        "plan.xlsx:1: name it departments.csv, stations.csv, staff.csv, counters.csv or something.toml",
    ]


def test_a_byte_of_another_encoding_is_told_on_its_line() -> None:
    (told,) = problems([read_source("stations.csv", b"id,kind,name\nK1,kiosk,Hall\nK2,kiosk,Caf\xe9\n")], *OPTIONS)
    assert told.startswith("stations.csv:3: is not UTF-8")


def test_nothing_is_said_twice() -> None:
    told = problems(sources(facility_toml=RAMPUR, stations_csv=STATIONS), "IN1")
    assert told == [
        "stations.csv:1: stations is said by another file too",
        "--facility-id and --name: facility_id is said by another file too",
    ]


def test_what_no_file_says_is_missing_in_the_first() -> None:
    told = problems(sources(stations_csv=STATIONS))
    assert "stations.csv:1: facility: facility_id must be 1 to 40 letters, digits, - and _, not missing" in told
    assert "stations.csv:1: facility: departments must be at least one [[departments]]" in told


@pytest.mark.parametrize("text", ["x = " + "9" * 5000, "x = " + "[" * 100_000, "a.b = 1\na = 2", "\0"])
def test_toml_that_breaks_readers_is_told(text: str) -> None:
    (told,) = problems(sources(facility_toml=text))
    assert told.startswith("facility.toml:")


CELL = st.text(st.characters(codec="utf-8"), max_size=12)


@given(st.lists(st.lists(CELL, max_size=6), max_size=5), st.sampled_from(["departments", "stations", "staff"]))
def test_wild_csv_is_a_document_or_told(rows: list[list[str]], table: str) -> None:
    written = StringIO()
    csv.writer(written).writerows(rows)
    source = read_source(f"{table}.csv", written.getvalue().encode())
    assert problems([source], *OPTIONS)


@given(st.binary(max_size=200), st.sampled_from(["departments.csv", "facility.toml"]))
def test_wild_bytes_are_told(untrusted: bytes, name: str) -> None:
    assert problems([read_source(name, untrusted)], *OPTIONS)
