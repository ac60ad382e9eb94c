"""Signs out a desk that nobody touches, with a warning first."""

from PySide6.QtCore import QObject, QTimer, Signal

WARNING_S = 30.0


class IdleWatch(QObject):
    """Runs from ``start`` until ``stop``; each ``touch`` begins it anew. Lives on the GUI thread.

    Signals:
        warned: so many seconds are left; 0.0 takes the warning back.
        ran_out: nobody was there.
    """

    warned = Signal(float)
    ran_out = Signal()

    def __init__(self, idle_s: float, *, warning_s: float = WARNING_S, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._warning_s = min(warning_s, idle_s / 2)
        self._is_warned = False
        self._calm = QTimer(self, interval=round((idle_s - self._warning_s) * 1000), singleShot=True)
        self._calm.timeout.connect(self._warn)
        self._last = QTimer(self, interval=round(self._warning_s * 1000), singleShot=True)
        self._last.timeout.connect(self._end)

    def start(self) -> None:
        self._withdraw()
        self._calm.start()

    def touch(self) -> None:
        """Somebody is there."""
        if self._calm.isActive() or self._last.isActive():
            self.start()

    def stop(self) -> None:
        self._calm.stop()
        self._withdraw()

    def _warn(self) -> None:
        self._is_warned = True
        self._last.start()
        self.warned.emit(self._warning_s)

    def _withdraw(self) -> None:
        self._last.stop()
        if self._is_warned:
            self._is_warned = False
            self.warned.emit(0.0)

    def _end(self) -> None:
        self.stop()
        self.ran_out.emit()
