"""What the health line says: a short word for each part, and on a touch what to do."""

from PySide6.QtCore import QCoreApplication

from kiosk.model.health import Item, Level, Part
from kiosk.ui.desk.words import span
from kiosk.ui.reader_words import sentence_for

translate = QCoreApplication.translate

PAPER_LOW = "PAPER_LOW"
ICONS = {
    Part.READER: "qr",
    Part.PRINTER: "printer",
    Part.SERVER: "server",
    Part.UNSENT: "outbox",
    Part.CLOCK: "clock",
    Part.STAFF: "staff-list",
}


def short_words(item: Item) -> str:
    """A word or two, with the age or the count where these are the news."""
    match item.part:
        case Part.READER:
            return translate("Health", "Reader")
        case Part.PRINTER if item.count is not None and item.code in ("", PAPER_LOW):
            return translate("Health", "Printer · {metres} m").format(metres=item.count)
        case Part.PRINTER:
            return translate("Health", "Printer")
        case Part.SERVER if item.age is not None:
            return translate("Health", "Server · {age}").format(age=span(item.age))
        case Part.SERVER:
            return translate("Health", "Server")
        case Part.UNSENT if item.level is Level.GOOD:
            return translate("Health", "Sent")
        case Part.UNSENT:
            return translate("Health", "{count} not sent").format(count=item.count)
        case Part.CLOCK:
            return translate("Health", "Clock")
        case Part.STAFF if item.age is not None and item.level is not Level.GOOD:
            return translate("Health", "Staff list · {count} d").format(count=item.age.days)
    return translate("Health", "Staff list")


def advice(item: Item) -> str:
    """One or two sentences: what it is, and what to do."""
    if item.level is Level.GOOD:
        return _calm(item)
    match item.part:
        case Part.READER:
            unknown = translate("Health", "Camera or scanner gun does not answer ({code}). Look at its cable.")
            return sentence_for(item.code) or unknown.format(code=item.code)
        case Part.PRINTER:
            return _printer(item.code)
        case Part.SERVER:
            return _server(item)
        case Part.UNSENT:
            return translate(
                "Health", "{count} acts wait until the server answers. Nothing is lost; keep this computer running."
            ).format(count=item.count)
        case Part.CLOCK:
            return translate(
                "Health", "Date or time of this computer are wrong: set them. If they are right, a supervisor says so."
            )
        case Part.STAFF:
            return translate(
                "Health", "The list of staff grows old: when it is too old, nobody can sign in. Look at the network."
            )


def _calm(item: Item) -> str:
    match item.part:
        case Part.READER:
            return translate("Health", "Camera or scanner gun works.")
        case Part.PRINTER if item.count is not None:
            return translate(
                "Health", "The printer works. About {metres} m of paper should be left on its roll."
            ).format(metres=item.count)
        case Part.PRINTER:
            return translate("Health", "The printer works, as far as it has told.")
        case Part.SERVER:
            return translate("Health", "The server answers.")
        case Part.UNSENT:
            return translate("Health", "Everything has reached the server.")
        case Part.CLOCK:
            return translate("Health", "The clock is right.")
        case Part.STAFF:
            return translate("Health", "The list of staff is fresh.")


def _printer(code: str) -> str:
    match code:
        case "PRINTER_NONE":
            return translate("Health", "No printer is plugged into this computer: plug one in and switch it on.")
        case "PRINTER_GONE" | "PRINTER_UNREACHABLE":
            return translate("Health", "The printer does not answer: look at its cable and power.")
        case "PRINTER_STALLED" | "PRINTER_OFFLINE":
            return translate("Health", "The printer stands still: look at its paper and cover.")
        case "PAPER_OUT":
            return translate("Health", "The printer has no paper: put a new roll in. Slips then print by themselves.")
        case "PAPER_LOW":
            return translate("Health", "The roll of paper is nearly used up: have a new one ready.")
        case "COVER_OPEN":
            return translate("Health", "The printer's cover is open: close it.")
        case "CUTTER_JAMMED":
            return translate("Health", "The printer's cutter is jammed: switch it off, free the paper, switch it on.")
        case "PRINTER_HOT":
            return translate("Health", "The printer is too hot: it goes on by itself when it has cooled down.")
        case "PRINTER_FAILED":
            return translate("Health", "The printer tells of a fault: switch it off and on. If it stays, call service.")
        case "PRINTER_SLOW":
            return translate("Health", "The printer's line is too slow for slips: set it to 115200 baud.")
    return _last_slip(code)


def _last_slip(code: str) -> str:
    match code:
        case "PATIENT_GONE":
            return translate("Health", "Nobody waited for the last slip any more. Look at the page Slips.")
        case "SLIP_IN_DOUBT" | "INTERRUPTED" | "PROGRAM_FAULT":
            return translate("Health", "Perhaps the last slip did not come out. Look at the page Slips.")
    return translate("Health", "The last slip did not come out ({code}). Look at the page Slips.").format(code=code)


def _server(item: Item) -> str:
    if item.code in ("KEY_UNKNOWN", "STATION_CLONED", "STORE_UNKNOWN", "STORE_FOREIGN", "STORE_FORK"):
        return translate("Health", "The server does not know this desk any more ({code}): enrol it again.").format(
            code=item.code
        )
    return translate(
        "Health", "The server does not answer ({code}). Go on working: all is kept. Look at the network cable."
    ).format(code=item.code)
