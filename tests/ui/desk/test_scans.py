"""Slips and cards before a desk's gun: their tokens come up, phones' holders have arrived, newcomers get the form."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.checkin import NOTICE_VERSION
from kiosk.model.events import Kind
from kiosk.model.patient import Patient
from kiosk.model.qr import Reason
from kiosk.model.token import PHONE, State, Token
from kiosk.model.walk_in import Field
from kiosk.ports import CodeRead, CodeSpoiled, IssueOrder
from kiosk.ui.desk.pages import desk_pages
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.queue_page import QueuePage
from kiosk.ui.desk.scans import DeskScans
from kiosk.ui.desk.sentences import sentence
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.desk.walk_in import WalkInPage
from kiosk.ui.desk.window import DeskWindow
from kiosk.ui.patient.reports import ScannerReports
from kiosk.ui.wedge import WedgeScanner
from tests.contracts.acts import move
from tests.ui.desk.desk import Desk
from tests.ui.desk.long_day import LongDay, patient
from tests.ui.desk.rig import PIN

UNKNOWN = "01890000-0000-7000-8000-000000000000"


def card(number: int) -> str:
    who = patient(number)
    return f'{{"hidn":"{who.abha_number}","name":"{who.name}"}}'


class ScanDesk:
    """A desk of the medicine department, with a gun."""

    def __init__(self, qtbot: QtBot, application: QApplication, folder: Path) -> None:
        self.qtbot, self.day = qtbot, LongDay()
        self.desk = Desk(application, self.day)
        self.session = self.desk.session
        kinds = desk_pages(DeskToday(self.session, self.day.store), _Rolls(), folder)
        self.window = DeskWindow(self.session, self.desk.translation, kinds)
        self.reports = ScannerReports()
        self.scans = scans = DeskScans(self.session, self.day.store, self.reports)
        scans.token_found.connect(self.window.show_token)
        scans.newcomer_found.connect(self.window.show_newcomer)
        self.found: list[str] = []
        self.newcomers: list[Patient] = []
        self.told: list[tuple[str, dict[str, str]]] = []
        scans.token_found.connect(self.found.append)
        scans.newcomer_found.connect(self.newcomers.append)
        self.session.told.connect(lambda code, details: self.told.append((code, details)))

    def enter(self, staff_id: str = "N1") -> None:
        self.desk.enter(staff_id, PIN, Place("12", ("MED",)))

    def scan(self, text: str) -> None:
        self.reports.report(CodeRead(text))

    def wait_for_found(self, *token_ids: str) -> None:
        self.qtbot.waitUntil(lambda: self.found == list(token_ids))

    def wait_for_told(self, code: str) -> dict[str, str]:
        self.qtbot.waitUntil(lambda: bool(self.told))
        [(told, details)] = self.told
        assert told == code
        assert sentence(code, details), "staff read what it means"
        return details

    def wait_for_at_hand(self, page: QueuePage, token: Token) -> None:
        self.qtbot.waitUntil(lambda: page.calling.row is not None and page.calling.row.token.label == token.label)

    @property
    def chosen(self) -> Token | None:
        page = self.window.page_shown
        assert isinstance(page, QueuePage)
        return page.queue.row_chosen.token if page.queue.row_chosen else None


class _Rolls:
    """No roll of paper is counted here."""

    def note(self, now: datetime, staff_id: str) -> None:
        raise NotImplementedError

    def last(self) -> datetime | None:
        return None


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[ScanDesk]:
    desk = ScanDesk(qtbot, qapp, tmp_path)
    yield desk
    desk.window.close()
    desk.desk.close()


def test_a_slip_opens_its_token_whatever_is_filtered(desk: ScanDesk) -> None:
    tokens = [desk.day.issue(number, "EYE") for number in range(3)]
    desk.enter()
    desk.scan(f"{tokens[1].token_id}\r")
    desk.wait_for_found(tokens[1].token_id)
    desk.qtbot.waitUntil(lambda: desk.chosen is not None)
    assert desk.chosen is not None
    assert desk.chosen.token_id == tokens[1].token_id
    assert desk.told == []


def test_a_card_opens_its_token_in_the_departments_of_this_desk_first(desk: ScanDesk) -> None:
    there, here = desk.day.issue(1, "EYE"), desk.day.issue(1, "MED")
    desk.enter()
    desk.scan(card(1))
    desk.wait_for_found(here.token_id)
    assert desk.wait_for_told("SCAN_SEVERAL") == {"labels": f"{here.label}, {there.label}"}


def test_a_token_in_this_room_is_at_hand(desk: ScanDesk) -> None:
    desk.enter()
    post = desk.session.post
    assert post is not None
    tokens = [desk.day.issue(number, "MED") for number in range(2)]
    for token in tokens:
        desk.day.calling.call(post, token.token_id)
    desk.session.refresh()
    desk.qtbot.waitUntil(lambda: len(desk.session.current) == 2)
    page = desk.window.page_shown
    assert isinstance(page, QueuePage)
    for token in tokens:
        desk.scan(token.token_id)
        desk.wait_for_at_hand(page, token)


def by_phone(day: LongDay, number: int) -> Token:
    """As the server issues one to a phone, perhaps at home."""
    chosen, now = day.facility.department("MED"), day.clock.now()
    assert chosen is not None
    remarks = {"arrived": False}
    order = IssueOrder(patient(number), day.facility, chosen, now, "en", NOTICE_VERSION, PHONE, remarks=remarks)
    return day.store.issue(order).token


def test_whoever_holds_a_phone_token_has_arrived(desk: ScanDesk) -> None:
    token = by_phone(desk.day, 1)
    assert token.is_expected
    desk.enter("R1")
    desk.scan(card(1))
    desk.wait_for_found(token.token_id)
    desk.qtbot.waitUntil(lambda: desk.session.rows[token.token_id].token.arrived)


def test_whoever_comes_after_the_place_has_lapsed_has_it_back(desk: ScanDesk) -> None:
    token = by_phone(desk.day, 1)
    move(desk.day.store, token, Kind.TOKEN_LAPSED, at=desk.day.clock.now())
    desk.enter("R1")
    desk.scan(card(1))
    desk.wait_for_found(token.token_id)
    desk.qtbot.waitUntil(lambda: desk.session.rows[token.token_id].token.arrived)
    assert desk.session.rows[token.token_id].token.state is State.WAITING
    assert desk.newcomers == []


def test_a_newcomer_gets_the_form_filled_in(desk: ScanDesk) -> None:
    desk.enter("R1")
    desk.scan(card(3))
    desk.wait_for_told("SCAN_NO_TOKEN")
    page = desk.window.page_shown
    assert isinstance(page, WalkInPage)
    assert page.form.understand(desk.day.clock.now().date()).patient.abha_number == patient(3).abha_number


@pytest.mark.parametrize(
    ("text", "code"),
    [(UNKNOWN, "SCAN_UNKNOWN"), ("upi://pay?pa=someone@bank", "SCAN_UNREADABLE"), ("hello", "SCAN_UNREADABLE")],
)
def test_what_opens_nothing_is_told(desk: ScanDesk, text: str, code: str) -> None:
    desk.enter()
    desk.scan(text)
    details = desk.wait_for_told(code)
    assert text not in str(details)
    assert (desk.found, desk.newcomers) == ([], [])


def test_spoiled_scans_are_told(desk: ScanDesk) -> None:
    desk.enter()
    desk.reports.report(CodeSpoiled(Reason.TOO_LARGE))
    assert desk.wait_for_told("SCAN_UNREADABLE") == {"reason": "too_large"}


def test_yesterdays_slip_is_told_with_its_day(desk: ScanDesk) -> None:
    token = desk.day.issue(1, "MED")
    desk.day.clock.move(timedelta(days=1))
    desk.enter()
    desk.scan(token.token_id)
    assert desk.wait_for_told("SCAN_OLD") == {"label": token.label, "day": "23-11-2026"}
    assert desk.found == []


def test_before_anybody_signs_in_nothing_is_opened_or_kept(desk: ScanDesk) -> None:
    token = desk.day.issue(1, "MED")
    desk.scan(token.token_id)
    desk.scan(card(3))
    desk.reports.report(CodeSpoiled(Reason.TOO_LARGE))
    QApplication.processEvents()
    desk.enter()
    desk.session.refresh()
    desk.qtbot.waitUntil(lambda: token.token_id in desk.session.rows)
    assert (desk.found, desk.newcomers, desk.told) == ([], [], [])


def test_a_code_that_stays_before_the_camera_opens_once(desk: ScanDesk) -> None:
    token = desk.day.issue(1, "MED")
    desk.enter()
    for _ in range(5):
        desk.scan(token.token_id)
        desk.day.clock.move(timedelta(seconds=0.5))
    desk.wait_for_found(token.token_id)
    desk.day.clock.move(timedelta(seconds=10))
    desk.scan(token.token_id)
    desk.wait_for_found(token.token_id, token.token_id)


def test_a_token_that_is_newer_than_the_list_comes_up_once_it_is_there(desk: ScanDesk) -> None:
    desk.enter()
    desk.qtbot.waitUntil(lambda: desk.session.rows is not None)
    token = desk.day.issue(1, "MED")
    desk.scan(token.token_id)
    desk.wait_for_found(token.token_id)
    desk.qtbot.waitUntil(lambda: desk.chosen is not None)


def test_a_gun_in_keyboard_mode_writes_into_no_form(desk: ScanDesk) -> None:
    token = desk.day.issue(1, "MED")
    desk.enter("R1")
    desk.window.show()
    desk.window.show_page("walk_in")
    page = desk.window.page_shown
    assert isinstance(page, WalkInPage)
    name = page.form.entries[Field.NAME].edit
    seconds = count(100.0, 0.05)
    wedge = WedgeScanner(clock=lambda: next(seconds), stamp_ms=lambda _: 0)
    wedge.start(desk.reports.report)
    QTest.keyClicks(name, "Asha")
    wedge.stop()
    wedge = WedgeScanner(clock=lambda: 200.0, stamp_ms=lambda _: 0)
    wedge.start(desk.reports.report)
    QTest.keyClicks(name, token.token_id)
    QTest.keyClick(name, Qt.Key.Key_Return)
    wedge.stop()
    desk.wait_for_found(token.token_id)
    assert name.text() == "Asha"
