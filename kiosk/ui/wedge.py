"""A scanner gun in keyboard mode as the last resort: told from a person by its pace, before any field gets its keys.

Better is a gun on a serial line, or one that is grabbed (``scanner_gun = "evdev:…"``). What this way cannot do:

- It works only while a window of this program has the keyboard, and not where the desktop takes keys for itself: a
  hostile code can hold Ctrl+O or the like. Switch the gun's control characters off, and run no desktop beneath.
- The gun's delay between characters must be under 30 ms (factory settings are 0 to 10), and codes have to be at least
  6 characters long, or 4 with Return or Tab behind them. Shorter ones land where the cursor is.
- Each key of a person appears up to 60 ms later, and no key that types a character works as a shortcut.
- Input methods are off in the whole program: who types Hindi does so by the keyboard's layout or the screen's keys.
- The gun speaks US layout. Where the system tells scan codes (X11, Wayland, the bare screen) the system's own layout
  does no harm; elsewhere a Hindi or British one spoils the text. Characters beyond ASCII are lost in any case.
"""

import math
import sys
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QInputMethodQueryEvent, QKeyEvent
from shiboken6 import isValid

from kiosk.model.us_keys import character
from kiosk.ports import DeviceState, GunStateChanged, ScannerReport
from kiosk.ui.bursts import END, Bursts, Verdict

_SECOND_LOOK_MS = 8
"""A program that was busy may find the timer before the keys that wait in its queue: so it looks twice."""
_X_OFFSET = 8
"""X11, Wayland and Qt's own reader all number a key 8 higher than Linux does."""
_END_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_MODIFIERS = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
    }
)
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class WedgeScanner(QObject):
    """The port ``Scanner`` as a filter over the whole application. Lives on the GUI thread and reports there."""

    def __init__(
        self, *, clock: Callable[[], float] = monotonic, stamp_ms: Callable[[QKeyEvent], int] = QKeyEvent.timestamp
    ) -> None:
        super().__init__()
        self._clock = clock
        self._stamp_ms = stamp_ms
        self._gaps = KeyGaps()
        self._bursts: Bursts[tuple[QObject, QKeyEvent]] = Bursts()
        self._swallowed: set[int] = set()
        self._down: set[int] = set()
        self._report: Callable[[ScannerReport], None] | None = None
        self._is_second_look = False
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    def start(self, report: Callable[[ScannerReport], None]) -> None:
        """Watch all keys from now on."""
        if self._report is not None:
            raise RuntimeError("the keyboard is being watched already")
        self._report = report
        _application().installEventFilter(self)
        _ask_for_input_method()
        report(GunStateChanged(DeviceState.STARTING))
        report(GunStateChanged(DeviceState.RUNNING))

    def stop(self) -> None:
        """Let the keys go their way; those held back are passed on, a burst under way is dropped."""
        report, self._report = self._report, None
        if report is None:
            return
        _application().removeEventFilter(self)
        _ask_for_input_method()
        self._timer.stop()
        self._pass_on(self._bursts.interrupt(0.0))
        self._bursts = Bursts()
        report(GunStateChanged(DeviceState.STOPPED))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.KeyPress if event.spontaneous():
                assert isinstance(event, QKeyEvent)
                return self._press(watched, event)
            case QEvent.Type.KeyRelease if event.spontaneous():
                assert isinstance(event, QKeyEvent)
                return self._release(watched, event)
            case QEvent.Type.ShortcutOverride:
                assert isinstance(event, QKeyEvent)
                return _override(event)
            case QEvent.Type.InputMethodQuery:
                assert isinstance(event, QInputMethodQueryEvent)
                return _switch_input_method_off(event)
        return False

    # --- keys --------------------------------------------------------------------------------------------------------

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        """True swallows the event; what turns out to be a person's is sent anew."""
        if event.key() in _MODIFIERS:
            return False
        now = self._clock()
        gap_s = self._gaps.after(self._stamp_ms(event), now)
        made = typed_by(event)
        if not made or event.isAutoRepeat():
            self._act_on(self._bursts.interrupt(gap_s))
            return self._bursts.in_burst
        key = _identity(event)
        self._swallowed.discard(key)
        self._down.add(key)
        self._act_on(self._bursts.press((watched, _copy(event)), made, gap_s, now))
        return True

    def _release(self, watched: QObject, event: QKeyEvent) -> bool:
        key = _identity(event)
        self._down.discard(key)
        if key in self._swallowed:
            self._swallowed.discard(key)
            return True
        if event.key() in _MODIFIERS or not typed_by(event):
            return False
        return self._bursts.hold((watched, _copy(event)))

    def _act_on(self, verdict: Verdict[tuple[QObject, QKeyEvent]]) -> None:
        if self._bursts.in_burst or verdict.scan is not None:
            # Their releases belong to nobody; those of keys that are still down are to come.
            self._swallowed |= self._down
            self._down.clear()
        self._arm()
        self._pass_on(verdict)

    def _pass_on(self, verdict: Verdict[tuple[QObject, QKeyEvent]]) -> None:
        for target, event in verdict.human:
            if isValid(target):
                QCoreApplication.sendEvent(target, event)
        if verdict.scan is not None and self._report is not None:
            self._report(verdict.scan)

    # --- time --------------------------------------------------------------------------------------------------------

    def _arm(self) -> None:
        self._is_second_look = False
        wait_s = self._bursts.wait_s(self._clock())
        if wait_s is None:
            self._timer.stop()
        else:
            self._timer.start(max(1, math.ceil(wait_s * 1000)))

    def _look(self) -> None:
        if self._is_second_look:
            self._act_on(self._bursts.settle(self._clock()))
        else:
            self._is_second_look = True
            self._timer.start(_SECOND_LOOK_MS)


class KeyGaps:
    """How long after the one before each key was pressed. A busy program sees them late, all at once: so by the stamps
    that the system gives them, in milliseconds, where it gives any."""

    def __init__(self) -> None:
        self._stamp_ms, self._seen = 0, float("-inf")

    def after(self, stamp_ms: int, now: float) -> float:
        """Seconds since the last key, for one with ``stamp_ms`` (0: it has none) that is seen ``now``."""
        stamps_count = 0 < self._stamp_ms <= stamp_ms  # they begin anew every 49 days
        gap_s = (stamp_ms - self._stamp_ms) / 1000 if stamps_count else now - self._seen
        self._stamp_ms, self._seen = stamp_ms, now
        return gap_s


def typed_by(event: QKeyEvent) -> str:
    """The character that a gun means by this key, END for Return and Tab, empty for all that makes no text."""
    if event.modifiers() & _CHORD:
        return ""
    if event.key() in _END_KEYS:
        return END
    scan_code = event.nativeScanCode() - _X_OFFSET if sys.platform == "linux" else 0
    shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    made = character(scan_code, shifted=shifted) or event.text()
    return made if len(made) == 1 and made.isprintable() else ""


def _identity(event: QKeyEvent) -> int:
    """Of the key itself: what it makes may change with Shift between its press and its release."""
    return event.nativeScanCode() or -event.key()


def _override(event: QKeyEvent) -> bool:
    """Keep shortcuts from a key before it is known whose it is."""
    if typed_by(event):
        event.accept()
        return True
    return False


def _switch_input_method_off(event: QInputMethodQueryEvent) -> bool:
    """An input method would take the keys first, and make words of them."""
    if not event.queries() & Qt.InputMethodQuery.ImEnabled:
        return False
    event.setValue(Qt.InputMethodQuery.ImEnabled, False)
    event.accept()
    return True


def _ask_for_input_method() -> None:
    """Qt keeps the answer of whatever has the focus."""
    QGuiApplication.inputMethod().update(Qt.InputMethodQuery.ImEnabled)


def _copy(event: QKeyEvent) -> QKeyEvent:
    """Qt takes the original away once it was handled."""
    return QKeyEvent(
        event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )


def _application() -> QCoreApplication:
    application = QCoreApplication.instance()
    assert application is not None
    return application
