"""Mistakes in a TOML text are told with the line they stand on."""

import tomllib

import pytest

from kiosk.model.configuration import parse_configuration
from kiosk.model.facility_file import FacilityError
from kiosk.model.reading import Mistake
from kiosk.model.toml_lines import line_of, located, toml_lines
from tests.model.hospitals import RAMPUR

TEXT = '''\
# A comment, then nothing

name = "x"
"quoted key" = 1
'single' = 2
names.en = "Hospital"
names.hi = "अस्पताल"
open = [
  "mon",  # [[tables]]
  "key = 5",
]
long = """
[[tables]]
key = 5
"""
[[tables]]   # the first
key = 1
[[ tables ]]

other = 2
[tables.inner]
deep = { a = 1, b = 2 }
[[tables.rows]]
x = 1
[[tables.rows]]
[single_table]
y = "#]"
'''


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_lines_of_tables_and_keys(newline: str) -> None:
    assert toml_lines(TEXT.replace("\n", newline)) == {
        ("name",): 3,
        ("quoted key",): 4,
        ("single",): 5,
        ("names",): 6,
        ("open",): 8,
        ("long",): 12,
        ("tables", 0): 16,
        ("tables", 0, "key"): 17,
        ("tables", 1): 18,
        ("tables", 1, "other"): 20,
        ("tables", 1, "inner"): 21,
        ("tables", 1, "inner", "deep"): 22,
        ("tables", 1, "rows", 0): 23,
        ("tables", 1, "rows", 0, "x"): 24,
        ("tables", 1, "rows", 1): 25,
        ("single_table",): 26,
        ("single_table", "y"): 27,
    }


def test_every_place_leads_to_something_in_the_text() -> None:
    for place in toml_lines(TEXT):
        value: object = tomllib.loads(TEXT)
        for step in place:
            value = value[step]  # type: ignore[index]


def test_what_is_not_there_is_told_at_the_table_that_lacks_it() -> None:
    lines = toml_lines(TEXT)
    assert line_of(lines, ("tables", 1, "missing")) == 18
    assert line_of(lines, ("tables", 1, "inner", "deep", "a")) == 22
    assert line_of(lines, ("missing",)) == line_of(lines, ()) == 1


def test_mistakes_are_told_in_the_order_of_their_lines() -> None:
    found = [Mistake(("tables", 1, "other"), "second"), Mistake(("name",), "first"), Mistake((), "whole")]
    assert located("facility.toml", TEXT, found) == [
        "facility.toml:1: whole",
        "facility.toml:3: first",
        "facility.toml:20: second",
    ]


MISTAKES = {
    'facility_id = "IN0910000123"': ('facility_id = "IN 09"', "facility: facility_id must be"),
    'timezone = "Asia/Kolkata"': ('timezone = "Mars"', "facility: timezone 'Mars' is not known"),
    "day_starts = 00:00:00": ("day_start = 00:00:00", "facility: day_start is not known"),
    'prefix = "M"': ('prefix = "O"', "department 1: prefix must be one or two capital letters"),
    'open = ["mon-sat 08:00-14:00"]': ('open = ["mon-sat 8-14"]', "department 1: open has 'mon-sat 8-14'"),
    "quota = 200": ("quota = 199", None),
    "shares = { K1 = 120, K2 = 60, D1 = 20 }": (
        "shares = { K1 = 120, K2 = 60, D1 = 20 }",
        "department 1: shares adds up to 200, more than the quota of 199",
    ),
    'code = "ENT"': ('code = "ent"', "department 3: code must be"),
    'kind = "board"': ('kind = "tv"', "station 4: kind must be one of kiosk, desk, board, not 'tv'"),
    'id = "s-2"': ('id = "s 2"', "staff 2: id must be"),
    'role = "supervisor"': ('role = "boss"', "staff 2: role must be one of"),
}


def test_ten_mistakes_are_told_at_once_each_on_its_line() -> None:
    text = RAMPUR
    for line, (bad, _) in MISTAKES.items():
        assert text.count(f"{line}\n") == 1
        text = text.replace(f"{line}\n", f"{bad}\n")
    with pytest.raises(FacilityError) as caught:
        parse_configuration(tomllib.loads(text))
    told = located("facility.toml", text, caught.value.mistakes)
    expected = []
    for number, line in enumerate(text.splitlines(), 1):
        expected += [f"facility.toml:{number}: {said}" for bad, said in MISTAKES.values() if bad == line and said]
    assert len(expected) == 10
    assert not [each for each in expected if not any(sentence.startswith(each) for sentence in told)], told
