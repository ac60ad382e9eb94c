"""What an event makes of a token: the one place that knows which moves are legal."""

from dataclasses import replace
from datetime import datetime

from kiosk.model.events import Event, Json, Kind, instant_text, parse_instant
from kiosk.model.patient import PatientKeys
from kiosk.model.token import LIVE, MAX_NUMBER, Priority, SlipState, State, Token

MAX_CALLS = 999
MAX_ROOM = 20
"""Characters of a room's name."""
SAID_AT = "said_at"
"""In the body of OPENING_CHANGED, where it corrects a word from a clock that is ahead of this desk's."""
WHILE = "while"
"""In an act's body: the state in which alone it is meant. Who clears a queue means nobody who is with a doctor by then,
though this station has not heard of the call."""


class IllegalMoveError(ValueError):
    """The event does not fit the token's state; ``code`` says how."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


_OPEN = LIVE | {State.NO_SHOW}

MOVES: dict[str, tuple[frozenset[State], State]] = {
    Kind.TOKEN_CALLED: (frozenset({State.WAITING, State.HELD, State.NO_SHOW}), State.CALLED),
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

_OF_ITS_ROOM = frozenset({Kind.TOKEN_RECALLED, Kind.TOKEN_NO_SHOW})
"""What another room cannot know: that nobody came to the one whose call was second says nothing of the first."""


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
            # The outcome of an older copy says nothing of the newest; of a newer one the reprint is still to come.
            return token if _copy_of(event) < token.copies else replace(token, slip=_slip_state(event))
        case Kind.TOKEN_REPRINTED:
            return replace(token, copies=token.copies + 1)
        case Kind.PATIENT_IDENTIFIED:
            number, address = _optional(event, "number_key"), _optional(event, "address_key")
            return replace(token, keys=PatientKeys(token.keys.number or number, token.keys.address or address))
        case Kind.TOKEN_ARRIVED:
            return _arrived(token, event)
        case Kind.DETAILS_SHOWN:
            return token
        case Kind.PRIORITY_CHANGED:
            return replace(token, priority=_priority(_text(event, "priority")))
        case Kind.ACT_UNDONE:
            return _undone(token, event)
    return _acted(token, event)


def _acted(token: Token, event: Event) -> Token:
    """What staff, or the end of the day, does with a token."""
    if event.kind not in MOVES:
        raise IllegalMoveError("KIND_UNKNOWN", f"this program does not know {event.kind[:40]!r}")
    sources, target = MOVES[event.kind]
    if token.state not in sources and not _is_same_call(token, event):
        raise IllegalMoveError("MOVE_ILLEGAL", f"{event.kind} from {token.state}")
    if event.body.get(WHILE, token.state) != token.state:
        raise IllegalMoveError("MOVE_ILLEGAL", f"{event.kind} is not for a token that is {token.state}")
    if event.kind in _OF_ITS_ROOM and _is_elsewhere(token, event):
        raise IllegalMoveError("MOVE_ILLEGAL", "the patient was called to another room")
    moved = replace(token, state=target, moved_at=event.at, act_id=event.event_id)
    match event.kind:
        case Kind.TOKEN_CALLED:
            return replace(moved, room=_room(event), calls=1, called_at=event.at, started_at=None)
        case Kind.TOKEN_RECALLED:
            return replace(moved, calls=min(token.calls + 1, MAX_CALLS))
        case Kind.TOKEN_STARTED:
            return replace(moved, started_at=event.at)
        case Kind.TOKEN_TRANSFERRED:
            return replace(_queued(moved), queue_department=_text(event, "queue_department"))
        case Kind.TOKEN_RETURNED:
            return replace(_queued(moved), queued_at=_place(token, event) or token.queued_at)
        case Kind.TOKEN_REVIVED:
            return replace(_queued(moved), queued_at=event.at)
    return moved


def _is_same_call(token: Token, event: Event) -> bool:
    """A call whose answer was lost is made again, by the same room: once on the server, once by the desk alone."""
    is_call = event.kind == Kind.TOKEN_CALLED and token.state is State.CALLED
    return is_call and bool(token.room) and event.body.get("room") == token.room


def _is_elsewhere(token: Token, event: Event) -> bool:
    return bool(token.room) and event.body.get("room", "") not in ("", token.room)


def _queued(token: Token) -> Token:
    return replace(token, room="", calls=0, called_at=None, started_at=None)


def undoing(before: Token, after: Token) -> dict[str, Json]:
    """The body of the ACT_UNDONE that makes ``before`` of ``after`` again."""
    return {
        "undoes": after.act_id,
        "state": before.state.value,
        "queue_department": before.queue_department,
        "moved_at": instant_text(before.moved_at),
        "queued_at": instant_text(before.queued_at),
        "room": before.room,
        "calls": before.calls,
        "called_at": instant_text(before.called_at) if before.called_at else None,
        "started_at": instant_text(before.started_at) if before.started_at else None,
    }


def _arrived(token: Token, event: Event) -> Token:
    """Who has come is there, though a station that had not heard of it has let the place lapse meanwhile.

    Whoever came before it lapsed has the old place again.
    """
    arrived = replace(token, arrived=True)
    if token.state is not State.LAPSED or token.arrived:
        return arrived
    queued_at = token.queued_at if event.at <= token.moved_at else event.at
    again = replace(_queued(arrived), state=State.WAITING, queued_at=queued_at)
    return replace(again, moved_at=max(token.moved_at, event.at), act_id=event.event_id)


def _place(token: Token, event: Event) -> datetime | None:
    """Whatever a station says of the past: nobody has waited since before the token was issued."""
    queued_at = _instant(event, "queued_at")
    return max(queued_at, token.issued_at) if queued_at is not None else None


def _undone(token: Token, event: Event) -> Token:
    """As it was before its last act, if that is still the one meant: whoever acted since has the last word."""
    if not token.act_id or event.body.get("undoes") != token.act_id:
        raise IllegalMoveError("MOVE_ILLEGAL", "somebody has acted on the token since")
    moved_at, queued_at = _instant(event, "moved_at"), _place(token, event)
    if moved_at is None or queued_at is None:
        raise IllegalMoveError("BODY_INVALID", f"{event.kind} needs its times")
    return replace(
        token,
        state=_state(event),
        queue_department=_text(event, "queue_department"),
        moved_at=moved_at,
        queued_at=queued_at,
        room=_room(event),
        calls=_count(event, "calls"),
        called_at=_instant(event, "called_at"),
        started_at=_instant(event, "started_at"),
        act_id=event.event_id,
    )


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
        queued_at=event.at,
        keys=PatientKeys(_optional(event, "number_key"), _optional(event, "address_key")),
        source=_text(event, "source"),
        arrived=event.body.get("arrived") is not False,
        priority=_priority(_text(event, "priority") if "priority" in event.body else Priority.ROUTINE),
    )


def _priority(text: str) -> Priority:
    try:
        return Priority(text)
    except ValueError as error:
        raise IllegalMoveError("BODY_INVALID", "unknown priority") from error


def _state(event: Event) -> State:
    try:
        return State(_text(event, "state"))
    except ValueError as error:
        raise IllegalMoveError("BODY_INVALID", "unknown state") from error


def _room(event: Event) -> str:
    room = event.body.get("room", "")
    if not isinstance(room, str) or len(room) > MAX_ROOM:
        raise IllegalMoveError("BODY_INVALID", f"a room is at most {MAX_ROOM} characters")
    return room


def _count(event: Event, key: str) -> int:
    value = event.body.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_CALLS:
        raise IllegalMoveError("BODY_INVALID", f"{event.kind} needs {key}")
    return value


def _instant(event: Event, key: str) -> datetime | None:
    text = _optional(event, key)
    try:
        return parse_instant(text) if text is not None else None
    except ValueError as error:
        raise IllegalMoveError("BODY_INVALID", f"{key} is no time") from error


def said_at(event: Event) -> datetime:
    """Which of two words on an opening is the newer: the time at which it was said, or later where its desk knew of one
    whose clock was ahead. Every replica finds the same, whatever it has heard before.

    Raises:
        IllegalMoveError: BODY_INVALID
    """
    return max(event.at, _instant(event, SAID_AT) or event.at)


def _copy_of(event: Event) -> int:
    copy = event.body.get("copy", 0)
    if not isinstance(copy, int):
        raise IllegalMoveError("BODY_INVALID", "copy is no number")
    return copy


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
