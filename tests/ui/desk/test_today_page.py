"""The supervisor's page: figures that add up, and acts that are written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.model.health import Item, Level, Part
from kiosk.model.opd import Facility
from kiosk.model.token import State
from kiosk.ui.desk.today_page import TodayPage
from tests.desk_counter import BOSS, called, counter
from tests.model.samples import EYE, HOSPITAL, MEDICINE, NINE, SURGERY, minutes
from tests.ui.desk.rig import PageRig, page_rig

Rig = PageRig[TodayPage]
WARD = replace(MEDICINE, room="", rooms=("12", "14"))
HOUSE = replace(HOSPITAL, departments=(WARD, EYE, SURGERY))


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    with today_page(tmp_path, qapp, HOUSE) as rig:
        yield rig


@contextmanager
def today_page(tmp_path: Path, qapp: QApplication, facility: Facility) -> Iterator[Rig]:
    """Of three patients one has been seen."""
    with counter(tmp_path / "desk") as desk:
        desk.facility = facility
        for number in (1, 2, 3):
            desk.wait(number)
        desk.calling.complete(BOSS, called(desk, BOSS).token_id)
        with page_rig(
            tmp_path,
            qapp,
            lambda metrics, session, today: TodayPage(metrics, session, today, tmp_path / "exports"),
            who="S1",
            desk=desk,
            size=(1366, 655),
        ) as rig:
            yield rig


def line(rig: Rig, row: int) -> list[str]:
    items = (rig.page.table.item(row, column) for column in range(rig.page.table.columnCount()))
    return [item.text() if item is not None else "" for item in items]


def ready(qtbot: QtBot, rig: Rig, waiting: int = 2) -> None:
    qtbot.waitUntil(lambda: rig.page.table.rowCount() == 4 and line(rig, 0)[3] == str(waiting))


def choose(qtbot: QtBot, rig: Rig, waiting: int = 2) -> None:
    ready(qtbot, rig, waiting)
    rig.page.table.selectRow(0)
    assert rig.page.panel.isVisible()


def test_the_figures_add_up(qtbot: QtBot, rig: Rig) -> None:
    ready(qtbot, rig)
    assert line(rig, 0)[:2] == ["Medicine", "3"]
    for row in range(4):
        issued, moved_in, *rest = (int(text) for text in line(rig, row)[1:12])
        assert issued + moved_in == sum(rest)
    assert line(rig, 3)[0] == "All together"


def test_a_department_is_closed_with_a_reason_and_is_as_planned_again(qtbot: QtBot, rig: Rig) -> None:
    choose(qtbot, rig)
    rig.touch(rig.page.panel.toggle)
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.reason.tiles["Doctor is absent"])
    qtbot.waitUntil(lambda: "closed for today" in rig.texts())
    assert rig.desk.last().body == {
        "facility_id": "IN0000000000",
        "department": "MED",
        "room": "",
        "is_open": False,
        "staff": "S1",
        "reason": "Doctor is absent",
    }
    qtbot.waitUntil(lambda: line(rig, 0)[0] == "Medicine (closed)")
    rig.desk.clock.move(minutes(1))
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.panel.planned)
    qtbot.waitUntil(lambda: "open as planned" in rig.texts())


def test_a_room_is_closed_and_opened(qtbot: QtBot, rig: Rig) -> None:
    choose(qtbot, rig)
    rig.touch(rig.page.panel.rooms["14"])
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.reason.tiles["Fault of room or equipment"])
    qtbot.waitUntil(lambda: "Room 14 (closed)" in rig.texts())
    assert "open as planned" in rig.texts()
    rig.desk.clock.move(minutes(1))
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.panel.rooms["14"])
    qtbot.waitUntil(lambda: "Room 14 (closed)" not in rig.texts())


def test_all_who_wait_are_moved_after_a_second_touch(qtbot: QtBot, rig: Rig) -> None:
    choose(qtbot, rig)
    rig.touch(rig.page.panel.move_all)
    rig.touch(rig.page.department.tiles["EYE"])
    assert "2 who wait for Medicine will wait for Eye, with their times of issue." in rig.texts()
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.confirming.yes)
    qtbot.waitUntil(lambda: "2 were moved." in rig.texts())
    queues = [row.token.queue_department for row in rig.desk.store.tokens(rig.today.day)]
    assert sorted(queues) == ["EYE", "EYE", "MED"]


def test_all_who_wait_are_cancelled_after_a_second_touch(qtbot: QtBot, rig: Rig) -> None:
    choose(qtbot, rig)
    rig.touch(rig.page.panel.cancel_all)
    rig.touch(rig.page.reason.tiles["Doctor is absent"])
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.confirming.yes)
    qtbot.waitUntil(lambda: "2 were cancelled." in rig.texts())
    states = [row.token.state for row in rig.desk.store.tokens(rig.today.day)]
    assert sorted(states) == [State.CANCELLED, State.CANCELLED, State.COMPLETED]
    assert rig.desk.last().body["reason"] == "Doctor is absent"


def test_the_first_touch_alone_does_nothing(qtbot: QtBot, rig: Rig) -> None:
    choose(qtbot, rig)
    before = rig.desk.last()
    rig.touch(rig.page.panel.cancel_all)
    rig.touch(rig.page.reason.tiles["Doctor is absent"])
    rig.touch(rig.page.confirming.no)
    assert rig.page.table.isVisible()
    assert rig.desk.last() == before


def test_a_department_without_patients_has_nobody_to_move(qtbot: QtBot, rig: Rig) -> None:
    ready(qtbot, rig)
    rig.page.table.selectRow(1)
    assert not rig.page.panel.move_all.isEnabled()
    assert not rig.page.panel.cancel_all.isEnabled()


def test_the_day_is_exported_and_the_file_is_named(qtbot: QtBot, rig: Rig, tmp_path: Path) -> None:
    ready(qtbot, rig)
    rig.touch(rig.page.export)
    path = tmp_path / "exports" / "opd-2026-11-23.csv"
    qtbot.waitUntil(lambda: f"Written: {path}" in rig.texts())
    assert "MED,Medicine,3" in path.read_text("utf-8-sig")


def test_an_export_that_fails_is_told(qtbot: QtBot, rig: Rig, tmp_path: Path) -> None:
    ready(qtbot, rig)
    (tmp_path / "exports").touch()
    rig.touch(rig.page.export)
    qtbot.waitUntil(lambda: "EXPORT_FAILED" in rig.told)


def test_a_faulty_clock_is_accepted(qtbot: QtBot, rig: Rig) -> None:
    rig.desk.clock.set(NINE + minutes(60 * 24 * 30))
    assert not rig.page.clock.isVisible()
    rig.session.tell_health((Item(Part.CLOCK, Level.BAD, "CLOCK_AHEAD"),))
    qtbot.waitUntil(rig.page.clock.isVisible)
    rig.touch(rig.page.clock)
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.confirming.yes)
    assert rig.desk.store.known_times()[0] == rig.desk.clock.now()
    assert not rig.page.clock.isVisible()


def test_the_rooms_have_a_table_of_their_own(qtbot: QtBot, rig: Rig) -> None:
    ready(qtbot, rig)
    rig.touch(rig.page.rooms_tab)
    assert rig.page.rooms.isVisible()
    cells = [rig.page.rooms.item(0, column) for column in range(3)]
    assert [cell.text() for cell in cells if cell is not None] == ["12", "1", "1"]


def test_new_tokens_are_counted(qtbot: QtBot, rig: Rig) -> None:
    ready(qtbot, rig)
    rig.desk.wait(9)
    rig.session.refresh()
    ready(qtbot, rig, waiting=3)


def test_a_whole_queue_may_go_to_a_department_that_is_not_this_desks(
    qtbot: QtBot, tmp_path: Path, qapp: QApplication
) -> None:
    """Whoever directs a desk of one department sends its patients wherever they belong."""
    with today_page(tmp_path, qapp, replace(HOUSE, departments=(WARD,), others=(EYE,))) as rig:
        qtbot.waitUntil(lambda: rig.page.table.rowCount() == 2)
        rig.page.table.selectRow(0)
        rig.touch(rig.page.panel.move_all)
        assert set(rig.page.department.tiles) == {"MED", "EYE"}
        rig.touch(rig.page.department.tiles["EYE"])
        with qtbot.waitSignal(rig.session.acted):
            rig.touch(rig.page.confirming.yes)
        qtbot.waitUntil(lambda: "2 were moved." in rig.texts())
        queues = [row.token.queue_department for row in rig.desk.store.tokens(rig.today.day)]
        assert sorted(queues) == ["EYE", "EYE", "MED"]
