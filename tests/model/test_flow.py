"""Journeys through the screens: what each input leads to, what is shown to whom, and nothing of a patient stays."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.flow import (
    START,
    Arrive,
    Arriving,
    Cancelled,
    CheckedIn,
    CheckIn,
    Checking,
    Choosing,
    Claim,
    Claiming,
    ClaimRequested,
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
    NoSlips,
    NumberEntered,
    OutOfService,
    PrefixChosen,
    PrinterBack,
    PrinterLost,
    Refused,
    Scanning,
    SeeDesk,
    SentToDesk,
    ServiceLost,
    ServiceRestored,
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
from kiosk.model.patient import Patient
from kiosk.model.qr import Reason, parse
from kiosk.model.token import SlipState, Token
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


# --- phone tokens ----------------------------------------------------------------------------------------------------


def test_a_card_arrives_with_all_that_is_expected() -> None:
    assert step(after(SCAN), EXPECTED) == Step(Arriving(PATIENT), Arrive(PATIENT))


def test_a_typed_label_is_asked_for_as_it_is_printed() -> None:
    assert step(after(*CLAIMED[:-1]), NumberEntered()) == Step(Arriving(prefixes=("MS",)), Claim("MS-017", "4321"))
    four: list[Input] = [ClaimRequested(("MS",)), *map(DigitTyped, "1017"), NumberEntered(), *map(DigitTyped, "0000")]
    assert step(after(*four), NumberEntered()).command == Claim("MS-1017", "0000")


def test_of_several_queues_one_is_chosen_first() -> None:
    asked = after(ClaimRequested(("MS", "RS")), *map(DigitTyped, "5"))
    assert isinstance(asked, Claiming)
    assert (asked.prefix, asked.label, asked.complete) == ("", "", False)
    assert after(NumberEntered(), start=asked) == asked
    chosen = after(PrefixChosen("XS"), PrefixChosen("RS"), NumberEntered(), start=asked)
    assert isinstance(chosen, Claiming)
    assert (chosen.label, chosen.at_mobile) == ("RS-005", True)
    other = after(DigitTyped("4"), PrefixChosen("MS"), start=chosen)
    assert isinstance(other, Claiming)
    assert (other.label, other.last_digits, other.at_mobile) == ("MS-005", "", False)


def test_a_label_has_a_number_of_at_most_six_digits_and_a_mobile_four() -> None:
    long = after(ClaimRequested(("MS",)), *map(DigitTyped, "123456789"))
    assert isinstance(long, Claiming)
    assert (long.number, long.is_full) == ("123456", True)
    mobile = after(NumberEntered(), *map(DigitTyped, "987654"), start=long)
    assert isinstance(mobile, Claiming)
    assert mobile.last_digits == "9876"
    assert "9876" not in repr(mobile)


@pytest.mark.parametrize("digits", ["", "0", "000"])
def test_no_label_has_the_number_zero(digits: str) -> None:
    state = after(ClaimRequested(("MS",)), *map(DigitTyped, digits), NumberEntered())
    assert isinstance(state, Claiming)
    assert not state.at_mobile


def test_erasing_goes_back_from_the_mobile_to_the_label() -> None:
    back = after(*LABEL, DigitTyped("4"), DigitErased(), DigitErased(), DigitErased())
    assert isinstance(back, Claiming)
    assert (back.number, back.at_mobile, back.last_digits) == ("1", False, "")
    assert after(DigitErased(), DigitErased(), start=back) == replace(back, number="")


def test_what_proved_nothing_is_typed_anew() -> None:
    wrong = after(*CLAIMED, Refused("CLAIM_WRONG"))
    assert wrong == Claiming(("MS",), "MS", wrong=True)
    assert after(DigitTyped("1"), start=wrong) == Claiming(("MS",), "MS", "1")


def test_where_no_counter_is_there_is_nothing_to_claim() -> None:
    assert after(ClaimRequested(())) == START


# --- any inputs at all -----------------------------------------------------------------------------------------------

_CODES = st.sampled_from(["", "STORE_FULL", "DEPARTMENT_CLOSED"])
_TOKENS = st.sampled_from([TOKEN, token(token_id="t2", label="EA-001")])
_INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.sampled_from([SCAN, CodesScanned(), TypeRequested(), DigitErased(), NumberEntered(), Cancelled(), TimedOut()]),
    st.sampled_from([ServiceRestored(), PrinterBack(), SlipDeclined(), OUT, *map(DigitTyped, NUMBER)]),
    st.builds(CodeScanned, st.text(max_size=20), st.just(MONDAY)),
    st.builds(DigitTyped, st.text(max_size=2)),
    st.builds(HeldFound, st.lists(_TOKENS, max_size=2).map(tuple), st.booleans()),
    st.builds(ClaimRequested, st.sampled_from([(), ("MS",), ("MS", "RS")])),
    st.builds(PrefixChosen, st.sampled_from(["MS", "RS", "?"])),
    st.builds(DepartmentChosen, st.sampled_from(["MED", "EYE", "?"])),
    st.builds(CheckedIn, _TOKENS, st.booleans(), st.none() | st.integers(0, 9), st.sampled_from(SlipState)),
    st.builds(Refused, _CODES, st.text(max_size=5)),
    st.builds(SentToDesk, _CODES),
    st.builds(SlipMoved, st.sampled_from(["t1", "t2"]), st.sampled_from(SlipState), _CODES),
    st.builds(ServiceLost, _CODES),
)
_WAYS_IN: st.SearchStrategy[list[Input]] = st.sampled_from(
    [
        [],
        [SCAN],
        [SCAN, MED],
        [SCAN, MED, NEW],
        [*TYPED],
        [*TYPED, NumberEntered()],
        [*TYPED, NumberEntered(), HeldFound(())],
        [SCAN, EXPECTED],
        LABEL,
        CLAIMED,
    ]
)


@given(_WAYS_IN, st.lists(_INPUTS, max_size=30))
def test_no_order_of_inputs_breaks_the_machine(way_in: list[Input], inputs: list[Input]) -> None:
    state: State = START
    for each in (*way_in, *inputs):
        before, taken = state, step(state, each)
        state, command = taken.state, taken.command
        if isinstance(state, Scanning | Typing | Claiming | OutOfService | SeeDesk):
            assert not _patients(state)
        if isinstance(state, Choosing | Issuing) and state.typed:
            assert state.held == ()
        if isinstance(state, Issued) and state.already and not isinstance(before, Issued):
            assert isinstance(before, Arriving) or (isinstance(before, Issuing) and not before.typed)
        if isinstance(command, CheckIn):
            assert isinstance(state, Issuing)
            assert (command.patient, command.typed) == (state.patient, state.typed)


def _patients(state: State) -> list[object]:
    return [value for value in vars(state).values() if isinstance(value, Patient | Token)]


@given(_WAYS_IN, st.lists(_INPUTS, max_size=30))
def test_time_always_leads_back_to_the_start_unless_a_device_must_be_mended(way_in: list[Input], inputs: list[Input]) -> None:
    state = after(*way_in, *inputs)
    if not isinstance(state, OutOfService | NoSlips):
        assert after(TimedOut(), TimedOut(), start=state) == START


# --- no slips --------------------------------------------------------------------------------------------------------


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
