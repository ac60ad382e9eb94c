"""A kiosk that cannot print says so before anybody begins."""

import pytest

from kiosk.model.flow import (
    START,
    Choosing,
    CodeScanned,
    CodesScanned,
    Delays,
    Issued,
    Issuing,
    NoSlips,
    OutOfService,
    PrinterBack,
    PrinterLost,
    Scanning,
    SeeDesk,
    ServiceLost,
    SlipDeclined,
    SlipMoved,
    State,
    Step,
    TimedOut,
    TypeRequested,
    Typing,
    renews_time,
    step,
    timeout_s,
)
from kiosk.model.qr import Reason
from kiosk.model.token import SlipState
from tests.model.journeys import MED, NEW, OUT, PATIENT, SCAN, TOKEN, after
from tests.model.samples import MONDAY


def test_no_paper_is_said_before_anybody_begins_and_goes_by_itself() -> None:
    assert after(OUT) == NoSlips("PAPER_OUT")
    assert after(OUT, PrinterLost("COVER_OPEN")) == NoSlips("COVER_OPEN")
    assert after(OUT, PrinterBack()) == START
    assert after(CodesScanned(), OUT) == NoSlips("PAPER_OUT")
    assert timeout_s(NoSlips("PAPER_OUT"), Delays()) is None


def test_no_card_is_taken_before_the_patient_says_go_on() -> None:
    assert step(NoSlips("PAPER_OUT"), SCAN) == Step(NoSlips("PAPER_OUT"))
    assert after(OUT, TypeRequested()) == NoSlips("PAPER_OUT")
    going = after(OUT, SlipDeclined())
    assert going == Scanning(without_slip=True)
    assert after(SCAN, MED, NEW, start=going) == Issued(TOKEN, False, 3, SlipState.QUEUED)


def test_who_goes_on_without_a_slip_is_not_told_twice() -> None:
    going = after(OUT, SlipDeclined())
    assert after(PrinterLost("PRINTER_UNREACHABLE"), start=going) == going
    wrong = after(CodesScanned(), start=going)
    assert wrong == Scanning(Reason.TWO_CODES, without_slip=True)
    assert after(TimedOut(), start=wrong) == going
    assert after(CodeScanned("https://example.com", MONDAY), start=going) == Scanning(Reason.WEB_ADDRESS, True)
    assert after(PrinterBack(), start=wrong) == Scanning(Reason.TWO_CODES)


def test_who_goes_on_without_a_slip_and_leaves_is_forgotten() -> None:
    going = after(OUT, SlipDeclined())
    assert timeout_s(going, Delays()) == Delays().choosing_s
    assert after(TimedOut(), start=going) == START


@pytest.mark.parametrize("state", [Typing("91"), Choosing(PATIENT), Issuing(PATIENT, "MED", False), SeeDesk("X")])
def test_who_has_begun_is_not_sent_back_for_want_of_paper(state: State) -> None:
    assert after(OUT, start=state) is state


def test_out_of_service_counts_more_than_no_slips() -> None:
    assert after(OUT, ServiceLost("STORE_FULL")) == OutOfService("STORE_FULL")
    assert after(OUT, start=OutOfService("STORE_FULL")) == OutOfService("STORE_FULL")


def test_why_a_slip_waits_is_shown_until_it_is_out() -> None:
    issued = after(SCAN, MED, NEW)
    held_up = after(SlipMoved("t1", SlipState.QUEUED, "PAPER_OUT"), start=issued)
    assert held_up == Issued(TOKEN, False, 3, SlipState.QUEUED, held_up="PAPER_OUT")
    assert after(SlipMoved("t1", SlipState.SENDING), start=held_up) is held_up
    assert not renews_time(issued, held_up)
    printed = after(SlipMoved("t1", SlipState.PRINTED), start=held_up)
    assert printed == Issued(TOKEN, False, 3, SlipState.PRINTED)
    assert after(SlipMoved("t2", SlipState.QUEUED, "PAPER_OUT"), start=issued) is issued
