"""A scanner gun as the program sees it: the port ``Scanner`` over a device that comes and goes."""

import os
import select
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import structlog

from kiosk.errors import GunError
from kiosk.ports import CodeSpoiled, DeviceState, GunStateChanged, ScannerReport
from kiosk.scanner.gun_address import GunAddress, GunKind, parse_gun
from kiosk.scanner.gun_lines import GunLines
from kiosk.scanner.gun_opening import open_gun
from kiosk.scanner.gun_source import LOST, MISSING, GunSource

STOP_S = 2.0

_log = structlog.get_logger()


@dataclass(frozen=True)
class BackOff:
    """How soon a gun that is not there is looked for again."""

    first_s: float = 0.5
    last_s: float = 3.0


class GunScanner:
    """Reads the gun that the setting ``scanner_gun`` names. A code is told once for each pull of the trigger.

    Raises (on construction):
        SettingError: the setting makes no sense, or names no gun on a line of its own (none, wedge).
    """

    def __init__(
        self,
        gun: str,
        *,
        open_gun: Callable[[GunAddress], GunSource] = open_gun,
        back_off: BackOff | None = None,
    ) -> None:
        self._address = parse_gun(gun)
        if self._address.kind in (GunKind.NONE, GunKind.WEDGE):
            raise ValueError(f"a gun of kind {self._address.kind} is not read from a device")
        self._open_gun = open_gun
        self._back_off = back_off or BackOff()
        self._run: _Run | None = None

    def start(self, report: Callable[[ScannerReport], None]) -> None:
        """Report from now on, on a thread of the gun's own."""
        if self._run is not None:
            raise RuntimeError("the gun is being read already")
        self._run = _Run(lambda: self._open_gun(self._address), report, self._back_off)

    def stop(self) -> None:
        """Close the device and end the thread, at once; nothing is reported after this, unless asked from a report."""
        run, self._run = self._run, None
        if run is not None:
            run.stop()


class _Run:
    """One stretch from start to stop. A pipe wakes the thread wherever it waits."""

    def __init__(
        self, open_gun: Callable[[], GunSource], report: Callable[[ScannerReport], None], back_off: BackOff
    ) -> None:
        self._open_gun = open_gun
        self._report = report
        self._back_off = back_off
        self._wait_s = back_off.first_s
        self._state = GunStateChanged(DeviceState.STOPPED)
        self._stopping = threading.Event()
        self._woken, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._keep_reading, name="gun", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        with suppress(BrokenPipeError):  # where a report has raised, nobody reads any more
            os.write(self._waker, b".")
        if threading.current_thread() is not self._thread:
            self._thread.join(STOP_S)
        # The reading end is the thread's: it is read there until the thread ends.
        os.close(self._waker)

    def _keep_reading(self) -> None:
        self._enter(DeviceState.STARTING)
        try:
            while not self._stopping.is_set():
                code = self._read_one_opening()
                if not self._stopping.is_set():
                    self._enter(DeviceState.FAILED, code)
                    self._sleep()
            self._enter(DeviceState.STOPPED)
        finally:
            os.close(self._woken)

    def _read_one_opening(self) -> str:
        """From opening the device until it fails; returns the code of why."""
        try:
            source = self._open_gun()
        except GunError as error:
            return error.code
        try:
            self._wait_s = self._back_off.first_s
            self._enter(DeviceState.RUNNING)
            self._read(source)
        except GunError as error:
            return error.code
        finally:
            source.close()
        return ""

    def _read(self, source: GunSource) -> None:
        lines = GunLines(source.idle_s)
        while not self._stopping.is_set():
            wait_s = lines.wait_s(monotonic())
            ready = _ready([source.fileno(), self._woken], wait_s)
            data = source.receive() if source.fileno() in ready else b""
            scans = lines.feed(data, monotonic()) if data else lines.settle(monotonic())
            for scan in scans:
                self._pass_on(scan)

    def _sleep(self) -> None:
        self._stopping.wait(self._wait_s)
        self._wait_s = min(2 * self._wait_s, self._back_off.last_s)

    def _pass_on(self, scan: ScannerReport) -> None:
        if self._stopping.is_set():
            return
        if isinstance(scan, CodeSpoiled):
            _log.warning("gun_scan_spoiled", reason=scan.reason)
        self._report(scan)

    def _enter(self, state: DeviceState, code: str = "") -> None:
        """Report a state, once for as long as it lasts; a gun that was lost is not merely missing."""
        changed = GunStateChanged(state, code)
        still_lost = code == MISSING and self._state.code == LOST
        if changed == self._state or still_lost:
            return
        self._state = changed
        _log.info("gun_state_changed", state=state, code=code)
        self._report(changed)


def _ready(files: Sequence[int], wait_s: float | None) -> list[int]:
    """Which of them can be read, within ``wait_s``; None waits for as long as it takes."""
    return select.select(files, [], [], None if wait_s is None else max(wait_s, 0.0))[0]
