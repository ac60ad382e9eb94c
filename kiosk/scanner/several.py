"""Camera and scanner gun side by side: what one of them reads is as good as what the other does."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from kiosk.ports import Scanner, ScannerReport


class SeveralScanners:
    """One ``Scanner`` over any number of them. Each reports on its own thread, and goes on when another fails."""

    def __init__(self, scanners: Sequence[Scanner]) -> None:
        self._scanners = tuple(scanners)

    def start(self, report: Callable[[ScannerReport], None]) -> None:
        """Start all of them, or none: what one raises ends those before it."""
        with ExitStack() as begun:
            for scanner in self._scanners:
                scanner.start(report)
                begun.callback(scanner.stop)
            begun.pop_all()

    def stop(self) -> None:
        """Stop each one, whatever another raises meanwhile."""
        with ExitStack() as stopping:
            for scanner in self._scanners:
                stopping.callback(scanner.stop)
