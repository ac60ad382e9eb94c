"""What else is done at a desk: walk-ins, slips, patients' details; and what supervisors alone may say."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kiosk.acts import Acts, Done, Post, answering
from kiosk.errors import NotAllowedError
from kiosk.model.events import Json, Kind
from kiosk.model.exchange import synced_since
from kiosk.model.moves import WHILE, IllegalMoveError
from kiosk.model.patient import Patient
from kiosk.model.staff import Right, SignedIn
from kiosk.model.token import Priority, SlipState, State, Token
from kiosk.ports import ArrivalOrder, Issued, SlipJob

WALK_IN = "walk_in"
_WAITING: dict[str, Json] = {WHILE: State.WAITING.value}
PRINTER_NONE = "PRINTER_NONE"
COPIES = 99
"""A desk may reprint more often than anybody will."""


class SlipOutcome(StrEnum):
    """What was done about a slip that did not come out for sure."""

    PRINTED = "PRINTED"
    READ_OUT = "READ_OUT"
    PATIENT_GONE = "PATIENT_GONE"


@dataclass(frozen=True)
class DeskWork:
    """Raises as ``Acts`` does, and NotAllowedError where neither the staff nor an approver has the right."""

    acts: Acts

    # --- patients ----------------------------------------------------------------------------------------------------

    def walk_in(
        self,
        post: Post,
        patient: Patient,
        department: str,
        language: str,
        *,
        priority: Priority = Priority.ROUTINE,
        approved_by: SignedIn | None = None,
    ) -> Issued:
        """A token for somebody without a card. An emergency, or one beyond hours and quota, by a supervisor's word.

        Raises:
            DepartmentUnknownError, DepartmentClosedError, QuotaReachedError
        """
        answering(post, Right.REGISTER)
        if priority is Priority.EMERGENCY:
            answering(post, Right.OVERRIDE, approved_by)
        order = self.acts.order(
            post, patient, department, language, source=WALK_IN, priority=priority, approved_by=approved_by
        )
        return self.acts.store.issue(order)

    def arrive(self, post: Post, token_id: str, language: str) -> Done:
        """The holder of a phone token stands here and gets the slip; if it has lapsed today, it comes back to life."""
        before = self.acts.token(token_id)
        return self.acts.done(before, self._come(post, token_id, language).token, post)

    def _come(self, post: Post, token_id: str, language: str) -> Issued:
        now = self.acts.clock.now()
        order = ArrivalOrder(
            token_id=token_id,
            facility=self.acts.facility(),
            now=now,
            language=language,
            wants_slip=self.acts.prints,
            synced_since=synced_since(now, has_server=self.acts.has_server),
            remarks={"room": post.room, **answering(post, Right.REGISTER)},
        )
        return self.acts.store.arrive(order)

    def show_details(self, post: Post, token_id: str) -> Patient | None:
        """All that is known of the patient, unmasked; that somebody has looked is written down first.

        None where the details are not here, or were deleted.
        """
        self.acts.do(Kind.DETAILS_SHOWN, post, token_id, answering(post, Right.SEE))
        return self.acts.store.patient_of(token_id)

    # --- slips -------------------------------------------------------------------------------------------------------

    def reprint(self, post: Post, token_id: str, language: str) -> SlipJob:
        """One more slip, marked DUPLICATE; the first one of a phone's token is none, and its holder has come.

        Raises:
            NotAllowedError: code PRINTER_NONE at a desk without a printer.
        """
        remarks = answering(post, Right.REGISTER)
        if not self.acts.prints:
            raise NotAllowedError("this desk has no printer", code=PRINTER_NONE)
        first = self._come(post, token_id, language).job if self.acts.token(token_id).has_no_slip else None
        if first is not None:
            return first
        return self.acts.store.reprint(token_id, language, self.acts.clock.now(), COPIES, remarks)

    def resolve_slip(self, post: Post, job_id: str, how: SlipOutcome) -> None:
        """Nobody needs to look after this slip any more."""
        remarks = answering(post, Right.REGISTER)
        self.acts.store.slip_moved(job_id, SlipState.RESOLVED, self.acts.clock.now(), how.value, remarks)

    # --- with a supervisor's word ------------------------------------------------------------------------------------

    def cancel(self, post: Post, token_id: str, reason: str, approved_by: SignedIn | None = None) -> Done:
        """Raises NotAllowedError also where no reason is given: code REASON_MISSING."""
        body = answering(post, Right.OVERRIDE, approved_by, reason=_needed(reason))
        return self.acts.do(Kind.TOKEN_CANCELLED, post, token_id, body)

    def set_priority(
        self, post: Post, token_id: str, priority: Priority, approved_by: SignedIn | None = None, reason: str = ""
    ) -> Done:
        body = answering(post, Right.OVERRIDE, approved_by, reason=reason)
        return self.acts.do(Kind.PRIORITY_CHANGED, post, token_id, body | {"priority": priority.value})

    def transfer_all(
        self, post: Post, department_from: str, department_to: str, approved_by: SignedIn | None = None
    ) -> tuple[Done, ...]:
        """All who wait for one department wait for another, with their times of issue.

        Raises:
            DepartmentUnknownError
        """
        body = answering(post, Right.DIRECT, approved_by) | _WAITING
        body |= {"queue_department": self.acts.department(department_to).code}
        return self._each_waiting(
            department_from, lambda token: self.acts.do(Kind.TOKEN_TRANSFERRED, post, token.token_id, body)
        )

    def cancel_all(
        self, post: Post, department: str, reason: str, approved_by: SignedIn | None = None
    ) -> tuple[Done, ...]:
        """The doctor does not come: nobody is called from this queue any more."""
        body = answering(post, Right.DIRECT, approved_by, reason=_needed(reason)) | _WAITING
        return self._each_waiting(
            department, lambda token: self.acts.do(Kind.TOKEN_CANCELLED, post, token.token_id, body)
        )

    def _each_waiting(self, department: str, act: Callable[[Token], Done]) -> tuple[Done, ...]:
        """One transaction for each, so that patients at the kiosks do not wait for all of them."""
        queue = (self.acts.department(department).code,)
        waiting = self.acts.store.waiting(self.acts.facility().facility_id, self.acts.today(), queue)
        done = (_unless_called(act, token) for token in waiting)
        return tuple(each for each in done if each is not None)

    def change_opening(
        self,
        post: Post,
        department: str,
        room: str,
        is_open: bool | None,
        reason: str = "",
        approved_by: SignedIn | None = None,
    ) -> None:
        """Open or close a department now, or one of its rooms; ``is_open`` None is as planned again.

        Raises:
            DepartmentUnknownError
        """
        body = answering(post, Right.DIRECT, approved_by, reason=reason)
        body |= {"department": self.acts.department(department).code, "room": room, "is_open": is_open}
        self.acts.store.declare(Kind.OPENING_CHANGED, self.acts.facility(), self.acts.clock.now(), body)

    def accept_clock(self, post: Post, approved_by: SignedIn | None = None) -> None:
        """This machine's clock is right, whatever it was before."""
        body = answering(post, Right.DIRECT, approved_by)
        self.acts.store.declare(Kind.CLOCK_ACCEPTED, self.acts.facility(), self.acts.clock.now(), body)


def _unless_called(act: Callable[[Token], Done], token: Token) -> Done | None:
    """None where somebody was faster: the others of the queue are dealt with all the same."""
    try:
        return act(token)
    except IllegalMoveError as error:
        if error.code != "MOVE_ILLEGAL":
            raise
        return None


def _needed(reason: str) -> str:
    if not reason.strip():
        raise NotAllowedError("this needs a reason", code="REASON_MISSING")
    return reason.strip()
