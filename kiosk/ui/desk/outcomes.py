"""What acts end with, as the desk's session needs it."""

from kiosk.acts import Done
from kiosk.calling import CallResult
from kiosk.errors import KioskError
from kiosk.model.moves import IllegalMoveError
from kiosk.model.patient import Patient
from kiosk.model.token import Token
from kiosk.ports import Issued
from kiosk.ui.desk.errands import BUG


def code_of(error: BaseException) -> str:
    """The stable code of what went wrong; BUG where it is ours."""
    return error.code if isinstance(error, KioskError | IllegalMoveError) else BUG


def tokens_in(outcome: object) -> list[tuple[Token, Patient | None]]:
    """The tokens that an act gave, with their patients where these are told."""
    match outcome:
        case CallResult(called=called):
            return [(called.token, called.patient)]
        case Done(after=after, referred=referred):
            return [(token, None) for token in (after, referred) if token is not None]
        case Issued(token=token):
            return [(token, None)]
    return []
