"""Slips that did not come out, and what is done about each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.model.token import SlipState as Slip
from kiosk.model.token import Token
from kiosk.rolls import RollNotes
from kiosk.ui.desk.slips_page import SlipsPage
from tests.desk_counter import BOSS, Counter, counter
from tests.model.samples import minutes, person
from tests.ui.desk.rig import PageRig, page_rig

Rig = PageRig[SlipsPage]


def trouble(desk: Counter, number: int, state: Slip = Slip.FAILED, cause: str = "PRINTER_GONE") -> Token:
    """A walk-in whose slip did not come out."""
    desk.clock.move(minutes(1))
    issued = desk.work.walk_in(BOSS, person(number), "MED", "en")
    assert issued.job is not None
    desk.store.slip_moved(issued.job.job_id, Slip.SENDING, desk.clock.now())
    desk.store.slip_moved(issued.job.job_id, state, desk.clock.now(), cause)
    return issued.token


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path / "desk") as desk:
        yield desk


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication, desk: Counter) -> Iterator[Rig]:
    rolls = RollNotes(tmp_path)
    with page_rig(
        tmp_path,
        qapp,
        lambda metrics, session, _today: SlipsPage(metrics, session, rolls),
        desk=desk,
        size=(1366, 655),
    ) as rig:
        yield rig


def show(qtbot: QtBot, rig: Rig, count: int) -> None:
    rig.session.refresh()
    qtbot.waitUntil(lambda: len(rig.session.slips) == count and len(rig.page.lines) == min(count, 4))
    qtbot.waitUntil(lambda: all(line.label.isVisible() for line in rig.page.lines))


def state(rig: Rig, token: Token) -> Slip:
    return rig.desk.acts.token(token.token_id).slip


def test_nothing_is_to_be_done(rig: Rig) -> None:
    assert "Every slip came out. Nothing is to be done." in rig.texts()


def test_what_happened_is_told_and_the_newest_stands_on_top(qtbot: QtBot, rig: Rig) -> None:
    trouble(rig.desk, 1)
    trouble(rig.desk, 2, Slip.IN_DOUBT, "")
    show(qtbot, rig, 2)
    assert [line.label.text() for line in rig.page.lines] == ["MA-002", "MA-001"]
    told = rig.texts()
    assert "Slips to look after: 2" in told
    assert "Perhaps it came out: please ask the patient." in told
    assert "Not printed: look at the printer's cable." in told
    assert "Person0001 Kumar" in told


def test_a_slip_is_printed_again(qtbot: QtBot, rig: Rig) -> None:
    token = trouble(rig.desk, 1)
    show(qtbot, rig, 1)
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.lines[0].reprint)
    show(qtbot, rig, 0)
    assert state(rig, token) is Slip.QUEUED
    assert rig.desk.acts.token(token.token_id).copies == 1, "the slip says DUPLICATE"


def test_a_number_is_read_out(qtbot: QtBot, rig: Rig) -> None:
    token = trouble(rig.desk, 1)
    show(qtbot, rig, 1)
    rig.touch(rig.page.lines[0].read_out)
    assert rig.page.shown.label.text() == "MA-001"
    assert "Please read this number out" in rig.texts()
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.shown.read)
    show(qtbot, rig, 0)
    assert state(rig, token) is Slip.RESOLVED
    assert rig.desk.last().body["cause"] == "READ_OUT"


def test_reading_may_be_left_without_an_outcome(qtbot: QtBot, rig: Rig) -> None:
    trouble(rig.desk, 1)
    show(qtbot, rig, 1)
    rig.touch(rig.page.lines[0].read_out)
    rig.touch(rig.page.shown.next)
    assert rig.page.lines[0].isVisible()


@pytest.mark.parametrize(("button", "cause"), [("has_it", "PRINTED"), ("gone", "PATIENT_GONE")])
def test_a_slip_is_settled(qtbot: QtBot, rig: Rig, button: str, cause: str) -> None:
    token = trouble(rig.desk, 1, Slip.IN_DOUBT, "")
    show(qtbot, rig, 1)
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(getattr(rig.page.lines[0], button))
    show(qtbot, rig, 0)
    assert (state(rig, token), rig.desk.last().body["cause"]) == (Slip.RESOLVED, cause)


def test_many_come_in_pages_and_none_is_lost(qtbot: QtBot, rig: Rig) -> None:
    for number in range(1, 8):
        trouble(rig.desk, number)
    show(qtbot, rig, 7)
    first = {line.slip.label for line in rig.page.lines}
    rig.touch(rig.page.more)
    second = {line.slip.label for line in rig.page.lines}
    assert len(first | second) == 7
    assert not first & second


def test_lines_keep_their_place_under_a_finger(qtbot: QtBot, rig: Rig) -> None:
    trouble(rig.desk, 1)
    show(qtbot, rig, 1)
    line = rig.page.lines[0]
    rig.session.refresh()
    rig.page.redraw()
    QApplication.processEvents()
    assert rig.page.lines[0] is line


def test_what_goes_wrong_is_told(qtbot: QtBot, rig: Rig) -> None:
    trouble(rig.desk, 1)
    show(qtbot, rig, 1)
    rig.session.told.emit("STORE_FULL", {})
    assert "The disk is full: nothing can be written until there is room." in rig.texts()


def test_a_new_roll_is_noted(qtbot: QtBot, rig: Rig, tmp_path: Path) -> None:
    rig.touch(rig.page.new_roll)
    qtbot.waitUntil(lambda: "Last new roll: 09:00" in rig.texts())
    assert RollNotes(tmp_path).last() == rig.desk.clock.now()


def test_no_name_stays_when_nobody_is_signed_in(qtbot: QtBot, rig: Rig) -> None:
    trouble(rig.desk, 1)
    show(qtbot, rig, 1)
    rig.page.forget()
    assert "Person0001" not in rig.texts()
