"""What ``kiosk doctor`` says of the printer: which one, by which way, how it is and what it can tell."""

from dataclasses import replace

from kiosk.app import Station, new_id, paper_roll
from kiosk.errors import PrinterError, StoreError
from kiosk.finding import Finding
from kiosk.model.health import paper_is_low
from kiosk.model.printer import Printed, PrinterStatus
from kiosk.ports import SlipPrinter
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.folder import FolderPrinter
from kiosk.printing.printer import Places, chosen, not_taken
from kiosk.printing.probe import Capabilities
from kiosk.printing.raster import Raster
from kiosk.printing.template import load_template
from kiosk.printing.test_sheet import print_test_raster

PRINT_TEST = "paper"
_PATIENCE_S = 60.0
"""For a picture that is several slips long, also over a slow line."""
_ADVICES = {
    "PAPER_OUT": "put in a new roll",
    "COVER_OPEN": "close the cover",
    "CUTTER_JAMMED": "switch it off, take the paper out of the cutter, switch it on",
    "PRINTER_HOT": "let it cool down",
    "PRINTER_OFFLINE": "press its feed or on-line button",
    "PRINTER_STALLED": "look at paper and cover, then switch it off and on",
    "PRINTER_FAILED": "switch it off and on; if that does not help, it needs repair",
    "PRINTER_SLOW": "set the printer's switches and baud= to 38400 or more",
    "PRINTER_BUSY": "end kiosk run or kiosk desk first",
    "PRINTER_NONE": "plug one in, or set printer",
    "SLIP_FOLDER_UNWRITABLE": "look at the folder's disk and owner",
}
"""What to do, by code; otherwise the cable is to blame."""


def printer_finding(station: Station) -> Finding:
    """Looks at the printer, unless a kiosk that runs may be printing at this moment."""
    if not station.registration.prints:
        return without_printer(station.settings.printer, Places())
    status = station.printer.status() if station.owns_devices else PrinterStatus()
    told = ", ".join(_lines(station, chosen(station.printer)))
    if status.problems:
        return Finding("printer", False, f"{', '.join(status.problems)}: {told}", _advice(status.problems[0]))
    running = "" if station.owns_devices else "; a kiosk is running with it"
    return Finding("printer", True, f"{told}{_paper_words(station, status)}{running}")


def without_printer(setting: str, places: Places) -> Finding:
    """No fault: a hospital may do without slips. One that wants them reads why ``auto`` has taken no printer."""
    if setting == "none":
        return Finding("printer", True, "none is set: tokens are shown, no slips are printed")
    others = "; ".join(f"{each.name} {each.reason}" for each in not_taken(places))
    found = f"auto finds no receipt printer on USB{f' ({others})' if others else ''}"
    advice = "plug it in and switch it on; for one on the network set printer = network:ADDRESS; without slips set none"
    return Finding("printer", True, f"{found}: tokens are shown, no slips are printed", advice)


def _paper_words(station: Station, status: PrinterStatus) -> str:
    """What its sensor says, or the millimetres that slips took since the last roll."""
    try:
        left_mm = paper_roll(station).left_mm()
    except StoreError as error:
        return f"; {error}"
    low = "; paper is low" if status.paper_low or paper_is_low(left_mm) else ""
    return low if left_mm is None else f"{low}; about {left_mm / 1000:.0f} m of paper left"


def print_test(station: Station) -> Finding:
    """Find out anew what the printer can tell, and print it with a ruler, all scripts and grays."""
    try:
        printed = _print_test(station)
    except PrinterError as error:
        return Finding(PRINT_TEST, False, f"{error.code}: {error}", _advice(error.code))
    return Finding(PRINT_TEST, True, f"{printed.millimetres:.0f} mm of paper, confirmed as {printed.confirmation}")


def able_words(able: Capabilities | None) -> str:
    """For people who know printers."""
    if able is None:
        return "not probed yet"
    answers = {"DLE EOT": able.status, "GS r 1": able.barrier, "GS ( H": able.ids}
    known = ", ".join(name for name, there in answers.items() if there) or "nothing"
    return f"answers to {known}, slips are confirmed as {able.confirmation}"


def _print_test(station: Station) -> Printed:
    if not station.owns_devices:
        raise PrinterError("a kiosk is running with this printer", code="PRINTER_BUSY")
    printer = chosen(station.printer)
    if isinstance(printer, EscPosPrinter):
        printer.probe()
        patient = replace(printer, deadline_s=_PATIENCE_S, longest_transfer_s=_PATIENCE_S)
        return patient.print_raster(_sheet(station, printer), new_id())
    if isinstance(printer, FolderPrinter):
        return printer.print_raster(_sheet(station, printer), "print-test")
    raise PrinterError("there is no printer", code="PRINTER_NONE")


def _sheet(station: Station, printer: SlipPrinter) -> Raster:
    whole_rows = load_template(station.settings.slip_template).whole_rows
    return print_test_raster(_lines(station, printer), station.settings.printer_dots, whole_rows=whole_rows)


def _lines(station: Station, printer: SlipPrinter | None) -> list[str]:
    lines = [station.printer.name, f"{station.settings.printer_dots} dots"]
    return [*lines, able_words(printer.capabilities())] if isinstance(printer, EscPosPrinter) else lines


def _advice(code: str) -> str:
    return _ADVICES.get(code, "switch it on, check cable and address")
