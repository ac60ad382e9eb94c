"""``auto``: the receipt printer that is plugged in now, looked for again and again."""

from collections.abc import Callable, Iterable

import structlog

from kiosk.errors import PrinterError
from kiosk.model.printer import Printed, PrinterStatus
from kiosk.model.slip import Slip
from kiosk.ports import SlipPrinter
from kiosk.printing.finding import FoundPrinter

log = structlog.get_logger()


class AutoPrinter:
    """Stays with one printer for as long as it is there, then takes the next; one that comes back is taken up again.

    Args:
        find: the printers that can be opened now, the likeliest first.
        make: opens one of them, sending nothing.
        has_met: whether this station had a printer at an earlier run: then it is missed until it is there again.
    """

    def __init__(
        self,
        find: Callable[[], Iterable[FoundPrinter]],
        make: Callable[[FoundPrinter], SlipPrinter],
        has_met: Callable[[], bool] = lambda: False,
    ) -> None:
        self._find, self._make, self._has_met = find, make, has_met
        self._found: FoundPrinter | None = None
        self._printer: SlipPrinter | None = None
        self.look_again()

    @property
    def name(self) -> str:
        if self._printer is None:
            return "auto: no printer found"
        return f"auto: {self._printer.name}" if self._found else f"auto: {self._printer.name} is gone"

    @property
    def is_expected(self) -> bool:
        """Whether there is one, or was one that may come back: after a power cut it may be switched on last."""
        return self._printer is not None or self._has_met()

    def look_again(self) -> SlipPrinter | None:
        """The printer that is there now."""
        found = list(self._find())
        if self._found not in found:
            self._take(found[0] if found else None)
        return self._printer if self._found else None

    def print_slip(self, slip: Slip, job_id: str = "") -> Printed:
        printer = self.look_again()
        if printer is None:
            raise PrinterError("no printer is plugged in", code=self._missing())
        return printer.print_slip(slip, job_id)

    def status(self) -> PrinterStatus:
        printer = self.look_again()
        return PrinterStatus((self._missing(),)) if printer is None else printer.status()

    def finished_ids(self) -> frozenset[str]:
        printer = self.look_again()
        return frozenset() if printer is None else printer.finished_ids()

    def _missing(self) -> str:
        return "PRINTER_UNREACHABLE" if self.is_expected else "PRINTER_NONE"

    def _take(self, found: FoundPrinter | None) -> None:
        self._found = found
        log.info("printer_found" if found else "printer_missing", printer=found.name if found else "")
        if found is not None:
            self._printer = self._make(found)
