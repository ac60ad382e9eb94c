"""Inputs of journeys through the patient's screens, and where they lead."""

from kiosk.model.flow import (
    START,
    CheckedIn,
    ClaimRequested,
    CodeScanned,
    DepartmentChosen,
    DigitTyped,
    HeldFound,
    Input,
    NumberEntered,
    PrinterLost,
    State,
    TypeRequested,
    step,
)
from kiosk.model.qr import parse
from kiosk.model.token import SlipState
from tests.model.samples import MONDAY, NUMBER, card, token

SCAN = CodeScanned(card(), MONDAY)
PATIENT = parse(card(), MONDAY)
TOKEN = token()
NEW = CheckedIn(TOKEN, already=False, people_ahead=3, slip=SlipState.QUEUED)
AGAIN = CheckedIn(TOKEN, already=True, people_ahead=3, slip=SlipState.QUEUED, copy=1)
MED: Input = DepartmentChosen("MED")
TYPED: list[Input] = [TypeRequested(), *map(DigitTyped, NUMBER)]
EXPECTED = HeldFound((TOKEN,), is_expected=True)
LABEL: list[Input] = [ClaimRequested(("MS",)), *map(DigitTyped, "17"), NumberEntered()]
OUT: Input = PrinterLost("PAPER_OUT")
CLAIMED: list[Input] = [*LABEL, *map(DigitTyped, "4321"), NumberEntered()]


def after(*inputs: Input, start: State = START) -> State:
    state = start
    for each in inputs:
        state = step(state, each).state
    return state
