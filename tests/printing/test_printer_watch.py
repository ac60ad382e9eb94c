"""A printer's state is told when it changes, and paper is counted from roll to roll."""

from kiosk.errors import PrinterError, StoreError
from kiosk.model.printer import Confirmation, Printed, PrinterStatus
from kiosk.printing.printer_watch import PrinterWatch
from tests.printing.fakes import STALLED, ScriptedPrinter

WELL = PrinterStatus(answered=True)
OUT = PrinterStatus(("PAPER_OUT",), answered=True)
OPEN = PrinterStatus(("COVER_OPEN",), answered=True)
GONE = PrinterStatus(("PRINTER_UNREACHABLE",))
SLIP = Printed(Confirmation.PRINTED, 80.0)


class Paper:
    """Notes what it is told; ``fault`` is raised."""

    def __init__(self) -> None:
        self.told: list[str | float] = []
        self.fault: StoreError | None = None
        self.left: float | None = None

    def used(self, millimetres: float) -> None:
        self._note(millimetres)

    def ran_out(self) -> None:
        self._note("out")

    def refilled(self) -> None:
        self._note("in")

    def left_mm(self) -> float | None:
        if self.fault is not None:
            raise self.fault
        return self.left

    def _note(self, what: str | float) -> None:
        if self.fault is not None:
            raise self.fault
        self.told.append(what)


class Rig:
    def __init__(self) -> None:
        self.printer, self.paper = ScriptedPrinter(), Paper()
        self.told: list[PrinterStatus] = []
        self.watch = PrinterWatch(self.printer, self.told.append, self.paper)

    def look(self, *states: PrinterStatus) -> None:
        for state in states:
            self.printer.told = state
            self.watch.look()


def test_only_what_changes_is_told() -> None:
    rig = Rig()
    rig.look(WELL, WELL, OUT, OUT, WELL)
    assert rig.told == [WELL, OUT, WELL]


def test_paper_that_ends_and_comes_back_is_told_to_whoever_counts() -> None:
    rig = Rig()
    rig.look(OUT, OPEN, GONE, WELL)
    assert rig.paper.told == ["out", "in"]


def test_a_printer_that_says_nothing_says_nothing_of_paper() -> None:
    rig = Rig()
    rig.look(OUT, PrinterStatus())
    assert rig.paper.told == ["out"]


def test_a_slip_that_fails_tells_what_is_wrong_and_one_that_comes_out_that_it_is_over() -> None:
    rig = Rig()
    rig.look(WELL)
    rig.watch.failed(PrinterError("empty", code="PAPER_OUT", sent=True))
    rig.watch.printed(SLIP)
    rig.watch.failed(STALLED)
    assert [status.problems for status in rig.told] == [(), ("PAPER_OUT",), (), ("PRINTER_STALLED",)]
    assert rig.paper.told == ["in", "out", 80.0]


def test_paper_that_is_low_stays_so_while_slips_fail_and_come_out() -> None:
    rig = Rig()
    rig.look(PrinterStatus((), paper_low=True, answered=True))
    rig.watch.failed(STALLED)
    rig.watch.printed(SLIP)
    assert [(status.problems, status.paper_low) for status in rig.told] == [
        ((), True),
        (("PRINTER_STALLED",), True),
        ((), True),
    ]


def test_a_slip_that_is_too_long_for_its_line_is_no_news_of_the_printer() -> None:
    rig = Rig()
    rig.watch.failed(PrinterError("21,000 bytes", code="PRINTER_SLOW"))
    assert rig.told == []


def test_what_is_wrong_with_one_slip_alone_is_no_news_of_the_printer() -> None:
    rig = Rig()
    rig.watch.failed(PrinterError("no place", code="SLIP_FOLDER_UNWRITABLE"))
    assert rig.told == []


def test_a_count_that_cannot_be_written_costs_nobody_a_slip() -> None:
    rig = Rig()
    rig.paper.fault = StoreError("disk full", code="STORE_FULL")
    rig.watch.printed(SLIP)
    rig.look(OUT, WELL)
    assert rig.told == [OUT, WELL]


def test_paper_that_should_be_low_is_told_without_a_sensor() -> None:
    rig = Rig()
    for rig.paper.left in (None, 50_000.0, 4_900.0, 4_800.0, 50_000.0):
        rig.look(WELL)
    assert [status.paper_low for status in rig.told] == [False, True, False]
