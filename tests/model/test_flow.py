"""Journeys through the screens: what each input leads to, what is shown to whom, and nothing of a patient stays."""

from dataclasses import replace

import pytest

from kiosk.model.flow import (
    START,
    Arriving,
    Cancelled,
    CheckIn,
    Checking,
    Choosing,
    Claiming,
    CodeScanned,
    CodesScanned,
    Delays,
    DepartmentChosen,
    DigitErased,
    DigitTyped,
    FindHeld,
    HeldFound,
    Input,
    Issued,
    Issuing,
    NumberEntered,
    OutOfService,
    Refused,
    Scanning,
    SeeDesk,
    SentToDesk,
    ServiceLost,
    ServiceRestored,
    SlipMoved,
    State,
    TimedOut,
    TypeRequested,
    Typing,
    renews_time,
    step,
    timeout_s,
)
from kiosk.model.patient import Patient
from kiosk.model.qr import Reason
from kiosk.model.token import SlipState
from tests.model.journeys import AGAIN, CLAIMED, EXPECTED, LABEL, MED, NEW, PATIENT, SCAN, TOKEN, TYPED, after
from tests.model.samples import MONDAY, NUMBER

JOURNEYS: dict[str, list[tuple[Input, type[State]]]] = {
    "a new token": [
        (SCAN, Choosing),
        (HeldFound(()), Choosing),
        (MED, Issuing),
        (NEW, Issued),
        (SlipMoved("t1", SlipState.PRINTED), Issued),
        (TimedOut(), Scanning),
    ],
    "the answer about held tokens comes after the choice": [
        (SCAN, Choosing),
        (MED, Issuing),
        (HeldFound((TOKEN,)), Issuing),
        (NEW, Issued),
        (Cancelled(), Scanning),
    ],
    "a wrong code, two codes, then the right one": [
        (CodeScanned("https://example.com", MONDAY), Scanning),
        (CodesScanned(), Scanning),
        (TimedOut(), Scanning),
        (SCAN, Choosing),
    ],
    "closed, then another department": [
        (SCAN, Choosing),
        (MED, Issuing),
        (Refused("DEPARTMENT_CLOSED", "24-11-2026 08:00"), Choosing),
        (DepartmentChosen("EYE"), Issuing),
        (NEW, Issued),
    ],
    "a typed number that is free": [
        *[(each, Typing) for each in TYPED],
        (NumberEntered(), Checking),
        (HeldFound(()), Choosing),
        (MED, Issuing),
        (NEW, Issued),
    ],
    "a typed number that has a token": [
        *[(each, Typing) for each in TYPED],
        (NumberEntered(), Checking),
        (HeldFound((TOKEN,)), SeeDesk),
        (TimedOut(), Scanning),
    ],
    "a phone's token is shown a card": [(SCAN, Choosing), (EXPECTED, Arriving), (NEW, Issued), (TimedOut(), Scanning)],
    "somebody chooses before the phone's token is found": [(SCAN, Choosing), (MED, Issuing), (EXPECTED, Issuing)],
    "a phone's token that is used up": [
        (SCAN, Choosing),
        (EXPECTED, Arriving),
        (SentToDesk("TOKEN_OVER"), SeeDesk),
        (Cancelled(), Scanning),
    ],
    "a typed number that a phone's token waits for": [
        *[(each, Typing) for each in TYPED],
        (NumberEntered(), Checking),
        (HeldFound((), is_expected=True), SeeDesk),
    ],
    "a phone's token typed by its label": [
        *[(each, Claiming) for each in CLAIMED[:-1]],
        (NumberEntered(), Arriving),
        (NEW, Issued),
        (Cancelled(), Scanning),
    ],
    "a label that proves nothing, and then too many": [
        *[(each, Claiming) for each in CLAIMED[:-1]],
        (NumberEntered(), Arriving),
        (Refused("CLAIM_WRONG"), Claiming),
        *[(each, Claiming) for each in CLAIMED[1:-1]],
        (NumberEntered(), Arriving),
        (SentToDesk("CLAIMS_PAUSED"), SeeDesk),
        (TimedOut(), Scanning),
    ],
    "a card while a label is typed": [(LABEL[0], Claiming), (CodeScanned("?", MONDAY), Claiming), (SCAN, Choosing)],
    "the store does not answer who has come": [
        (SCAN, Choosing),
        (EXPECTED, Arriving),
        (ServiceLost("STORE_FULL"), Arriving),
        (TimedOut(), SeeDesk),
    ],
    "the card is found while typing": [(TypeRequested(), Typing), (DigitTyped("9"), Typing), (SCAN, Choosing)],
    "nobody there any more": [(SCAN, Choosing), (TimedOut(), Scanning)],
    "the store does not answer": [
        (SCAN, Choosing),
        (MED, Issuing),
        (TimedOut(), SeeDesk),
        (NEW, SeeDesk),
        (Cancelled(), Scanning),
    ],
    "the store fails": [(SCAN, Choosing), (MED, Issuing), (SentToDesk("STORE_FULL"), SeeDesk), (TimedOut(), Scanning)],
    "out of service and back": [
        (ServiceLost("STORE_FULL"), OutOfService),
        (SCAN, OutOfService),
        (TypeRequested(), OutOfService),
        (TimedOut(), OutOfService),
        (ServiceRestored(), Scanning),
    ],
    "who is being served finishes first": [
        (SCAN, Choosing),
        (MED, Issuing),
        (ServiceLost("STORE_FULL"), Issuing),
        (NEW, Issued),
        (ServiceLost("STORE_FULL"), Issued),
        (TimedOut(), Scanning),
        (ServiceLost("STORE_FULL"), OutOfService),
    ],
    "a check that takes too long": [
        *[(each, Typing) for each in TYPED],
        (NumberEntered(), Checking),
        (TimedOut(), Scanning),
        (HeldFound((TOKEN,)), Scanning),
    ],
    "late answers to somebody who left": [
        (HeldFound((TOKEN,)), Scanning),
        (NEW, Scanning),
        (Refused("QUOTA_REACHED"), Scanning),
        (SentToDesk("X"), Scanning),
        (SlipMoved("t1", SlipState.PRINTED), Scanning),
    ],
}


@pytest.mark.parametrize("name", JOURNEYS)
def test_journeys(name: str) -> None:
    state: State = START
    for place, (given_input, expected) in enumerate(JOURNEYS[name]):
        state = step(state, given_input).state
        assert type(state) is expected, f"step {place}: {type(given_input).__name__}"


# --- commands --------------------------------------------------------------------------------------------------------


def test_each_question_is_asked_once_and_of_the_right_patient() -> None:
    assert step(START, SCAN).command == FindHeld(PATIENT)
    assert step(after(SCAN), MED).command == CheckIn(PATIENT, "MED", typed=False)
    assert step(after(*TYPED), NumberEntered()).command == FindHeld(Patient(NUMBER))
    typed = after(*TYPED, NumberEntered(), HeldFound(()))
    assert step(typed, MED).command == CheckIn(Patient(NUMBER), "MED", typed=True)
    assert step(after(SCAN, MED), MED).command is None
    assert step(after(SCAN, MED, NEW), SCAN).command is None


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_a_wrong_code_is_named() -> None:
    assert after(CodeScanned("https://example.com", MONDAY)) == Scanning(Reason.WEB_ADDRESS)
    assert after(CodesScanned()) == Scanning(Reason.TWO_CODES)


def test_a_scanned_patient_sees_their_tokens_even_after_a_refusal() -> None:
    assert after(SCAN, HeldFound((TOKEN,))) == Choosing(PATIENT, held=(TOKEN,))
    refused = after(SCAN, HeldFound((TOKEN,)), MED, Refused("DEPARTMENT_CLOSED", "24-11-2026 08:00"))
    assert refused == Choosing(PATIENT, held=(TOKEN,), notice="DEPARTMENT_CLOSED", notice_text="24-11-2026 08:00")


def test_a_token_already_there_says_so() -> None:
    assert after(SCAN, MED, AGAIN) == Issued(TOKEN, True, 3, SlipState.QUEUED, copy=1)
    refused = replace(AGAIN, copy=0, reprint_refused=True)
    assert after(SCAN, MED, refused) == Issued(TOKEN, True, 3, SlipState.QUEUED, reprint_refused=True)


def test_the_slips_fate_is_shown_for_the_token_on_the_screen_alone() -> None:
    issued = after(SCAN, MED, NEW)
    assert step(issued, SlipMoved("t1", SlipState.FAILED)).state == Issued(TOKEN, False, 3, SlipState.FAILED)
    assert step(issued, SlipMoved("t2", SlipState.FAILED)).state == issued


def test_typing_takes_fourteen_digits_and_hints_at_a_slip_of_the_finger() -> None:
    assert after(*TYPED) == Typing(NUMBER)
    assert after(*TYPED, DigitTyped("5")) == Typing(NUMBER)
    assert after(*TYPED, DigitErased(), DigitTyped("9")) == Typing(NUMBER[:-1] + "9", doubtful=True)
    assert after(TypeRequested(), DigitErased()) == Typing()
    assert after(TypeRequested(), NumberEntered()) == Typing()
    assert after(TypeRequested(), *map(DigitTyped, ("", "x", "९", " "))) == Typing()


def test_a_doubtful_number_may_be_entered_all_the_same() -> None:
    state = after(*TYPED, DigitErased(), DigitTyped("9"), NumberEntered())
    assert state == Checking(Patient(NUMBER[:-1] + "9"))


def test_a_wrong_code_in_view_does_not_throw_typed_digits_away() -> None:
    assert after(TypeRequested(), DigitTyped("9"), CodeScanned("https://example.com", MONDAY)) == Typing("9")


def test_typing_never_shows_a_token_that_is_there() -> None:
    typed = after(*TYPED, NumberEntered(), HeldFound(()))
    assert typed == Choosing(Patient(NUMBER), typed=True)
    assert step(typed, HeldFound((TOKEN,))).state == typed
    assert after(MED, AGAIN, start=typed) == SeeDesk("ALREADY_HAS_TOKEN")


# --- time ------------------------------------------------------------------------------------------------------------


def test_every_screen_with_a_patient_ends_by_itself() -> None:
    delays = Delays(1, 2, 3, 4, 5, 6)
    waits: dict[State, float | None] = {
        Scanning(Reason.PLAIN_TEXT): 1,
        Typing("9"): 2,
        Choosing(PATIENT): 3,
        Checking(PATIENT): 4,
        Issuing(PATIENT, "MED", typed=False): 4,
        Issued(TOKEN, False, None, SlipState.NONE): 5,
        SeeDesk("X"): 6,
        START: None,
        OutOfService("X"): None,
    }
    assert {state: timeout_s(state, delays) for state in waits} == waits


ENDS = [SlipState.PRINTED, SlipState.FAILED, SlipState.IN_DOUBT]


def test_a_slip_on_its_way_to_and_fro_changes_nothing() -> None:
    issued = after(SCAN, MED, NEW)
    for slip in (SlipState.SENDING, SlipState.QUEUED, SlipState.SENDING):
        assert step(issued, SlipMoved("t1", slip)).state is issued


@pytest.mark.parametrize("end", ENDS)
def test_a_label_gets_its_time_again_once_when_its_slip_is_settled(end: SlipState) -> None:
    issued = after(SCAN, MED, NEW)
    settled = after(SlipMoved("t1", end), start=issued)
    assert renews_time(START, issued)
    assert not renews_time(issued, after(SlipMoved("t1", SlipState.SENDING), start=issued))
    assert renews_time(issued, settled)
    for later in SlipState:
        assert not renews_time(settled, after(SlipMoved("t1", later), start=settled))
