"""The day's figures as a file."""

from pathlib import Path

import pytest

from kiosk.day_export import BOM, export_csv
from kiosk.errors import StoreError
from kiosk.model.day_report import day_report
from kiosk.rolls import FILE, RollNotes
from tests.model.samples import HOSPITAL, NINE, minutes, token

REPORT = day_report([token(room="=cmd|' /C calc'!A0")], HOSPITAL, NINE)


def test_it_opens_in_excel_and_runs_nothing(tmp_path: Path) -> None:
    path = export_csv(REPORT, tmp_path / "new" / "folder")
    assert path.name == "opd-2026-11-23.csv"
    text = path.read_bytes().decode()
    assert text.startswith(f"{BOM}service_day,2026-11-23\r\n")
    assert "\r\n'=cmd|" in text


def test_no_export_takes_an_earlier_ones_place(tmp_path: Path) -> None:
    names = [export_csv(REPORT, tmp_path).name for _ in range(3)]
    assert names == ["opd-2026-11-23.csv", "opd-2026-11-23-2.csv", "opd-2026-11-23-3.csv"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError) as caught:
        export_csv(REPORT, tmp_path / "file")
    assert caught.value.code == "EXPORT_FAILED"


def test_rolls_are_noted_one_after_the_other(tmp_path: Path) -> None:
    rolls = RollNotes(tmp_path)
    assert rolls.last() is None
    rolls.note(NINE, "R1")
    rolls.note(NINE + minutes(90), "R1")
    assert rolls.last() == NINE + minutes(90)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_line_cut_off_in_writing_is_passed_over(tmp_path: Path) -> None:
    rolls = RollNotes(tmp_path)
    rolls.note(NINE, "R1")
    with (tmp_path / FILE).open("a") as file:
        file.write('{"at": "2026-11-2')
    assert rolls.last() == NINE


def test_rolls_without_a_place_are_a_fault_of_the_store(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreError):
        RollNotes(tmp_path).note(NINE, "R1")
    with pytest.raises(StoreError):
        RollNotes(tmp_path).last()
