"""What an OPENING_CHANGED says: a supervisor has opened or closed a department or a room for one service day."""

from kiosk.model.desk import OpeningChange
from kiosk.model.events import Event
from kiosk.model.moves import IllegalMoveError, said_at

MAX_CODE = 20
"""Characters of a department's code, and of a room's name."""


def read_opening(event: Event) -> OpeningChange:
    """Raises IllegalMoveError: BODY_INVALID."""
    return OpeningChange(
        department=_code(event, "department"),
        room=_code(event, "room", may_be_empty=True),
        is_open=_is_open(event),
        changed_at=said_at(event),
    )


def _code(event: Event, key: str, *, may_be_empty: bool = False) -> str:
    value = event.body.get(key, "" if may_be_empty else None)
    if not isinstance(value, str) or len(value) > MAX_CODE or "\0" in value or not (value or may_be_empty):
        raise IllegalMoveError("BODY_INVALID", f"{event.kind} needs {key}")
    return value


def _is_open(event: Event) -> bool | None:
    value = event.body.get("is_open")
    if value is not None and not isinstance(value, bool):
        raise IllegalMoveError("BODY_INVALID", f"{event.kind} says open, closed, or as planned")
    return value
