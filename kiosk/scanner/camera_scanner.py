"""The camera as the program sees it: the port ``Scanner`` over a process that may crash, hang or be taken over."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from kiosk.errors import CameraError
from kiosk.ports import CameraStateChanged, DeviceState, ScannerReport
from kiosk.scanner.address import parse_camera
from kiosk.scanner.child import Child, ChildMain
from kiosk.scanner.messages import MAX_MESSAGE_BYTES, STUCK, unpack
from kiosk.scanner.process import watch
from kiosk.scanner.spare import Spare

STOP_S = 2.0
LOGGED_FALLS = 10
"""Of a process that keeps falling; after that every tenth."""

Report = Callable[[ScannerReport], None]


@dataclass(frozen=True)
class Patience:
    """How long the process may be silent, and how soon it is started again: all within three seconds.

    The first time at once; then later each time, until one has given pictures for ``sound_s``. One that has fallen ten
    times without them will hardly do better soon, and each start costs the processor. ``start_up_s`` is for loading
    alone. Opening a camera over USB takes a second or less; one that has not opened in time is told and tried
    anew with more time, so that a slow one opens in the end: each of ``opening_s`` in turn, the last one for ever.
    """

    start_up_s: float = 10.0
    opening_s: tuple[float, ...] = (2.5, 5.0, 10.0)
    silence_s: float = 1.5
    back_offs_s: tuple[float, ...] = (0.0, 0.1, 0.25, 0.5, *(1.0,) * 6, 3.0, 10.0)
    sound_s: float = 3.0


class CameraScanner:
    """Watches the camera that the setting ``camera`` names.

    Raises (on construction):
        SettingError: the setting makes no sense. A camera that is missing is no error but a reported state.
    """

    def __init__(self, camera: str, *, patience: Patience | None = None, main: ChildMain = watch) -> None:
        self._kind = parse_camera(camera).kind
        self._camera = camera
        self._patience = patience or Patience()
        self._main = main
        self._run: _Run | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that watches the camera now; None while none does."""
        return None if self._run is None else self._run.pid

    def start(self, report: Callable[[ScannerReport], None]) -> None:
        """Report from now on, on a thread of the scanner's own."""
        if self._run is not None:
            raise RuntimeError("the scanner is running already")
        log = structlog.get_logger().bind(camera=self._kind)
        self._run = _Run(lambda: Child(self._main, self._camera), report, self._patience, log)

    def stop(self) -> None:
        """End the process and the thread, within 2 s; nothing is reported after this, unless asked from a report."""
        run, self._run = self._run, None
        if run is not None:
            run.stop()


class _Run:
    """One stretch from start to stop."""

    def __init__(
        self,
        start_child: Callable[[], Child],
        report: Report,
        patience: Patience,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self._spare = Spare(start_child)
        self._report = report
        self._patience = patience
        self._log = log
        self._falls = 0
        self._stuck_openings = 0
        self._said = ""
        """The last code of the process that runs now."""
        self._running_since_s = 0.0
        self._state = CameraStateChanged(DeviceState.STOPPED)
        self._stopping = threading.Event()
        self._child: Child | None = None
        self._thread = threading.Thread(target=self._keep_watching, name="scanner", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        child = self._child
        return None if child is None else child.pid

    def stop(self) -> None:
        self._stopping.set()
        # The thread looks at _stopping after it has set _child: whichever comes first, the child is ended.
        child = self._child
        if child is not None:
            child.kill()
        if threading.current_thread() is not self._thread:
            self._thread.join(STOP_S)

    def _keep_watching(self) -> None:
        self._enter(DeviceState.STARTING)
        while not self._stopping.is_set():
            self._stopping.wait(self._watch_one_child())
        self._spare.close()
        self._enter(DeviceState.STOPPED)

    def _watch_one_child(self) -> float:
        """From the process's start to its end; returns how long to wait before the next."""
        try:
            self._said = ""
            self._child = self._spare.begin()
        except OSError:
            return self._fallen("SCANNER_NOT_STARTED")
        try:
            # Told before the process is waited for, which a driver that hangs may hold up.
            return self._fallen(self._end_of(self._child))
        finally:
            self._child.close()
            self._child = None

    def _fallen(self, code: str) -> float:
        """Tell it, unless that was asked for; returns how long to wait before the next start."""
        if self._stopping.is_set():
            return 0.0
        self._enter(DeviceState.FAILED, code)
        self._falls += 1
        back_off_s = _nth(self._patience.back_offs_s, self._falls - 1)
        if self._falls <= LOGGED_FALLS or self._falls % LOGGED_FALLS == 0:
            self._log.error("scanner_process_ended", code=code, falls=self._falls, restart_in_s=back_off_s)
        return back_off_s

    def _end_of(self, child: Child) -> str:
        """The code of why it ended, or must be ended."""
        try:
            return self._listen(child)
        except CameraError as error:
            return error.code
        except (EOFError, OSError):
            return STUCK if self._said == STUCK else "SCANNER_CRASHED"

    def _listen(self, child: Child) -> str:
        silence_s, meaning = self._patience.start_up_s, "SCANNER_HUNG"
        while not self._stopping.is_set():
            message = child.receive(silence_s, MAX_MESSAGE_BYTES)
            if message is None:
                self._stuck_openings += meaning == STUCK
                return meaning
            report = unpack(message)
            silence_s, meaning = self._patience.silence_s, "SCANNER_HUNG"
            if isinstance(report, CameraStateChanged) and report.state is DeviceState.STARTING:
                silence_s, meaning = _nth(self._patience.opening_s, self._stuck_openings), STUCK
            self._pass_on(report)
        return ""

    def _pass_on(self, report: ScannerReport | None) -> None:
        if self._stopping.is_set() or report is None:
            return
        if isinstance(report, CameraStateChanged):
            self._said = report.code
            self._enter(report.state, report.code)
            self._spare.prepare()  # now, as this one has loaded: two at once would hold each other up
        else:
            self._report(report)

    def _enter(self, state: DeviceState, code: str = "") -> None:
        """Report a state, once for as long as it lasts. A camera that failed has failed until it gives frames again."""
        changed = CameraStateChanged(state, code)
        retrying = state is DeviceState.STARTING and self._state.state is DeviceState.FAILED
        if retrying or changed == self._state:
            return
        was_running, self._state = self._state.state is DeviceState.RUNNING, changed
        if was_running and time.monotonic() - self._running_since_s >= self._patience.sound_s:
            self._falls = 0
        self._log.info("camera_state_changed", state=state, code=code)
        if state is DeviceState.RUNNING:
            self._running_since_s = time.monotonic()
            self._stuck_openings = 0
        self._report(changed)


def _nth(steps_s: tuple[float, ...], turn: int) -> float:
    return steps_s[min(turn, len(steps_s) - 1)]
