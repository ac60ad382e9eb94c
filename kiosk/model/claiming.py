"""A phone token typed at the kiosk: its label, then the last digits of the mobile. See ``flow``."""

from dataclasses import dataclass, field, replace

from kiosk.model.arrival import LAST_DIGITS
from kiosk.model.inputs import Claim, DigitErased, DigitTyped, NumberEntered, Pad, PrefixChosen
from kiosk.model.patient import Patient
from kiosk.model.token import label_text

MOST_DIGITS = 6
"""Of a label's number; nobody types leading zeros beyond the three that are printed."""


@dataclass(frozen=True)
class Claiming:
    """``prefix`` is empty while one of ``prefixes`` is to be chosen. Nothing tells whose token it is, if anybody's.

    Attributes:
        wrong: what was typed before proved nothing; both are to be typed again.
    """

    prefixes: tuple[str, ...]
    prefix: str = ""
    number: str = ""
    last_digits: str = field(default="", repr=False)
    at_mobile: bool = False
    wrong: bool = False

    @property
    def label(self) -> str:
        """As it is printed, with as many zeros; empty while it is not whole."""
        return label_text(self.prefix, int(self.number)) if self.prefix and int(self.number or 0) else ""

    @property
    def complete(self) -> bool:
        """Whether it can go on from here."""
        return len(self.last_digits) == LAST_DIGITS if self.at_mobile else bool(self.label)

    @property
    def is_full(self) -> bool:
        """Whether no digit has room any more."""
        return self.complete if self.at_mobile else len(self.number) == MOST_DIGITS


@dataclass(frozen=True)
class Arriving:
    """It is written down that somebody has come: with a card, or with a typed label, and then ``claiming`` goes on."""

    patient: Patient | None = None
    prefixes: tuple[str, ...] = ()


def begun(prefixes: tuple[str, ...], *, wrong: bool = False) -> Claiming:
    return Claiming(prefixes, prefixes[0] if len(prefixes) == 1 else "", wrong=wrong)


def after(state: Claiming, event: Pad | PrefixChosen) -> Claiming | Claim:
    """What follows a touch; a Claim once all is typed."""
    match event:
        case PrefixChosen(prefix) if prefix in state.prefixes:
            return replace(state, prefix=prefix, at_mobile=False, last_digits="", wrong=False)
        case DigitTyped(digit) if digit.isascii() and digit.isdigit() and not state.is_full:
            return _typed(state, digit[:1])
        case DigitErased():
            return _erased(state)
        case NumberEntered() if state.complete and state.at_mobile:
            return Claim(state.label, state.last_digits)
        case NumberEntered() if state.complete:
            return replace(state, at_mobile=True)
    return state


def _typed(state: Claiming, digit: str) -> Claiming:
    if state.at_mobile:
        return replace(state, last_digits=state.last_digits + digit)
    return replace(state, number=state.number + digit, wrong=False)


def _erased(state: Claiming) -> Claiming:
    """Back to the label, once nothing is left of the mobile."""
    if not state.at_mobile:
        return replace(state, number=state.number[:-1])
    return replace(state, last_digits=state.last_digits[:-1], at_mobile=bool(state.last_digits))
