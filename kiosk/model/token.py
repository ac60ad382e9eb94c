"""Tokens: their labels, their states, and the one place that knows which moves are legal."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from kiosk.model.events import Event, Json, Kind, instant_text
from kiosk.model.patient import PatientKeys


class State(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class SlipState(StrEnum):
    """What is known of a token's newest slip. QUEUED and SENDING never leave the station."""

    NONE = "none"
    QUEUED = "queued"
    SENDING = "sending"
    PRINTED = "printed"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    RESOLVED = "resolved"


class IllegalMoveError(ValueError):
    """The event does not fit the token's state; ``code`` says how."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Token:
    """One place in one queue on one service day.

    ``department`` issued it and never changes; ``queue_department`` is where it waits. ``moved_at`` is when ``state``
    was last changed.
    """

    token_id: str
    facility_id: str
    service_day: date
    department: str
    series: str
    number: int
    label: str
    queue_department: str
    store_id: str
    issued_at: datetime
    moved_at: datetime
    keys: PatientKeys
    source: str = "kiosk"
    state: State = State.WAITING
    slip: SlipState = SlipState.NONE
    copies: int = 0
    arrived: bool = True

    def is_live(self, now: datetime, return_window: timedelta) -> bool:
        """Whether the same patient gets this token again; a no-show does for a while."""
        if self.state is State.NO_SHOW:
            return now - self.moved_at <= return_window
        return self.state in LIVE


LIVE = frozenset({State.WAITING, State.CALLED, State.SERVING, State.HELD})
_OPEN = LIVE | {State.NO_SHOW}

MOVES: dict[str, tuple[frozenset[State], State]] = {
    Kind.TOKEN_CALLED: (frozenset({State.WAITING, State.HELD}), State.CALLED),
    Kind.TOKEN_RECALLED: (frozenset({State.CALLED}), State.CALLED),
    Kind.TOKEN_STARTED: (frozenset({State.CALLED}), State.SERVING),
    Kind.TOKEN_COMPLETED: (frozenset({State.CALLED, State.SERVING}), State.COMPLETED),
    Kind.TOKEN_NO_SHOW: (frozenset({State.CALLED}), State.NO_SHOW),
    Kind.TOKEN_HELD: (frozenset({State.CALLED, State.SERVING}), State.HELD),
    Kind.TOKEN_RETURNED: (frozenset({State.CALLED, State.SERVING, State.HELD, State.NO_SHOW}), State.WAITING),
    Kind.TOKEN_TRANSFERRED: (LIVE, State.WAITING),
    Kind.TOKEN_CANCELLED: (_OPEN, State.CANCELLED),
    Kind.TOKEN_LAPSED: (_OPEN, State.LAPSED),
    Kind.TOKEN_REVIVED: (frozenset({State.LAPSED}), State.WAITING),
}
"""Kind -> from which states it is legal, and where it leads."""


MAX_NUMBER = 999_999
"""No queue of one day is longer, and no database's column overflows."""


def label_of(prefix: str, series: str, number: int) -> str:
    """``MA-017``: what is printed, shown and spoken."""
    return f"{prefix}{series}-{number:03d}"


def listed(token: Token, *, synced: bool) -> dict[str, Json]:
    """One token as ``kiosk tokens`` and the server's ``GET /v1/tokens`` both list it; other programs rely on it."""
    return {
        "label": token.label,
        "token_id": token.token_id,
        "department": token.department,
        "number": token.number,
        "series": token.series,
        "state": token.state.value,
        "issued_at": instant_text(token.issued_at),
        "slip": token.slip.value,
        "synced": synced,
    }


def apply(token: Token | None, event: Event) -> Token:
    """The token after ``event``.

    Raises:
        IllegalMoveError: with code TOKEN_UNKNOWN, TOKEN_EXISTS, KIND_UNKNOWN, MOVE_ILLEGAL or BODY_INVALID.
    """
    if event.kind == Kind.TOKEN_ISSUED:
        if token is not None:
            raise IllegalMoveError("TOKEN_EXISTS", "this token was issued before")
        return _issued(event)
    if token is None:
        raise IllegalMoveError("TOKEN_UNKNOWN", f"{event.kind} for a token that was never issued")
    return _moved(token, event)


def _moved(token: Token, event: Event) -> Token:
    match event.kind:
        case Kind.SLIP_STATE_CHANGED:
            # The outcome of an older copy says nothing of the newest.
            return token if event.body.get("copy", 0) != token.copies else replace(token, slip=_slip_state(event))
        case Kind.TOKEN_REPRINTED:
            return replace(token, copies=token.copies + 1)
        case Kind.PATIENT_IDENTIFIED:
            number, address = _optional(event, "number_key"), _optional(event, "address_key")
            return replace(token, keys=PatientKeys(token.keys.number or number, token.keys.address or address))
        case Kind.TOKEN_ARRIVED:
            return replace(token, arrived=True)
    if event.kind not in MOVES:
        raise IllegalMoveError("KIND_UNKNOWN", f"this program does not know {event.kind[:40]!r}")
    sources, target = MOVES[event.kind]
    if token.state not in sources:
        raise IllegalMoveError("MOVE_ILLEGAL", f"{event.kind} from {token.state}")
    queue = _text(event, "queue_department") if event.kind == Kind.TOKEN_TRANSFERRED else token.queue_department
    return replace(token, state=target, queue_department=queue, moved_at=event.at)


def _issued(event: Event) -> Token:
    number = event.body.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MAX_NUMBER:
        raise IllegalMoveError("BODY_INVALID", f"a token needs a number from 1 to {MAX_NUMBER}")
    return Token(
        token_id=event.token_id,
        facility_id=_text(event, "facility_id"),
        service_day=event.service_day,
        department=_text(event, "department"),
        series=_text(event, "series", may_be_empty=True),
        number=number,
        label=_text(event, "label"),
        queue_department=_text(event, "department"),
        store_id=event.store_id,
        issued_at=event.at,
        moved_at=event.at,
        keys=PatientKeys(_optional(event, "number_key"), _optional(event, "address_key")),
        source=_text(event, "source"),
    )


def _slip_state(event: Event) -> SlipState:
    try:
        return SlipState(_text(event, "state"))
    except ValueError as error:
        raise IllegalMoveError("BODY_INVALID", "unknown slip state") from error


def _text(event: Event, key: str, *, may_be_empty: bool = False) -> str:
    value = event.body.get(key)
    if not isinstance(value, str) or not (value or may_be_empty):
        raise IllegalMoveError("BODY_INVALID", f"{event.kind} needs {key}")
    return value


def _optional(event: Event, key: str) -> str | None:
    return _text(event, key) if event.body.get(key) is not None else None
