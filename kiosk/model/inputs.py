"""What comes into the patient's screens, and what they ask for: see ``flow``."""

from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from kiosk.model import qr
from kiosk.model.patient import Patient
from kiosk.model.token import SlipState, Token

# --- inputs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CodeScanned:
    untrusted_text: str = field(repr=False)
    today: date


@dataclass(frozen=True)
class CodesScanned:
    """Two different codes at once."""


@dataclass(frozen=True)
class CodeSpoiled:
    """Something was scanned that is no text."""

    reason: qr.Reason


@dataclass(frozen=True)
class TypeRequested:
    pass


@dataclass(frozen=True)
class DigitTyped:
    digit: str = field(repr=False)


@dataclass(frozen=True)
class DigitErased:
    pass


@dataclass(frozen=True)
class NumberEntered:
    pass


@dataclass(frozen=True)
class ClaimRequested:
    """A phone token is to be typed; its label begins with one of ``prefixes``, such as ``MS``."""

    prefixes: tuple[str, ...]


@dataclass(frozen=True)
class PrefixChosen:
    prefix: str


@dataclass(frozen=True)
class HeldFound:
    """Answer to FindHeld. ``is_expected``: some are a phone's, and their holder has not come before."""

    tokens: tuple[Token, ...]
    is_expected: bool = False


@dataclass(frozen=True)
class DepartmentChosen:
    code: str


@dataclass(frozen=True)
class CheckedIn:
    """Answer to CheckIn, Arrive and Claim: a token, new or already there."""

    token: Token
    already: bool
    people_ahead: int | None
    slip: SlipState
    copy: int = 0
    reprint_refused: bool = False


@dataclass(frozen=True)
class Refused:
    """Answer to CheckIn and Claim: no token, for a reason that another choice may mend."""

    code: str
    text: str = ""


@dataclass(frozen=True)
class SentToDesk:
    """Answer to CheckIn, Arrive and Claim: the desk has to help."""

    code: str


@dataclass(frozen=True)
class SlipMoved:
    """``cause`` is the code of why a slip did not come out, or waits; empty where there is none."""

    token_id: str
    slip: SlipState
    cause: str = ""


@dataclass(frozen=True)
class PrinterLost:
    """No slip can be printed now; ``code`` is of ``printer.PROBLEMS``."""

    code: str


@dataclass(frozen=True)
class PrinterBack:
    pass


@dataclass(frozen=True)
class SlipDeclined:
    """Go on, though no slip comes."""


@dataclass(frozen=True)
class Cancelled:
    pass


@dataclass(frozen=True)
class TimedOut:
    pass


@dataclass(frozen=True)
class ServiceLost:
    code: str


@dataclass(frozen=True)
class ServiceRestored:
    pass


Pad: TypeAlias = DigitTyped | DigitErased | NumberEntered
Touch: TypeAlias = TypeRequested | ClaimRequested | PrefixChosen | Pad | DepartmentChosen | SlipDeclined | Cancelled
Answer: TypeAlias = HeldFound | CheckedIn | Refused | SentToDesk
Input: TypeAlias = (
    CodeScanned
    | CodesScanned
    | CodeSpoiled
    | Touch
    | Answer
    | SlipMoved
    | PrinterLost
    | PrinterBack
    | TimedOut
    | ServiceLost
    | ServiceRestored
)

# --- commands --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FindHeld:
    patient: Patient


@dataclass(frozen=True)
class CheckIn:
    patient: Patient
    department: str
    typed: bool


@dataclass(frozen=True)
class Arrive:
    """The holder of phone tokens has shown the card."""

    patient: Patient


@dataclass(frozen=True)
class Claim:
    """Somebody has typed the label of a phone token, and the last digits of the mobile that it was asked for with."""

    label: str
    last_digits: str = field(repr=False)


Command: TypeAlias = FindHeld | CheckIn | Arrive | Claim
