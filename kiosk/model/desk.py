"""What the front desk asks for and is shown, as values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from kiosk.model.patient import Patient
from kiosk.model.token import SlipState, Token


@dataclass(frozen=True)
class CallOrder:
    """The next patient of any of ``departments`` is wanted in ``room``, or the holder of one token.

    Attributes:
        request_id: a UUIDv7 that becomes the id of the event: asked twice, the server calls once.
    """

    request_id: str
    facility_id: str
    service_day: date
    departments: tuple[str, ...]
    room: str
    staff_id: str
    token_id: str | None = None


@dataclass(frozen=True)
class Called:
    """Whose turn it is. ``patient`` is None where the details are not here, or were deleted."""

    token: Token
    patient: Patient | None


@dataclass(frozen=True)
class DeskRow:
    """One line of the desk's list."""

    token: Token
    patient: Patient | None
    synced: bool


@dataclass(frozen=True)
class DeskRows:
    """The rows written since an earlier look; the next look asks for those after ``mark``."""

    rows: Sequence[DeskRow]
    mark: int


@dataclass(frozen=True)
class OpenSlip:
    """A slip that somebody must deal with: it failed, is in doubt, or was given up in the queue."""

    job_id: str
    token_id: str
    label: str
    copy: int
    state: SlipState
    cause: str
    queued_at: datetime


@dataclass(frozen=True)
class SlipRow:
    """One slip job of this station.

    Attributes:
        since: when it came to ``state``; ``cause`` is the code of why, or empty.
        confirmation: how sure it is that it came out, as ``printer.Confirmation`` says; empty where it did not.
        by: who dealt with it at a desk, or empty.
    """

    label: str
    token_id: str
    copy: int
    state: SlipState
    since: datetime
    cause: str = ""
    confirmation: str = ""
    by: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether nobody has to look after it."""
        return self.state in (SlipState.PRINTED, SlipState.RESOLVED)


@dataclass(frozen=True)
class OpeningChange:
    """What a supervisor has said for one service day; an empty ``room`` means the whole department.

    Attributes:
        is_open: None where it is as planned again.
    """

    department: str
    room: str
    is_open: bool | None
    changed_at: datetime


@dataclass(frozen=True)
class Failures:
    """How often a member of the staff has typed a wrong PIN since the last right one."""

    count: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True)
class PinHash:
    """What a desk knows of a PIN: Argon2id over it and a pepper that no database holds."""

    staff_id: str
    pin_hash: str = field(repr=False)
