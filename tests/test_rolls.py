"""Paper is counted from roll to roll, by whoever knows of a new one: staff, a command or the printer."""

from pathlib import Path

import pytest

from kiosk.errors import StoreError
from kiosk.rolls import COUNT_FILE, FILE, PRINTER, PaperRoll, RollNotes
from tests.fakes import FakeClock
from tests.model.samples import NINE, minutes


class Rig:
    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.notes = folder, FakeClock(NINE), RollNotes(folder)
        self.roll = self.restarted()

    def restarted(self) -> PaperRoll:
        return PaperRoll(self.folder, 50, self.clock.now)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_nothing_is_known_before_the_first_roll(rig: Rig) -> None:
    rig.roll.used(80)
    assert rig.roll.left_mm() is None


def test_slips_use_paper_until_a_new_roll_is_put_in(rig: Rig) -> None:
    rig.notes.note(NINE, "R1")
    for _ in range(10):
        rig.roll.used(80.5)
    assert rig.roll.left_mm() == rig.restarted().left_mm() == 50_000 - 805
    rig.notes.note(NINE + minutes(1), "R1")
    assert rig.roll.left_mm() == 50_000
    rig.roll.used(80)
    assert rig.roll.left_mm() == 49_920


def test_more_than_a_roll_leaves_nothing_not_less(rig: Rig) -> None:
    rig.notes.note(NINE, "R1")
    rig.roll.used(51_000)
    assert rig.roll.left_mm() == 0


def test_a_printer_that_was_out_and_has_paper_again_has_a_new_roll(rig: Rig) -> None:
    rig.notes.note(NINE, "R1")
    rig.roll.used(49_000)
    rig.roll.ran_out()
    rig.clock.move(minutes(5))
    roll = rig.restarted()
    roll.refilled()
    roll.refilled()
    assert roll.left_mm() == 50_000
    assert rig.notes.last() == NINE + minutes(5)
    lines = (rig.folder / FILE).read_text().splitlines()
    assert [PRINTER in line for line in lines] == [False, True]


def test_paper_that_never_was_out_is_no_new_roll(rig: Rig) -> None:
    rig.roll.refilled()
    assert rig.notes.last() is None


@pytest.mark.parametrize("text", ["", "[]", '{"roll": 1}', '{"roll": "x", "used_mm": "?", "out": 0}', "\x00"])
def test_a_count_that_cannot_be_read_begins_anew(rig: Rig, text: str) -> None:
    rig.notes.note(NINE, "R1")
    (rig.folder / COUNT_FILE).write_text(text)
    rig.roll.used(100)
    assert rig.roll.left_mm() == 49_900


def test_a_count_without_a_place_is_a_fault_of_the_store(rig: Rig) -> None:
    (rig.folder / COUNT_FILE).mkdir()
    with pytest.raises(StoreError):
        rig.roll.left_mm()
    with pytest.raises(StoreError):
        PaperRoll(rig.folder / "nowhere", 50, rig.clock.now).used(1)
