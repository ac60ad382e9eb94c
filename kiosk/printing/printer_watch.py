"""What is known of the printer: told when it changes, and how much paper it has used since the last roll."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

import structlog

from kiosk.errors import PrinterError, StoreError
from kiosk.model.health import paper_is_low
from kiosk.model.printer import PROBLEMS, Printed, PrinterStatus
from kiosk.ports import SlipPrinter

PAPER_OUT, PRINTER_SLOW = "PAPER_OUT", "PRINTER_SLOW"
log = structlog.get_logger()


class PaperCount(Protocol):
    """Where paper is counted. All raise StoreError where that cannot be written down."""

    def used(self, millimetres: float) -> None: ...

    def ran_out(self) -> None:
        """The roll is at its end."""
        ...

    def refilled(self) -> None:
        """There is paper: after ``ran_out``, a new roll."""
        ...

    def left_mm(self) -> float | None:
        """How much there should be; None where nobody knows."""
        ...


class NoCount:
    """Nobody counts."""

    def used(self, millimetres: float) -> None: ...

    def ran_out(self) -> None: ...

    def refilled(self) -> None: ...

    def left_mm(self) -> None:
        return None


class PrinterWatch:
    """The printer's newest status. All of this on the one thread that owns the printer.

    ``on_status`` hears a status that differs from the one before, the first time in any case.
    """

    def __init__(
        self,
        printer: SlipPrinter,
        on_status: Callable[[PrinterStatus], None] = lambda status: None,
        paper: PaperCount | None = None,
    ) -> None:
        self._printer, self._on_status = printer, on_status
        self._paper: PaperCount = paper or NoCount()
        self._status: PrinterStatus | None = None

    def look(self) -> None:
        """Ask the printer how it is, while no slip is on its way; paper that should be low is, sensor or not."""
        status = self._printer.status()
        self._tell(replace(status, paper_low=status.paper_low or self._should_be_low()))
        if PAPER_OUT in status.problems:
            self._count(self._paper.ran_out)
        elif status.ready and status.answered:
            self._count(self._paper.refilled)

    def printed(self, printed: Printed) -> None:
        """A slip has come out: what was wrong is over, and how much paper is left only the next look can say."""
        self._count(lambda: self._paper.used(printed.millimetres))
        if self._status is not None and not self._status.ready:
            self._tell(replace(self._status, problems=(), answered=False))

    def failed(self, error: PrinterError) -> None:
        """A slip was not taken; what is wrong with the slip alone is no news of the printer.

        That a line is too slow for all slips the next look tells.
        """
        if error.code == PAPER_OUT:
            self._count(self._paper.ran_out)
        if error.code in PROBLEMS and error.code != PRINTER_SLOW:
            self._tell(replace(self._status or PrinterStatus(), problems=(error.code,), answered=True))

    def _should_be_low(self) -> bool:
        with suppress(StoreError):
            return paper_is_low(self._paper.left_mm())
        return False

    def _tell(self, status: PrinterStatus) -> None:
        if status != self._status:
            self._status = status
            log.info("printer_status", problems=list(status.problems), paper_low=status.paper_low)
            self._on_status(status)

    def _count(self, note: Callable[[], None]) -> None:
        """A count that cannot be written must not cost anybody a slip."""
        try:
            note()
        except StoreError as error:
            log.warning("paper_not_counted", code=error.code)
