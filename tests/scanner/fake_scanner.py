"""A scanner without camera, process or thread: what it is shown, it reports."""

from collections.abc import Callable

from kiosk.model.flow import REPEAT_S
from kiosk.ports import CameraStateChanged, CodeRead, DeviceState, ScannerReport


class FakeScanner:
    """Reports on the caller's thread. ``show`` before ``start`` or after ``stop`` is seen by nobody."""

    def __init__(self) -> None:
        self._report: Callable[[ScannerReport], None] | None = None

    def start(self, report: Callable[[ScannerReport], None]) -> None:
        if self._report is not None:
            raise RuntimeError("the scanner is running already")
        self._report = report
        report(CameraStateChanged(DeviceState.STARTING))
        report(CameraStateChanged(DeviceState.RUNNING))

    def stop(self) -> None:
        self.tell(CameraStateChanged(DeviceState.STOPPED))
        self._report = None

    def show(self, text: str, hold_s: float = 0.0) -> None:
        """Hold up a card with a QR that says ``text``, for ``hold_s``, which pass at once."""
        for _ in range(1 + int(hold_s / REPEAT_S)):
            self.tell(CodeRead(text))

    def tell(self, report: ScannerReport) -> None:
        """Report anything else: a failing camera, two codes, a preview."""
        if self._report is not None:
            self._report(report)
