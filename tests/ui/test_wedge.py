"""The filter over the application: fields get what people type, the scanner's listener what a gun types."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QInputMethodQueryEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kiosk.ports import CodeRead, DeviceState, GunStateChanged, ScannerReport
from kiosk.ui.bursts import END
from kiosk.ui.wedge import KeyGaps, WedgeScanner, typed_by
from tests.contracts.scanner import TIMES, ScannerContract, Stage
from tests.scanner.guns import strokes

CODE = '{"hidn":"91-0000-0000-0018","name":"Asha Verma","phr":"asha@abdm"}'
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Desk:
    """A window with a name field, a PIN field and a button that Return presses; time passes only when told to."""

    def __init__(self, qtbot: QtBot) -> None:
        self.now, self.stamp_ms = 100.0, 0
        self.heard: list[ScannerReport] = []
        self.wedge = WedgeScanner(clock=lambda: self.now, stamp_ms=lambda _: self.stamp_ms)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.name, self.pin, self.button = QLineEdit(), QLineEdit(), QPushButton("Next")
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        layout = QVBoxLayout(self.window)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        for widget in (self.name, self.pin, self.button):
            layout.addWidget(widget)
        self.entered, self.pushed = [], []  # type: tuple[list[str], list[bool]]
        for field in (self.name, self.pin):
            field.returnPressed.connect(lambda: self.entered.append("return"))
        self.button.clicked.connect(lambda: self.pushed.append(True))
        self.window.show()
        qtbot.waitExposed(self.window)

    def start(self) -> None:
        self.wedge.start(self.heard.append)
        self.heard.clear()

    def type(self, target: QWidget, text: str, gap_s: float = 0.06) -> None:
        """As QTest does, like a keyboard; each key ``gap_s`` after the one before."""
        for made in text:
            self.now += gap_s
            if made == "\n":
                QTest.keyClick(target, Qt.Key.Key_Return)
            else:
                QTest.keyClicks(target, made)

    def scan(self, target: QWidget, text: str) -> None:
        self.now += 0.5
        self.type(target, f"{text}\n", 0.004)

    def wait(self, seconds: float = 1.0) -> None:
        """Until after the next looks of the timer."""
        self.now += seconds
        for _ in range(2):  # the first gives what is queued another chance
            self.look()

    def look(self) -> None:
        """The timer runs out."""
        timer = self.wedge.findChild(QTimer)
        assert timer is not None
        timer.timeout.emit()


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot)
    desk.start()
    yield desk
    desk.wedge.stop()


class TestWedge(ScannerContract):
    @pytest.fixture
    def stage(self, qtbot: QtBot) -> Iterator[Stage]:
        desk = Desk(qtbot)

        def show() -> None:
            for _ in range(TIMES):
                desk.scan(desk.pin, CODE)

        yield Stage(desk.wedge, show, CODE, GunStateChanged)
        desk.wedge.stop()


def test_a_person_types_as_ever(desk: Desk) -> None:
    desk.type(desk.name, "Asha Verma")
    desk.type(desk.pin, "246810\n")
    desk.wait()
    assert (desk.name.text(), desk.pin.text(), desk.entered) == ("Asha Verma", "246810", ["return"])
    assert desk.heard == []


@pytest.mark.parametrize("field", ["name", "pin", "button"])
def test_a_gun_reaches_its_listener_and_no_field(desk: Desk, field: str) -> None:
    desk.scan(getattr(desk, field), CODE)
    desk.wait()
    assert desk.heard == [CodeRead(CODE)]
    assert (desk.name.text(), desk.pin.text(), desk.entered, desk.pushed) == ("", "", [], [])


@pytest.mark.parametrize("code", ["2468", "246810", "91000000000018"])
def test_the_digits_of_a_bar_code_are_no_pin(desk: Desk, code: str) -> None:
    desk.type(desk.pin, "13")
    desk.scan(desk.pin, code)
    desk.type(desk.pin, "57\n")
    desk.wait()
    assert (desk.pin.text(), desk.entered, desk.heard) == ("1357", ["return"], [CodeRead(code)])


def test_a_gun_without_return_is_over_after_a_pause(desk: Desk) -> None:
    desk.type(desk.pin, CODE, 0.01)
    assert desk.heard == []
    desk.wait()
    assert (desk.pin.text(), desk.heard) == ("", [CodeRead(CODE)])


def test_six_digits_without_return_are_no_pin(desk: Desk) -> None:
    desk.type(desk.pin, "246810", 0.01)
    desk.wait()
    assert (desk.pin.text(), desk.heard) == ("", [CodeRead("246810")])


_people = st.text("abcXYZ 0189@.-", max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_people, st.text('019ABz{}":-@.', min_size=8, max_size=40)), max_size=4), st.data())
def test_typing_and_scanning_in_turns(desk: Desk, turns: list[tuple[str, str]], data: st.DataObject) -> None:
    desk.heard.clear()
    desk.name.clear()
    desk.wait()
    for typed, code in turns:
        desk.type(desk.name, typed, data.draw(st.floats(0.036, 0.5)))
        desk.scan(desk.name, code)
        desk.now += 0.2
    desk.wait()
    assert desk.name.text() == "".join(typed for typed, _ in turns)
    assert desk.heard == [CodeRead(code) for _, code in turns]


def test_other_keys_keep_their_place_among_held_ones(desk: Desk) -> None:
    desk.type(desk.name, "ab")
    desk.now += 0.06
    QTest.keyClick(desk.name, Qt.Key.Key_Backspace)
    QTest.keyClick(desk.name, Qt.Key.Key_Home)
    desk.type(desk.name, "x")
    desk.wait()
    assert desk.name.text() == "xa"


def test_space_still_presses_a_button(desk: Desk) -> None:
    desk.type(desk.button, " ")
    desk.wait()
    assert desk.pushed == [True]


def test_a_field_that_is_gone_meanwhile_does_no_harm(desk: Desk) -> None:
    field = QLineEdit(desk.window)
    desk.type(field, "a")
    field.deleteLater()
    QTest.qWait(0)
    del field
    desk.wait()
    desk.type(desk.name, "b")
    desk.wait()
    assert desk.name.text() == "b"


def test_what_is_held_at_the_end_is_not_lost(desk: Desk) -> None:
    desk.type(desk.name, "a")
    desk.wedge.stop()
    assert desk.name.text() == "a"
    desk.type(desk.name, CODE, 0.001)
    assert desk.name.text() == f"a{CODE}"


def test_a_busy_program_takes_no_burst_for_a_person(desk: Desk) -> None:
    """Half a code was seen, then half a second of other work; the rest waits in the queue behind the timer."""
    for place, made in enumerate(f"{CODE}\n"):
        if place == 3:
            desk.now += 0.5
            desk.look()
        desk.stamp_ms = 5000 + 8 * place
        desk.type(desk.pin, made, 0.008 if place < 3 else 0.0)
    desk.wait()
    assert (desk.pin.text(), desk.heard) == ("", [CodeRead(CODE)])


def test_a_busy_program_takes_no_person_for_a_gun(desk: Desk) -> None:
    """All keys are seen at once, but their stamps tell that they were not typed at once."""
    for place, made in enumerate("Asha Verma, Rampur"):
        desk.stamp_ms = 5000 + 90 * place
        desk.type(desk.name, made, 0.0)
    desk.wait()
    assert (desk.name.text(), desk.heard) == ("Asha Verma, Rampur", [])


def test_real_keys_come_through_the_window_to_who_has_the_focus(qtbot: QtBot) -> None:
    """As the system sends them: to the window first."""
    window = QWidget()
    qtbot.addWidget(window)
    field = QLineEdit(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    field.setFocus()
    heard: list[ScannerReport] = []
    now = [1.0]
    wedge = WedgeScanner(clock=lambda: now[0], stamp_ms=lambda _: 0)
    wedge.start(heard.append)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_A)
    assert field.text() == "", "nobody knows yet"
    now[0] = 2.0
    qtbot.waitUntil(lambda: field.text() == "a")
    for _ in range(12):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_7)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)
    assert heard[2:] == [CodeRead("7" * 12)]
    assert field.text() == "a"
    wedge.stop()
    assert heard[-1] == GunStateChanged(DeviceState.STOPPED)


def test_input_methods_are_off_and_on_again(desk: Desk) -> None:
    def is_on() -> bool:
        event = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled)
        QCoreApplication.sendEvent(desk.name, event)
        return bool(event.value(Qt.InputMethodQuery.ImEnabled))

    assert not is_on()
    desk.wedge.stop()
    assert is_on()


# --- what a key means ------------------------------------------------------------------------------------------------


def key(made: str, scan_code: int = 0, modifiers: Qt.KeyboardModifier = PLAIN, qt_key: int = 0) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, qt_key, modifiers, scan_code, 0, 0, made)


@given(st.text("0189azAZ{}\"':,;@.-_ /", min_size=1))
def test_the_systems_layout_is_undone_by_scan_codes(text: str) -> None:
    events = [key("ा", code + 8, SHIFT if shifted else PLAIN) for code, shifted in strokes(text)]
    assert "".join(map(typed_by, events)) == text


@pytest.mark.parametrize(
    ("event", "made"),
    [
        (key("अ"), "अ"),
        (key("7"), "7"),
        (key("", qt_key=Qt.Key.Key_F1), ""),
        (key("\x08", 14 + 8, qt_key=Qt.Key.Key_Backspace), ""),
        (key("\r", 28 + 8, qt_key=Qt.Key.Key_Return), END),
        (key("\t", 15 + 8, qt_key=Qt.Key.Key_Tab), END),
        (key("o", 24 + 8, Qt.KeyboardModifier.ControlModifier), ""),
        (key("\r", 28 + 8, Qt.KeyboardModifier.AltModifier, Qt.Key.Key_Return), ""),
    ],
)
def test_what_a_key_means(event: QKeyEvent, made: str) -> None:
    assert typed_by(event) == made


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 3)), min_size=2))
def test_gaps_are_the_systems_however_late_the_keys_are_seen(steps: list[tuple[int, float]]) -> None:
    gaps, stamp, seen = KeyGaps(), 1000, 0.0
    assert gaps.after(stamp, seen) > 1
    for gap_ms, delay in steps:
        stamp += gap_ms
        seen += delay
        assert gaps.after(stamp, seen) == pytest.approx(gap_ms / 1000)


def test_without_stamps_or_where_they_begin_anew_the_clock_counts() -> None:
    gaps = KeyGaps()
    gaps.after(4_294_967_000, 50.0)
    assert gaps.after(100, 50.25) == 0.25
    assert gaps.after(0, 51.25) == 1.0
    assert gaps.after(700, 51.75) == 0.5
