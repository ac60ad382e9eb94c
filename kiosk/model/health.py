"""How a desk is: of each thing that it works with, whether all is well, and a code for what is not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kiosk.model.exchange import FRESH
from kiosk.model.printer import PROBLEMS, PrinterStatus
from kiosk.model.token import SlipState

OLD = timedelta(minutes=30)
NOTHING_TOLD = PrinterStatus()
LOW_PAPER_MM = 5000.0
"""About sixty slips."""
RESOLUTION_LOW = "CAMERA_RESOLUTION_LOW"
"""Of a camera that works, though cards are hard to read with it."""
MANY_UNSENT = 200
"""More than one round trip takes."""


class Part(StrEnum):
    READER = "reader"
    PRINTER = "printer"
    SERVER = "server"
    UNSENT = "unsent"
    CLOCK = "clock"
    STAFF = "staff"


class Level(StrEnum):
    GOOD = "good"
    NOTICE = "notice"
    BAD = "bad"


@dataclass(frozen=True)
class Item:
    """One part. ``code`` is empty where all is well; ``age`` and ``count`` where there is something to tell.

    Of the printer ``count`` is how many metres of paper should be left.
    """

    part: Part
    level: Level
    code: str = ""
    age: timedelta | None = None
    count: int | None = None


@dataclass(frozen=True)
class Signs:
    """What is known at one moment; a part that this desk does not have stays None.

    Attributes:
        reader: code of what is wrong with the camera or the gun; empty while it reads.
        slip: state of the slip that the printer had last, SlipState.NONE before there was one; ``slip_cause`` why.
        printer: what it told last; ``paper_left_mm`` is reckoned, None where nobody knows.
        synced_at: when the server last answered; ``server`` is the code with which it failed since, or empty.
        has_server: whether there is one at all.
        clock: code of a fault that keeps the store from issuing.
        staff_valid: how long after the last sync members of the staff may sign in.
    """

    has_server: bool
    reader: str | None = None
    slip: SlipState | None = None
    slip_cause: str = ""
    printer: PrinterStatus = NOTHING_TOLD
    paper_left_mm: float | None = None
    synced_at: datetime | None = None
    server: str = ""
    clock: str = ""
    staff_valid: timedelta | None = None
    unsent: int = 0


def paper_is_low(left_mm: float | None) -> bool:
    """Whether a new roll should be ready; not where nobody knows how much is left."""
    return left_mm is not None and left_mm < LOW_PAPER_MM


def health(signs: Signs, now: datetime) -> tuple[Item, ...]:
    """The parts that this desk has, in a fixed order."""
    items = (
        _reader(signs),
        _printer(signs),
        _server(signs, now),
        _unsent(signs, now),
        _clock(signs),
        _staff(signs, now),
    )
    return tuple(item for item in items if item is not None)


def _reader(signs: Signs) -> Item | None:
    if signs.reader is None:
        return None
    works = signs.reader == RESOLUTION_LOW
    return Item(Part.READER, Level.NOTICE if works else Level.BAD if signs.reader else Level.GOOD, signs.reader)


def _printer(signs: Signs) -> Item | None:
    """What it tells counts before what became of the last slip, and a fault that it tells as mended is over."""
    if signs.slip is None:
        return None
    left = None if signs.paper_left_mm is None else int(signs.paper_left_mm // 1000)
    if signs.printer.problems:
        return Item(Part.PRINTER, Level.BAD, signs.printer.problems[0], count=left)
    if not (signs.printer.answered and signs.slip_cause in PROBLEMS):
        match signs.slip:
            case SlipState.FAILED:
                return Item(Part.PRINTER, Level.BAD, signs.slip_cause or "PRINTER_FAILED", count=left)
            case SlipState.IN_DOUBT:
                return Item(Part.PRINTER, Level.NOTICE, signs.slip_cause or "SLIP_IN_DOUBT", count=left)
    is_low = signs.printer.paper_low or paper_is_low(signs.paper_left_mm)
    return Item(Part.PRINTER, Level.NOTICE if is_low else Level.GOOD, "PAPER_LOW" if is_low else "", count=left)


def _server(signs: Signs, now: datetime) -> Item | None:
    if not signs.has_server:
        return None
    age = _age(signs.synced_at, now)
    if age is None:
        return Item(Part.SERVER, Level.BAD, signs.server or "NEVER_SYNCED")
    answers = age <= FRESH and not signs.server
    level = Level.GOOD if answers else Level.NOTICE if age <= OLD else Level.BAD
    return Item(Part.SERVER, level, "" if level is Level.GOOD else signs.server or "SYNC_OLD", age)


def _unsent(signs: Signs, now: datetime) -> Item | None:
    """What is written waits a moment for the next round trip: that is no news while the server answers."""
    if not signs.has_server:
        return None
    age = _age(signs.synced_at, now)
    waits = signs.unsent > 0 and (age is None or age > FRESH)
    many = signs.unsent > MANY_UNSENT
    level = Level.BAD if many and waits else Level.NOTICE if many or waits else Level.GOOD
    return Item(Part.UNSENT, level, "" if level is Level.GOOD else "UNSENT", count=signs.unsent)


def _clock(signs: Signs) -> Item:
    return Item(Part.CLOCK, Level.BAD if signs.clock else Level.GOOD, signs.clock)


def _staff(signs: Signs, now: datetime) -> Item | None:
    """In the last third of its time somebody should look after the network."""
    if signs.staff_valid is None:
        return None
    age = _age(signs.synced_at, now)
    if age is None or age > signs.staff_valid:
        return Item(Part.STAFF, Level.BAD, "PIN_STALE", age)
    if age > signs.staff_valid * 2 / 3:
        return Item(Part.STAFF, Level.NOTICE, "STAFF_OLD", age)
    return Item(Part.STAFF, Level.GOOD, age=age)


def _age(at: datetime | None, now: datetime) -> timedelta | None:
    return None if at is None else max(timedelta(), now - at)
