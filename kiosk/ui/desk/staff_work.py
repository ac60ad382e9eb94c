"""What the desk's session needs of the stories. Each call may wait for the store or the server."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from kiosk.acts import Done, Post
from kiosk.calling import CallResult, LostAct
from kiosk.desk_work import SlipOutcome
from kiosk.model.desk import DeskRows, OpenSlip
from kiosk.model.exchange import Parked
from kiosk.model.patient import Patient
from kiosk.model.staff import Right, SignedIn
from kiosk.model.token import Priority
from kiosk.ports import Issued, SlipJob


class Calls(Protocol):
    """What staff do with the patients whom they call; ``calling.Calling`` is one.

    All raise KioskError, or IllegalMoveError where somebody was faster.
    """

    def call_next(self, post: Post) -> CallResult | None: ...

    def call(self, post: Post, token_id: str) -> CallResult: ...

    def lost_acts(self, parked: Iterable[Parked]) -> tuple[LostAct, ...]: ...

    def recall(self, post: Post, token_id: str) -> Done: ...

    def start(self, post: Post, token_id: str) -> Done: ...

    def complete(self, post: Post, token_id: str) -> Done: ...

    def no_show(self, post: Post, token_id: str, approved_by: SignedIn | None = None) -> Done: ...

    def hold(self, post: Post, token_id: str) -> Done: ...

    def give_back(self, post: Post, token_id: str, approved_by: SignedIn | None = None) -> Done: ...

    def transfer(self, post: Post, token_id: str, department: str) -> Done: ...

    def refer(
        self, post: Post, token_id: str, department: str, language: str, approved_by: SignedIn | None = None
    ) -> Done: ...


class Work(Protocol):
    """What else staff do at a desk; ``desk_work.DeskWork`` is one. Raises like ``Calls``."""

    def walk_in(
        self,
        post: Post,
        patient: Patient,
        department: str,
        language: str,
        *,
        priority: Priority = Priority.ROUTINE,
        approved_by: SignedIn | None = None,
    ) -> Issued: ...

    def arrive(self, post: Post, token_id: str, language: str) -> Done: ...

    def show_details(self, post: Post, token_id: str) -> Patient | None: ...

    def reprint(self, post: Post, token_id: str, language: str) -> SlipJob: ...

    def resolve_slip(self, post: Post, job_id: str, how: SlipOutcome) -> None: ...

    def cancel(self, post: Post, token_id: str, reason: str, approved_by: SignedIn | None = None) -> Done: ...

    def set_priority(
        self, post: Post, token_id: str, priority: Priority, approved_by: SignedIn | None = None, reason: str = ""
    ) -> Done: ...

    def change_opening(
        self, post: Post, department: str, room: str, is_open: bool | None, reason: str = ""
    ) -> None: ...

    def transfer_all(self, post: Post, department_from: str, department_to: str) -> tuple[Done, ...]: ...

    def cancel_all(self, post: Post, department: str, reason: str) -> tuple[Done, ...]: ...

    def accept_clock(self, post: Post) -> None: ...


class Undoing(Protocol):
    """Takes acts back; ``acts.Acts`` does."""

    def undo(self, post: Post, done: Done) -> Done: ...


class DeskShelf(Protocol):
    """What the session reads of the store; every ``desk_ports.DeskStore`` is one."""

    def desk_rows(self, facility_id: str, service_day: date, since: int) -> DeskRows: ...

    def open_slips(self, service_day: date) -> Sequence[OpenSlip]: ...


class Door(Protocol):
    """Who somebody is, by PIN; ``signing_in.SigningIn`` is one. Slow on purpose: never on the GUI thread."""

    def sign_in(self, staff_id: str, untrusted_pin: str) -> SignedIn:
        """Raises PinError, StoreError."""
        ...

    def approve(self, staff_id: str, untrusted_pin: str, right: Right) -> SignedIn:
        """Raises NotAllowedError, PinError, StoreError."""
        ...
