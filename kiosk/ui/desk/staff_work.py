"""What the desk's session needs of the stories: whoever does it, each call may wait for the store or the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from kiosk.model.desk import Called, DeskRows, OpenSlip
from kiosk.model.events import Event
from kiosk.model.patient import Patient
from kiosk.model.staff import SignedIn
from kiosk.model.token import Priority, Token
from kiosk.ports import Issued, SlipJob


@dataclass(frozen=True)
class Undoable:
    """An act that can be taken back for a while."""

    before: Token
    after: Token


class DeskActs(Protocol):
    """What staff do with tokens. All raise KioskError, or IllegalMoveError where somebody was faster."""

    def call_next(self, by: SignedIn, departments: Sequence[str], room: str) -> Called | None: ...

    def call(self, by: SignedIn, token_id: str, room: str) -> Called: ...

    def recall(self, by: SignedIn, token_id: str) -> Token: ...

    def start(self, by: SignedIn, token_id: str) -> Token: ...

    def complete(self, by: SignedIn, token_id: str) -> Token: ...

    def no_show(self, by: SignedIn, token_id: str) -> Token: ...

    def hold(self, by: SignedIn, token_id: str) -> Token: ...

    def give_back(self, by: SignedIn, token_id: str) -> Token: ...

    def transfer(self, by: SignedIn, token_id: str, department: str) -> Token: ...

    def refer(self, by: SignedIn, token_id: str, department: str, language: str) -> Issued: ...

    def cancel(self, by: SignedIn, token_id: str, reason: str, approved_by: SignedIn) -> Token: ...

    def set_priority(self, by: SignedIn, token_id: str, priority: Priority, approved_by: SignedIn) -> Token: ...

    def arrive(self, by: SignedIn, token_id: str) -> Token: ...

    def undo(self, by: SignedIn, before: Token, after: Token) -> Token: ...

    def reprint(self, by: SignedIn, token_id: str, language: str) -> SlipJob: ...

    def resolve_slip(self, by: SignedIn, job_id: str) -> None: ...

    def show_details(self, by: SignedIn, token_id: str) -> None: ...

    def walk_in(
        self,
        by: SignedIn,
        patient: Patient,
        department: str,
        language: str,
        *,
        priority: Priority = Priority.ROUTINE,
        approved_by: SignedIn | None = None,
    ) -> Issued: ...


class DeskShelf(Protocol):
    """What the session reads of the store; every ``desk_ports.DeskStore`` is one."""

    def desk_rows(self, facility_id: str, service_day: date, since: int) -> DeskRows: ...

    def open_slips(self, service_day: date) -> Sequence[OpenSlip]: ...

    def own_events(self, seqs: Sequence[int]) -> Sequence[Event]: ...

    def token(self, token_id: str) -> Token | None: ...


@dataclass(frozen=True)
class StaffMember:
    """Whom the sign-in screen offers."""

    staff_id: str
    name: str
    role: str


class SigningIn(Protocol):
    """Who somebody is, by PIN. Slow on purpose: never on the GUI thread."""

    def sign_in(self, staff_id: str, pin: str) -> SignedIn:
        """Raises PinError (PIN_WRONG, PIN_WAIT, PIN_STALE), StoreError."""
        ...
