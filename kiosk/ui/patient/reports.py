"""The bridge from the scanner's thread to the GUI's."""

from threading import Lock

from PySide6.QtCore import QObject, Qt, Signal

from kiosk.model.aiming import GuidanceChanged
from kiosk.ports import (
    CameraStateChanged,
    CodeRead,
    CodeSpoiled,
    DeviceState,
    GunStateChanged,
    PreviewFrame,
    ScannerReport,
    TwoCodesSeen,
)


class ScannerReports(QObject):
    """Takes reports on any thread and repeats them as signals on the thread that made this object.

    Of frames only the newest is kept: a GUI that is busy for a moment finds one frame, never a heap of them.

    Signals:
        code_read: the text in a QR, untrusted.
        two_codes_seen: different codes at once.
        code_spoiled: a qr.Reason; something was scanned that is no text.
        frame_seen: a PreviewFrame.
        guidance_changed: a Guidance, how to hold what is in view.
        camera_moved: a CameraStateChanged; ``gun_moved``: a GunStateChanged.
    """

    code_read = Signal(str)
    two_codes_seen = Signal()
    code_spoiled = Signal(object)
    frame_seen = Signal(object)
    guidance_changed = Signal(object)
    camera_moved = Signal(object)
    gun_moved = Signal(object)
    _arrived = Signal(object)
    _frame_arrived = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.camera = CameraStateChanged(DeviceState.STOPPED)
        self.gun = GunStateChanged(DeviceState.STOPPED)
        self._lock = Lock()
        self._frame: PreviewFrame | None = None
        self._arrived.connect(self._repeat, Qt.ConnectionType.QueuedConnection)
        self._frame_arrived.connect(self._repeat_frame, Qt.ConnectionType.QueuedConnection)

    def report(self, report: ScannerReport) -> None:
        """Give this to ``Scanner.start``; safe on any thread and never waits."""
        if isinstance(report, PreviewFrame):
            self._keep(report)
        else:
            self._arrived.emit(report)

    def _keep(self, frame: PreviewFrame) -> None:
        with self._lock:
            is_first = self._frame is None
            self._frame = frame
        if is_first:
            self._frame_arrived.emit()

    def _repeat_frame(self) -> None:
        with self._lock:
            frame, self._frame = self._frame, None
        if frame is not None:
            self.frame_seen.emit(frame)

    def _repeat(self, report: ScannerReport) -> None:
        match report:
            case CodeRead(untrusted_text):
                self.code_read.emit(untrusted_text)
            case TwoCodesSeen():
                self.two_codes_seen.emit()
            case CodeSpoiled(reason):
                self.code_spoiled.emit(reason)
            case GuidanceChanged(guidance):
                self.guidance_changed.emit(guidance)
            case CameraStateChanged():
                self.camera = report
                self.camera_moved.emit(report)
            case GunStateChanged():
                self.gun = report
                self.gun_moved.emit(report)
