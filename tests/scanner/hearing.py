"""Catches a scanner's reports from its thread, to be waited for one after another."""

from queue import Queue

from kiosk.model.aiming import GuidanceChanged
from kiosk.ports import CameraStateChanged, DeviceState, GunStateChanged, PreviewFrame, ScannerReport

LONGEST_S = 20.0


class Hearing:
    def __init__(self) -> None:
        self._reports: Queue[ScannerReport] = Queue()

    def __call__(self, report: ScannerReport) -> None:
        self._reports.put(report)

    def until(self, report: ScannerReport) -> list[ScannerReport]:
        """Wait for ``report``; returns what came before it, previews and guidance left out.

        Raises:
            queue.Empty: it never came.
        """
        before: list[ScannerReport] = []
        while (heard := self._reports.get(timeout=LONGEST_S)) != report:
            if not isinstance(heard, PreviewFrame | GuidanceChanged):
                before.append(heard)
        return before

    def until_state(self, state: DeviceState, code: str = "") -> list[ScannerReport]:
        return self.until(CameraStateChanged(state, code))

    def until_gun(self, state: DeviceState, code: str = "") -> list[ScannerReport]:
        return self.until(GunStateChanged(state, code))

    def preview(self) -> PreviewFrame:
        while not isinstance(heard := self._reports.get(timeout=LONGEST_S), PreviewFrame):
            pass
        return heard

    def is_over(self) -> bool:
        return self._reports.empty()
