"""Any inputs in any order break nothing, and time leads back to the start."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.flow import (
    START,
    Arriving,
    Cancelled,
    CheckedIn,
    CheckIn,
    Choosing,
    Claiming,
    ClaimRequested,
    CodeScanned,
    CodesScanned,
    DepartmentChosen,
    DigitErased,
    DigitTyped,
    HeldFound,
    Input,
    Issued,
    Issuing,
    NoSlips,
    NumberEntered,
    OutOfService,
    PrefixChosen,
    PrinterBack,
    Refused,
    Scanning,
    SeeDesk,
    SentToDesk,
    ServiceLost,
    ServiceRestored,
    SlipDeclined,
    SlipMoved,
    State,
    TimedOut,
    TypeRequested,
    Typing,
    step,
)
from kiosk.model.patient import Patient
from kiosk.model.token import SlipState, Token
from tests.model.journeys import CLAIMED, EXPECTED, LABEL, MED, NEW, OUT, SCAN, TOKEN, TYPED, after
from tests.model.samples import MONDAY, NUMBER, token

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
def test_time_always_leads_back_to_the_start_unless_a_device_must_be_mended(
    way_in: list[Input], inputs: list[Input]
) -> None:
    state = after(*way_in, *inputs)
    if not isinstance(state, OutOfService | NoSlips):
        assert after(TimedOut(), TimedOut(), start=state) == START
