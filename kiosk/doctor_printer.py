"""What ``kiosk doctor`` says of the printer: which one, by which way, how it is and what it can tell."""

from kiosk.app import Station
from kiosk.finding import Finding
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.printer import chosen_escpos
from kiosk.printing.probe import Capabilities

_ADVICES = {
    "PAPER_OUT": "put in a new roll",
    "COVER_OPEN": "close the cover",
    "CUTTER_JAMMED": "free the cutter: switch off, open the cover, take the paper out",
    "PRINTER_HOT": "let it cool down",
    "PRINTER_OFFLINE": "press its feed or on-line button",
    "PRINTER_STALLED": "look at paper and cover, then switch it off and on",
    "PRINTER_FAILED": "switch it off and on; if that does not help, it needs repair",
    "PRINTER_SLOW": "set the printer's switches and baud= to 38400 or more",
}
"""What to do, by code; otherwise the cable is to blame."""
_NOTHING_KNOWN = "not probed yet"


def printer_finding(station: Station) -> Finding:
    """Looks at the printer, unless a kiosk that runs may be printing at this moment."""
    if not station.registration.prints:
        found = "none" if station.settings.printer == "none" else f"{station.settings.printer} found none"
        return Finding("printer", True, f"{found}: tokens are shown, no slips are printed")
    name = station.printer.name
    status = station.printer.status() if station.owns_devices else None
    told = f"{name}, {station.settings.printer_dots} dots{_able(chosen_escpos(station.printer))}"
    if status is None:
        return Finding("printer", True, f"{told}; a kiosk is running with it")
    if status.problems:
        return not_ready(f"{', '.join(status.problems)}: {told}", status.problems[0])
    low = "; paper is low" if status.paper_low else ""
    return Finding("printer", True, f"{told}{low}")


def not_ready(text: str, code: str) -> Finding:
    return Finding("printer", False, text, _ADVICES.get(code, "switch it on, check cable and address"))


def able_words(able: Capabilities | None) -> str:
    """For people who know printers."""
    if able is None:
        return _NOTHING_KNOWN
    answers = {"DLE EOT": able.status, "GS r 1": able.barrier, "GS ( H": able.ids}
    known = ", ".join(name for name, there in answers.items() if there) or "nothing"
    return f"answers to {known}; slips are confirmed as {able.confirmation}"


def _able(printer: EscPosPrinter | None) -> str:
    return "" if printer is None else f", {able_words(printer.capabilities())}"
