"""Tokens: their labels and their states. Which moves are legal is in ``model.moves``."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kiosk.model.events import Json, instant_text
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


class Priority(StrEnum):
    """Why somebody is called out of turn. Which of them count before ROUTINE, each department says for itself."""

    EMERGENCY = "emergency"
    ELDERLY = "elderly"
    PREGNANT = "pregnant"
    DISABILITY = "disability"
    INFANT = "infant"
    ROUTINE = "routine"


class SlipState(StrEnum):
    """What is known of a token's newest slip. QUEUED and SENDING never leave the station."""

    NONE = "none"
    QUEUED = "queued"
    SENDING = "sending"
    PRINTED = "printed"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    RESOLVED = "resolved"


PHONE = "phone"
"""The source of tokens whose holders scanned the hospital's QR, perhaps at home."""


@dataclass(frozen=True)
class Token:
    """One place in one queue on one service day.

    ``department`` issued it and never changes; ``queue_department`` is where it waits. ``moved_at`` is when ``state``
    was last changed.

    Attributes:
        queued_at: its place in the order of calling: the time of issue, but for one that came back to another place.
        room: where it was called to; it stays with the token until it waits again.
        calls: how often its patient was called since it last waited, the first call included.
        called_at: when it was last called from waiting; ``started_at`` when the patient then came in.
        act_id: of the last event that changed its state or queue: what can be undone.
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
    queued_at: datetime
    keys: PatientKeys
    source: str = "kiosk"
    state: State = State.WAITING
    slip: SlipState = SlipState.NONE
    copies: int = 0
    arrived: bool = True
    priority: Priority = Priority.ROUTINE
    room: str = ""
    calls: int = 0
    called_at: datetime | None = None
    started_at: datetime | None = None
    act_id: str = ""

    def is_live(self, now: datetime, return_window: timedelta) -> bool:
        """Whether the same patient gets this token again; a no-show does for a while."""
        if self.state is State.NO_SHOW:
            return now - self.moved_at <= return_window
        return self.state in LIVE

    @property
    def is_expected(self) -> bool:
        """Whether its holder has scanned the hospital's QR and not come yet; then even a lapsed place is given back."""
        return self.source == PHONE and not self.arrived and self.state in (State.WAITING, State.LAPSED)

    @property
    def has_no_slip(self) -> bool:
        """Whether a phone has its number, and no paper does as yet: then the first slip is an original."""
        return self.source == PHONE and self.slip is SlipState.NONE and not self.copies


LIVE = frozenset({State.WAITING, State.CALLED, State.SERVING, State.HELD})
AT_DESK = LIVE - {State.WAITING}
"""Called somewhere: whoever is with a doctor at the end of the service day is seen to the end."""

MAX_NUMBER = 999_999
"""No queue of one day is longer, and no database's column overflows."""


def label_of(prefix: str, series: str, number: int) -> str:
    """``MA-017``: what is printed, shown and spoken."""
    return label_text(f"{prefix}{series}", number)


def label_text(letters: str, number: int) -> str:
    return f"{letters}-{number:03d}"


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
