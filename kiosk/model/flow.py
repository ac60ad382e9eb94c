"""The patient's screens as one state machine: a state, an input, the next state and what to do meanwhile.

Pure and without Qt: a screen only draws a state, and a journey is a list of inputs. The machine never waits; where
something takes time it returns a command and goes on when the answer comes in as an input. Whoever runs the commands
drops the answer to any but the newest one, so that a late answer never shows one patient's token to the next.

    NoSlips --go on--> Scanning, while the printer does not work
    Scanning --code--> Choosing --department--> Issuing --answer--> Issued --time--> Scanning
        |--wrong code--> Scanning(notice)           `--refused--> Choosing(notice) | SeeDesk
        |--type--> Typing --14 digits--> Checking --free--> Choosing | has a token --> SeeDesk
        `--claim--> Claiming --label, digits--> Arriving --proved--> Issued | wrong --> Claiming | SeeDesk
    Choosing --a phone's token is expected--> Arriving --> Issued
    any --fault--> OutOfService --repaired--> Scanning
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from kiosk.model import abha, claiming, qr
from kiosk.model.claiming import Arriving, Claiming
from kiosk.model.inputs import (
    Answer,
    Arrive,
    Cancelled,
    CheckedIn,
    CheckIn,
    Claim,
    ClaimRequested,
    CodeScanned,
    CodeSpoiled,
    CodesScanned,
    Command,
    DepartmentChosen,
    DigitErased,
    DigitTyped,
    FindHeld,
    HeldFound,
    Input,
    NumberEntered,
    PrefixChosen,
    PrinterBack,
    PrinterLost,
    Refused,
    SentToDesk,
    ServiceLost,
    ServiceRestored,
    SlipDeclined,
    SlipMoved,
    TimedOut,
    Touch,
    TypeRequested,
)
from kiosk.model.patient import Patient
from kiosk.model.start import START, Beginning, NoSlips, Scanning, timed_out, told_of_printer
from kiosk.model.token import SlipState, Token

__all__ = [
    "START",
    "Answer",
    "Arrive",
    "Arriving",
    "Beginning",
    "Cancelled",
    "CheckIn",
    "CheckedIn",
    "Claim",
    "ClaimRequested",
    "Claiming",
    "CodeScanned",
    "CodeSpoiled",
    "CodesScanned",
    "Command",
    "DepartmentChosen",
    "DigitErased",
    "DigitTyped",
    "FindHeld",
    "HeldFound",
    "Input",
    "NoSlips",
    "NumberEntered",
    "PrefixChosen",
    "PrinterBack",
    "PrinterLost",
    "Refused",
    "Scanning",
    "SentToDesk",
    "ServiceLost",
    "ServiceRestored",
    "SlipDeclined",
    "SlipMoved",
    "TimedOut",
    "Touch",
    "TypeRequested",
]

# --- states ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typing:
    """A damaged card: the ABHA number on the number pad. ``doubtful`` hints at a slip of the finger."""

    digits: str = field(default="", repr=False)
    doubtful: bool = False

    @property
    def complete(self) -> bool:
        return len(self.digits) == NUMBER_LENGTH


@dataclass(frozen=True)
class Checking:
    """A typed number is looked up, only to see whether the desk has to take over."""

    patient: Patient


@dataclass(frozen=True)
class Choosing:
    """Who was understood, and the open departments. ``held`` are tokens that a *scanned* patient has already.

    ``notice`` is the code of a refusal (DEPARTMENT_CLOSED, QUOTA_REACHED ...), with ``notice_text`` for its details.
    """

    patient: Patient
    typed: bool = False
    held: tuple[Token, ...] = ()
    notice: str = ""
    notice_text: str = ""


@dataclass(frozen=True)
class Issuing:
    patient: Patient
    department: str
    typed: bool
    held: tuple[Token, ...] = ()


@dataclass(frozen=True)
class Issued:
    """The label, very large. ``already`` says that it is the token of an earlier scan.

    Attributes:
        held_up: code of why the slip waits or did not come; empty while nothing is known to be wrong.
    """

    token: Token
    already: bool
    people_ahead: int | None
    slip: SlipState
    copy: int = 0
    reprint_refused: bool = False
    held_up: str = ""


@dataclass(frozen=True)
class SeeDesk:
    """Something that only the desk can settle; ``code`` says what, and no detail of any token is shown."""

    code: str


@dataclass(frozen=True)
class OutOfService:
    code: str


State: TypeAlias = (
    NoSlips | Scanning | Typing | Claiming | Checking | Arriving | Choosing | Issuing | Issued | SeeDesk | OutOfService
)


@dataclass(frozen=True)
class Step:
    state: State
    command: Command | None = None


# --- time ------------------------------------------------------------------------------------------------------------

NUMBER_LENGTH = 14
REPEAT_S = 0.5
"""How often a scanner says again what stays in view, so that a card held up too early waits for its turn."""
SAME_SCAN_S = 3.0
"""A code that is away for less than this was only out of focus, or slipped in the hand."""


@dataclass(frozen=True)
class Delays:
    """How long each screen stays without a touch before the start comes back and the patient is forgotten, seconds."""

    notice_s: float = 8.0
    typing_s: float = 45.0
    choosing_s: float = 45.0
    issuing_s: float = 20.0
    issued_s: float = 15.0
    see_desk_s: float = 12.0


def timeout_s(state: State, delays: Delays) -> float | None:
    """Seconds until TimedOut in ``state``, or None where it may stay for ever."""
    match state:
        case Scanning(notice, without_slip):
            return delays.notice_s if notice else delays.choosing_s if without_slip else None
        case Typing() | Claiming():
            return delays.typing_s
        case Choosing():
            return delays.choosing_s
        case Checking() | Issuing() | Arriving():
            return delays.issuing_s
        case Issued():
            return delays.issued_s
        case SeeDesk():
            return delays.see_desk_s
        case OutOfService() | NoSlips():
            return None


_ON_ITS_WAY = (SlipState.QUEUED, SlipState.SENDING)
"""Alike to the patient; a printer that cannot be reached has a slip go to and fro between them for long."""


def renews_time(before: State, after: State) -> bool:
    """Whether ``after`` gets its full time; a label gets it twice at most, shown first and once its slip is settled."""
    if isinstance(before, Issued) and isinstance(after, Issued):
        return before.slip in _ON_ITS_WAY and after.slip not in _ON_ITS_WAY
    return before != after


# --- the machine -----------------------------------------------------------------------------------------------------

_BUSY = (Issuing, Arriving, Issued)
"""Who is being served, or reads a label, finishes first: the journey says ServiceLost again at the next start."""


def step(state: State, event: Input) -> Step:
    """What follows ``event`` in ``state``. An input that does not fit, such as a late answer, changes nothing."""
    if isinstance(event, ServiceLost) and not isinstance(state, _BUSY):
        return Step(OutOfService(event.code))
    match state:
        case OutOfService():
            return Step(START if isinstance(event, ServiceRestored) else state)
        case Scanning() | NoSlips():
            return _beginning(state, event)
        case Typing():
            return _typing(state, event)
        case Claiming():
            return _claiming(state, event)
        case Checking():
            return _checking(state, event)
        case Arriving():
            return _arriving(state, event)
        case Choosing():
            return _choosing(state, event)
        case Issuing():
            return _issuing(state, event)
        case Issued():
            return _issued(state, event)
        case SeeDesk():
            return Step(START if isinstance(event, Cancelled | TimedOut) else state)


def _beginning(state: Beginning, event: Input) -> Step:
    if isinstance(event, PrinterLost | PrinterBack | SlipDeclined):
        return Step(told_of_printer(state, event))
    return _scanning(state, event) if isinstance(state, Scanning) else Step(state)


def _scanning(state: Scanning, event: Input) -> Step:
    match event:
        case CodeScanned(untrusted_text, today):
            return _read(untrusted_text, today, state)
        case CodesScanned():
            return Step(replace(state, notice=qr.Reason.TWO_CODES))
        case CodeSpoiled(reason):
            return Step(replace(state, notice=reason))
        case TypeRequested():
            return Step(Typing())
        case ClaimRequested(prefixes) if prefixes:
            return Step(claiming.begun(prefixes))
        case TimedOut():
            return Step(timed_out(state))
        case Cancelled():
            return Step(START)
    return Step(state)


def _read(untrusted_text: str, today: date, before: Scanning = START) -> Step:
    try:
        patient = qr.parse(untrusted_text, today)
    except qr.QrError as error:
        return Step(replace(before, notice=error.reason))
    return Step(Choosing(patient), FindHeld(patient))


def _typing(state: Typing, event: Input) -> Step:
    match event:
        case DigitTyped(digit) if not state.complete and digit.isascii() and digit.isdigit():
            return Step(_typed(state.digits + digit[:1]))
        case DigitErased():
            return Step(_typed(state.digits[:-1]))
        case NumberEntered() if state.complete:
            patient = Patient(abha_number=state.digits)
            return Step(Checking(patient), FindHeld(patient))
        case CodeScanned(untrusted_text, today):
            # A wrong code that happens to lie in view must not throw the typed digits away.
            read = _read(untrusted_text, today)
            return read if isinstance(read.state, Choosing) else Step(state)
        case Cancelled() | TimedOut():
            return Step(START)
    return Step(state)


def _typed(digits: str) -> Typing:
    return Typing(digits, doubtful=len(digits) == NUMBER_LENGTH and abha.looks_mistyped(digits))


def _claiming(state: Claiming, event: Input) -> Step:
    match event:
        case DigitTyped() | DigitErased() | NumberEntered() | PrefixChosen():
            follows = claiming.after(state, event)
            return Step(Arriving(prefixes=state.prefixes), follows) if isinstance(follows, Claim) else Step(follows)
        case CodeScanned(untrusted_text, today):
            read = _read(untrusted_text, today)
            return read if isinstance(read.state, Choosing) else Step(state)
        case Cancelled() | TimedOut():
            return Step(START)
    return Step(state)


def _arriving(state: Arriving, event: Input) -> Step:
    match event:
        case CheckedIn():
            return Step(_shown(event))
        case Refused() if state.prefixes:
            return Step(claiming.begun(state.prefixes, wrong=True))
        case SentToDesk(code) | Refused(code):
            return Step(SeeDesk(code))
        case TimedOut():
            return Step(SeeDesk("TOOK_TOO_LONG"))
    return Step(state)


def _shown(event: CheckedIn) -> Issued:
    return Issued(event.token, event.already, event.people_ahead, event.slip, event.copy, event.reprint_refused)


def _checking(state: Checking, event: Input) -> Step:
    match event:
        case HeldFound(tokens, is_expected):
            # Whoever types a number has not shown that it is theirs: not even the department is told.
            return Step(SeeDesk("ALREADY_HAS_TOKEN") if tokens or is_expected else Choosing(state.patient, typed=True))
        case SentToDesk(code):
            return Step(SeeDesk(code))
        case Cancelled() | TimedOut():
            return Step(START)
    return Step(state)


def _choosing(state: Choosing, event: Input) -> Step:
    match event:
        case HeldFound(is_expected=True) if not state.typed:
            return Step(Arriving(state.patient), Arrive(state.patient))
        case HeldFound(tokens) if not state.typed:
            return Step(replace(state, held=tokens))
        case DepartmentChosen(code):
            issuing = Issuing(state.patient, code, state.typed, state.held)
            return Step(issuing, CheckIn(state.patient, code, state.typed))
        case Cancelled() | TimedOut():
            return Step(START)
    return Step(state)


def _issuing(state: Issuing, event: Input) -> Step:
    match event:
        case CheckedIn(already=True) if state.typed:
            return Step(SeeDesk("ALREADY_HAS_TOKEN"))
        case CheckedIn():
            return Step(_shown(event))
        case Refused(code, text):
            return Step(Choosing(state.patient, state.typed, state.held, notice=code, notice_text=text))
        case SentToDesk(code):
            return Step(SeeDesk(code))
        case TimedOut():
            # The answer may still come, and then the token is kept: the next scan shows it.
            return Step(SeeDesk("TOOK_TOO_LONG"))
    return Step(state)


def _issued(state: Issued, event: Input) -> Step:
    match event:
        case SlipMoved(token_id, slip, cause) if token_id == state.token.token_id and slip not in _ON_ITS_WAY:
            return Step(replace(state, slip=slip, held_up=cause))
        case SlipMoved(token_id, _, cause) if token_id == state.token.token_id and cause:
            return Step(replace(state, held_up=cause))
        case Cancelled() | TimedOut():
            return Step(START)
    return Step(state)
