"""Camera and gun, put together from the settings; and a kiosk that has only a gun."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kiosk import scans
from kiosk.app import open_station
from kiosk.desk import Desk, running_desk
from kiosk.doctor_gun import gun_finding
from kiosk.errors import SettingError
from kiosk.finding import Finding
from kiosk.model import flow
from kiosk.model.patient import Patient
from kiosk.ports import CodeRead, DeviceState
from kiosk.scans import desk_scans, patient_scanner
from kiosk.settings import Settings
from kiosk.ui.desk.queue_page import QueuePage
from kiosk.ui.desk.sign_in import SignInPage
from kiosk.ui.wedge import WedgeScanner
from kiosk.window import running_kiosk
from tests.migrated import lay_store
from tests.scanner.guns import SerialLine
from tests.scanner.hearing import Hearing

CARDS = Path(__file__).parent.parent / "resources" / "cards"
CARD = "02-hindi-app.png"
TEXT = json.loads((CARDS / "cards.json").read_text(encoding="utf-8"))[CARD]
BARE = '{"hidn":"91-0000-0000-0018"}'
PIN = "246810"


@pytest.fixture
def line() -> Iterator[SerialLine]:
    line = SerialLine()
    yield line
    line.close()


class Hands:
    """The pace of keys, whatever the machine that runs the tests is busy with."""

    def __init__(self) -> None:
        self.now = 100.0

    def scan(self, window: QWidget, text: str) -> None:
        """As a gun does, through the window like the system's keys."""
        self.now += 1.0
        for made in f"{text.upper()}\r":
            key = Qt.Key.Key_Return if made == "\r" else Qt.Key(ord(made))
            QTest.keyClick(window.windowHandle(), key)

    def type(self, widget: QWidget, made: str) -> None:
        """As people do; afterwards nothing comes for a while."""
        self.now += 0.2
        QTest.keyClicks(widget, made)
        self.now += 0.2


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    wedge = partial(WedgeScanner, clock=lambda: hands.now, stamp_ms=lambda _: 0)
    monkeypatch.setattr(scans, "WedgeScanner", wedge)
    return hands


def test_camera_and_gun_read_side_by_side(line: SerialLine) -> None:
    scanner = patient_scanner(Settings(camera=f"file:{CARDS / CARD}", scanner_gun=f"serial:{line.path}"))
    hearing = Hearing()
    scanner.start(hearing)
    hearing.until(CodeRead(TEXT))
    line.send(b"by the gun\r")
    hearing.until(CodeRead("by the gun"))
    scanner.stop()


def test_a_kiosk_that_could_read_nothing_is_refused() -> None:
    with pytest.raises(SettingError, match="scanner_gun"):
        patient_scanner(Settings(camera="none"))


@pytest.mark.parametrize(("camera", "gun"), [("webcam", ""), ("none", "usb"), ("auto", "COM3")])
def test_settings_without_sense_are_refused(camera: str, gun: str) -> None:
    for scanner_of in (patient_scanner, desk_scans):
        with pytest.raises(SettingError, match="allowed"):
            scanner_of(Settings(camera=camera, scanner_gun=gun))


@pytest.mark.parametrize("camera", ["auto", "none"])
def test_a_desk_without_a_gun_scans_nothing_and_opens_no_camera(camera: str) -> None:
    assert desk_scans(Settings(camera=camera)) is None


def test_a_desk_scans_with_its_gun(line: SerialLine) -> None:
    scanner = desk_scans(Settings(scanner_gun=f"serial:{line.path}"))
    assert scanner is not None
    hearing = Hearing()
    scanner.start(hearing)
    assert [type(report).__name__ for report in hearing.until_gun(DeviceState.RUNNING)] == ["GunStateChanged"]
    scanner.stop()


def test_a_patient_with_a_gun_instead_of_a_camera(
    qtbot: QtBot, qapp: QApplication, line: SerialLine, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, camera="none", scanner_gun=f"serial:{line.path}", printer="none")
    with open_station(settings, {}) as station, running_kiosk(station, qapp) as kiosk:
        kiosk.window.show()
        qtbot.waitUntil(lambda: kiosk.window.scanning.reads_by_gun)
        line.send(TEXT.encode() + b"\r\n")
        qtbot.waitUntil(lambda: isinstance(kiosk.journey.state, flow.Choosing))
        kiosk.journey.feed(flow.DepartmentChosen("EYE"))
        qtbot.waitUntil(lambda: isinstance(kiosk.journey.state, flow.Issued))


def test_a_patient_with_a_gun_that_is_a_keyboard(
    qtbot: QtBot, qapp: QApplication, hands: Hands, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, camera="none", scanner_gun="wedge", printer="none")
    with open_station(settings, {}) as station, running_kiosk(station, qapp) as kiosk:
        with qtbot.waitActive(kiosk.window):
            kiosk.window.show()
        hands.scan(kiosk.window, BARE)
        qtbot.waitUntil(lambda: isinstance(kiosk.journey.state, flow.Choosing))
        state = kiosk.journey.state
        assert isinstance(state, flow.Choosing)
        assert state.patient.abha_number == "91000000000018"


# --- the desk --------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk_settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=lay_store(tmp_path / "desk"), printer="none", language="en")


def enter(qtbot: QtBot, desk: Desk, type_pin: Callable[[], None]) -> None:
    with qtbot.waitSignal(desk.session.signed_in):
        type_pin()
    desk.session.choose_place("12", ["MED"])


def type_pin(qtbot: QtBot, hands: Hands, page: SignInPage) -> None:
    """Each digit has its dot before the next one comes."""
    for count, digit in enumerate(PIN, start=1):
        hands.type(page.pin, digit)
        qtbot.waitUntil(partial(has_dots, page, count))


def has_dots(page: SignInPage, count: int) -> bool:
    return page.pin.dots.text().count("●") == count


def wait_for_row(qtbot: QtBot, desk: Desk, label: str) -> None:
    page = desk.window.pages["queue"]
    assert isinstance(page, QueuePage)
    qtbot.waitUntil(lambda: page.queue.row_chosen is not None)
    assert page.queue.row_chosen is not None
    assert page.queue.row_chosen.token.label == label


def test_a_slip_before_the_desks_gun_opens_its_token(
    qtbot: QtBot, qapp: QApplication, line: SerialLine, desk_settings: Settings
) -> None:
    settings = replace(desk_settings, scanner_gun=f"serial:{line.path}")
    with open_station(settings, {}) as station, running_desk(station, qapp) as desk:
        desk.window.show()
        tokens = [station.registration.check_in(Patient(f"9100000000001{number}"), "MED", "en") for number in range(3)]
        enter(qtbot, desk, lambda: desk.session.sign_in(station.staff[0].staff_id, PIN))
        line.send(tokens[1].token.token_id.encode() + b"\r")
        wait_for_row(qtbot, desk, tokens[1].token.label)


def test_no_code_of_a_gun_is_taken_for_a_pin_and_a_typed_pin_is(
    qtbot: QtBot, qapp: QApplication, hands: Hands, desk_settings: Settings
) -> None:
    settings = replace(desk_settings, scanner_gun="wedge")
    with open_station(settings, {}) as station, running_desk(station, qapp) as desk:
        with qtbot.waitActive(desk.window):
            desk.window.show()
        page = desk.window.page_shown
        assert isinstance(page, SignInPage)
        refused: list[str] = []
        desk.session.sign_in_refused.connect(lambda code, _wait: refused.append(code))
        page.pin.setFocus()
        hands.scan(desk.window, "135790")
        assert has_dots(page, 0)

        enter(qtbot, desk, lambda: type_pin(qtbot, hands, page))
        assert refused == []
        issued = station.registration.check_in(Patient("91000000000018"), "MED", "en")
        hands.scan(desk.window, issued.token.token_id)
        wait_for_row(qtbot, desk, issued.token.label)


# --- kiosk doctor ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "ok", "says"),
    [
        ("", True, "none"),
        ("wedge", True, "wedge"),
        ("serial:/dev/serial/by-id/usb-none", False, "GUN_MISSING"),
        ("evdev:ffff:ffff", False, "GUN_MISSING"),
        ("usb", False, "SETTING_INVALID"),
    ],
)
def test_the_doctor_looks_at_the_gun(setting: str, ok: bool, says: str) -> None:
    finding = gun_finding(setting)
    assert (finding.ok, says in finding.text, bool(finding.advice)) == (ok, True, not ok)


def test_the_doctor_finds_a_gun_that_answers_and_one_that_is_taken(line: SerialLine) -> None:
    setting = f"serial:{line.path}"
    assert gun_finding(setting) == Finding("gun", True, f"{setting} answers; scan something at the kiosk to see")
    scanner, hearing = patient_scanner(Settings(camera="none", scanner_gun=setting)), Hearing()
    scanner.start(hearing)
    hearing.until_gun(DeviceState.RUNNING)
    assert gun_finding(setting).text.startswith("GUN_DENIED")
    scanner.stop()
