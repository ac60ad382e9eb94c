"""How a desk gets to the states of its pages for walk-ins, slips and figures, and to what its foot says."""

from datetime import timedelta
from typing import TypeVar

from kiosk.model.health import Item, Level, Part
from kiosk.model.token import Priority, SlipState
from kiosk.model.walk_in import Field
from kiosk.ui.desk.aadhaar import AadhaarCards, Trust
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.slips_page import SlipsPage
from kiosk.ui.desk.today_page import TodayPage
from kiosk.ui.desk.walk_in import WalkInPage
from tests.aadhaar_cards import OLD, secure_qr, signed_part
from tests.ui.desk.desk import Desk
from tests.ui.desk.long_day import patient

KNOWN = 31
"""Of the long day's patients one with a mobile number who still waits."""
FIRST_NEW = 1000
CAUSES = ("PRINTER_GONE", "", "PATIENT_GONE", "PRINTER_STALLED", "", "PRINTER_NEW_CODE", "PRINTER_GONE")
PageT = TypeVar("PageT", bound=Page)


def _page(desk: Desk, name: str, kind: type[PageT]) -> PageT:
    desk.window.show_page(name)
    desk.settle()
    page = desk.window.page_shown
    assert isinstance(page, kind)
    return page


# --- walk-ins ---------------------------------------------------------------------------------------------------------


def type_name(script: str, desk: Desk) -> None:
    """The keyboard is up, the baby of somebody is named."""
    page = _page(desk, "walk_in", WalkInPage)
    page.form.baby.click()
    page.form.entered.emit(page.form.entries[Field.NAME], True)
    page.keyboard.choose(script)


def type_wrong_number(desk: Desk) -> None:
    page = _page(desk, "walk_in", WalkInPage)
    page.form.entries[Field.NAME].fill("Asha Devi")
    page.form.entries[Field.MOBILE].fill("12345")
    page.form.entered.emit(page.form.entries[Field.MOBILE], True)


def recognise(desk: Desk) -> WalkInPage:
    page = _page(desk, "walk_in", WalkInPage)
    known = patient(KNOWN)
    page.form.entries[Field.NAME].fill(known.name)
    page.form.entries[Field.MOBILE].fill(known.mobile or "")
    desk.wait_until(lambda: bool(page.cards.cards))
    return page


def show_known(desk: Desk) -> None:
    page = recognise(desk)
    page.cards.same.emit(page.cards.cards[0].match)


def give_token(desk: Desk) -> None:
    page = _page(desk, "walk_in", WalkInPage)
    page.where.tiles["OBG"].click()
    page.where.issue.click()


def ask_supervisor(desk: Desk) -> None:
    """Who works here may give no emergency alone."""
    page = _page(desk, "walk_in", WalkInPage)
    page.where.priorities.buttons[Priority.EMERGENCY].click()
    page.where.issue.click()


def show_aadhaar_notice(trust: Trust, desk: Desk) -> None:
    """A card was scanned where the hospital allows that."""
    card = OLD if trust is Trust.UNSIGNED else secure_qr(signed_part())
    is_genuine = (lambda _proof: True) if trust is Trust.GENUINE else None
    AadhaarCards(desk.window, desk.session, is_genuine).take(card)


# --- slips ------------------------------------------------------------------------------------------------------------


def fail_slips(desk: Desk) -> SlipsPage:
    day = desk.day
    for number, cause in enumerate(CAUSES):
        issued = day.work.walk_in(day.post("MED"), patient(FIRST_NEW + number), "MED", "en")
        assert issued.job is not None
        day.store.slip_moved(issued.job.job_id, SlipState.SENDING, day.clock.now())
        state = SlipState.FAILED if cause else SlipState.IN_DOUBT
        day.store.slip_moved(issued.job.job_id, state, day.clock.now(), cause)
        day.clock.move(timedelta(minutes=2))
    desk.session.refresh()
    return _page(desk, "slips", SlipsPage)


def read_slip_out(desk: Desk) -> None:
    fail_slips(desk).lines[0].read_out.click()


# --- figures ----------------------------------------------------------------------------------------------------------


def choose_department(desk: Desk) -> TodayPage:
    page = _page(desk, "today", TodayPage)
    desk.settle()
    page.table.selectRow(2)
    return page


def ask_reason(desk: Desk) -> None:
    choose_department(desk).panel.toggle.click()


def confirm_move(desk: Desk) -> None:
    page = choose_department(desk)
    page.panel.move_all.click()
    page.department.answered.emit("EYE")


def show_rooms(desk: Desk) -> None:
    choose_department(desk).rooms_tab.click()


# --- the foot ---------------------------------------------------------------------------------------------------------

GOOD = tuple(Item(part, Level.GOOD, age=timedelta(minutes=1), count=42 if part is Part.PRINTER else 0) for part in Part)
LOW = (Item(Part.PRINTER, Level.NOTICE, "PAPER_LOW", count=4), Item(Part.CLOCK, Level.GOOD))
BAD = (
    Item(Part.READER, Level.BAD, "CAMERA_GONE"),
    Item(Part.PRINTER, Level.BAD, "PAPER_OUT", count=0),
    Item(Part.SERVER, Level.NOTICE, "SERVER_UNREACHABLE", timedelta(minutes=125)),
    Item(Part.UNSENT, Level.NOTICE, "UNSENT", count=1234),
    Item(Part.CLOCK, Level.BAD, "CLOCK_AHEAD"),
    Item(Part.STAFF, Level.NOTICE, "STAFF_OLD", timedelta(days=11)),
)


def be_well(desk: Desk) -> None:
    desk.session.tell_health(GOOD)


def be_unwell(desk: Desk) -> None:
    _page(desk, "today", TodayPage)
    desk.session.tell_health(BAD)


def run_low_of_paper(desk: Desk) -> None:
    desk.session.tell_health(LOW)
    desk.settle()
    desk.window.status.health.tell(Part.PRINTER)


def ask_what_to_do(desk: Desk) -> None:
    desk.session.tell_health(BAD)
    desk.settle()
    desk.window.status.health.tell(Part.CLOCK)
