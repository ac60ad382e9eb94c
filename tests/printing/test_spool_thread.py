"""The spool's thread: it wakes at a nudge, survives what goes wrong, and ends when told."""

from collections.abc import Iterator
from queue import SimpleQueue
from typing import cast

import pytest
import zxingcpp
from structlog.testing import capture_logs

from kiosk.errors import StoreError
from kiosk.model.printer import PrinterStatus
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import SlipState
from kiosk.ports import TokenStore
from kiosk.printing.printer import open_printer
from kiosk.printing.printer_watch import PrinterWatch
from kiosk.printing.spool import Spool
from kiosk.printing.spool_thread import SpoolThread
from tests.escpos_printer import TcpPrinter
from tests.printing.fakes import UNREACHABLE, HandClock, JobStore, Listener, ScriptedPrinter

_NEVER_S = 600.0


class Rig:
    def __init__(self) -> None:
        clock = HandClock()
        self.store = JobStore(clock)
        self.printer = ScriptedPrinter()
        self.listener = Listener()
        spool = Spool(cast("TokenStore", self.store), self.printer, SAMPLE_FACILITY, clock, self.listener)
        self.thread = SpoolThread(spool, idle_s=_NEVER_S)


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    with capture_logs():
        yield made
        assert made.thread.stop(5)


def test_prints_what_waits_at_the_start_and_then_at_a_nudge(rig: Rig) -> None:
    rig.store.queue("a")
    rig.thread.start()
    rig.listener.wait_for(SlipState.PRINTED)
    rig.store.queue("b")
    rig.thread.nudge()
    rig.listener.wait_for(SlipState.PRINTED, count=2)
    assert rig.thread.failed == ""


def test_interrupted_slips_are_doubted_before_anything_is_printed(rig: Rig) -> None:
    rig.store.queue("a")
    rig.store.slip_moved("a", SlipState.SENDING, rig.store.jobs["a"].queued_at)
    rig.store.queue("b")
    rig.thread.start()
    rig.listener.wait_for(SlipState.PRINTED)
    assert rig.store.states() == {"a": SlipState.IN_DOUBT, "b": SlipState.PRINTED}


def test_a_store_that_fails_is_tried_again(rig: Rig) -> None:
    """It fails to note that the first slip was printed: that one is in doubt, the next comes out."""
    rig.store.queue("a")

    def break_once() -> None:
        rig.store.fails.append(StoreError("disk full", code="STORE_FULL"))
        rig.store.queue("b")
        rig.printer.during = lambda: None

    rig.printer.during = break_once
    with capture_logs() as logs:
        rig.thread.start()
        rig.listener.wait_for(SlipState.PRINTED)
        assert rig.thread.stop(5)
    assert rig.store.states() == {"a": SlipState.IN_DOUBT, "b": SlipState.PRINTED}
    assert [line["code"] for line in logs if line["event"] == "spool_waits_for_store"] == ["STORE_FULL"]
    assert rig.thread.failed == ""


def test_a_bug_is_logged_and_the_next_slip_printed() -> None:
    rig = Rig()
    rig.store.queue("a")
    rig.printer.fails = ZeroDivisionError()
    with capture_logs() as logs:
        rig.thread.start()
        rig.listener.wait_for(SlipState.IN_DOUBT)
        rig.printer.fails = None
        rig.store.queue("b")
        rig.listener.wait_for(SlipState.PRINTED)
        assert rig.thread.stop(5)
    assert [(line["event"], line["exc_info"]) for line in logs if line["log_level"] == "error"] == [
        ("spool_failed", True)
    ]
    assert rig.thread.failed == ""


def test_stop_ends_a_thread_that_waits_for_nothing(rig: Rig) -> None:
    rig.thread.start()
    assert rig.thread.stop(5)


def test_slips_are_drawn_and_sent_on_the_spools_own_thread() -> None:
    clock = HandClock()
    store = JobStore(clock)
    with TcpPrinter() as device:
        printer = open_printer(device.setting, 576, clock.now)
        spool = Spool(cast("TokenStore", store), printer, SAMPLE_FACILITY, clock, Listener())
        thread = SpoolThread(spool, idle_s=_NEVER_S)
        for name in "abc":
            store.queue(name)
        thread.start()
        slips = device.wait_for(3, timeout_s=10)
        assert thread.stop(5)
    codes = [code.text for slip in slips for code in zxingcpp.read_barcodes(slip.image.convert("L"))]
    assert codes == ["token-a", "token-b", "token-c"]
    assert device.errors == []
    assert set(store.states().values()) == {SlipState.PRINTED}


def test_an_idle_thread_asks_the_printer_how_it_is() -> None:
    clock, printer = HandClock(), ScriptedPrinter()
    told: SimpleQueue[PrinterStatus] = SimpleQueue()
    spool = Spool(
        cast("TokenStore", JobStore(clock)),
        printer,
        SAMPLE_FACILITY,
        clock,
        Listener(),
        watch=PrinterWatch(printer, told.put),
    )
    thread = SpoolThread(spool, idle_s=0.01)
    with capture_logs():
        thread.start()
        assert told.get(timeout=30) == PrinterStatus()
        printer.told = PrinterStatus(("PAPER_OUT",), answered=True)
        assert told.get(timeout=30).problems == ("PAPER_OUT",)
        printer.told = PrinterStatus(answered=True)
        assert told.get(timeout=30).ready
        assert thread.stop(30)


def test_while_slips_are_due_the_printer_is_not_asked(rig: Rig) -> None:
    rig.printer.fails = UNREACHABLE
    rig.store.queue("a")
    rig.thread.start()
    rig.listener.wait_for(SlipState.QUEUED)
    assert rig.thread.stop(5)
    assert rig.printer.looks == 0
