"""Acts of the staff on tokens: who did them where, what each made of its token, and how the last one is taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kiosk.desk_ports import DeskStore
from kiosk.errors import DepartmentClosedError, DepartmentUnknownError, NotAllowedError
from kiosk.model.events import Json, Kind
from kiosk.model.exchange import synced_since
from kiosk.model.moves import IllegalMoveError, undoing
from kiosk.model.opd import Department, Facility
from kiosk.model.patient import Patient
from kiosk.model.priority import priority_of
from kiosk.model.staff import Right, SignedIn
from kiosk.model.token import Priority, State, Token
from kiosk.ports import Clock, IssueOrder

UNDO_S = 10.0
"""For so long the last act can be taken back."""
UNDO_LATE = "UNDO_LATE"
MAX_REASON = 200
"""Characters of what somebody types as the reason; an event's body has its limit."""
UNDONE = "undone"
"""The reason with which a referral's new token is cancelled."""


@dataclass(frozen=True)
class Post:
    """Where somebody works: the room that patients are called to, the departments whose queues it serves."""

    room: str
    departments: tuple[str, ...]
    staff: SignedIn


@dataclass(frozen=True)
class Done:
    """One act that was committed, and what it takes to undo it.

    Attributes:
        at_s: monotonic seconds.
        referred: the token of another department that was issued with it.
    """

    before: Token
    after: Token
    staff_id: str
    at_s: float
    referred: Token | None = None

    @property
    def can_be_undone(self) -> bool:
        return self.after.act_id != self.before.act_id or self.after.priority is not self.before.priority


@dataclass(frozen=True)
class Acts:
    """How acts of the staff get into the store.

    Every method that writes raises, besides what it names, IllegalMoveError where the act does not fit the token (any
    more), and StoreError.

    Attributes:
        facility: gives the hospital as it is now, openings applied.
        notice_version: of the privacy notice that patients are told of.
        wants_slips: whether this desk prints slips at all.
        has_printer: whether there is a printer: one may be plugged in for the first time at any moment.
    """

    store: DeskStore
    facility: Callable[[], Facility]
    clock: Clock
    notice_version: str
    wants_slips: bool = True
    has_server: bool = False
    has_printer: Callable[[], bool] = lambda: True

    @property
    def prints(self) -> bool:
        """Whether slips are worth queueing."""
        return self.wants_slips and self.has_printer()

    def do(self, kind: Kind, post: Post, token_id: str, body: dict[str, Json]) -> Done:
        """Write one act; ``body`` says who answers for it, as ``answering`` gives it."""
        before = self.token(token_id)
        after = self.store.act(kind, token_id, self.clock.now(), {"room": post.room, **body})
        return self.done(before, after, post)

    def done(self, before: Token, after: Token, post: Post, referred: Token | None = None) -> Done:
        return Done(before, after, post.staff.staff_id, self.clock.monotonic(), referred)

    def undo(self, post: Post, done: Done) -> Done:
        """Make the token what it was before ``done``, and cancel the token of a referral.

        Raises:
            NotAllowedError: code UNDO_LATE after ``UNDO_S``; somebody else's act needs the right to override.
            IllegalMoveError: somebody has acted on the token since.
        """
        if self.clock.monotonic() - done.at_s > UNDO_S:
            raise NotAllowedError("this can no longer be undone", code=UNDO_LATE)
        body = answering(post, Right.SEE if done.staff_id == post.staff.staff_id else Right.OVERRIDE)
        self._refuse_overtaken(done)
        if done.after.act_id == done.before.act_id:
            priority = done.before.priority.value
            return self.do(Kind.PRIORITY_CHANGED, post, done.after.token_id, {**body, "priority": priority})
        undone = self.do(Kind.ACT_UNDONE, post, done.after.token_id, {**body, **undoing(done.before, done.after)})
        if done.referred is not None:
            self.do(Kind.TOKEN_CANCELLED, post, done.referred.token_id, {**body, "reason": UNDONE})
        return undone

    def _refuse_overtaken(self, done: Done) -> None:
        """What the store cannot see: a priority set anew, or a referral whose patient has been called there."""
        if done.referred is not None and self.token(done.referred.token_id).state is not State.WAITING:
            raise IllegalMoveError("MOVE_ILLEGAL", "the other department has called the patient")
        if self.token(done.after.token_id).priority is not done.after.priority:
            raise IllegalMoveError("MOVE_ILLEGAL", "somebody has changed the priority since")

    def token(self, token_id: str) -> Token:
        token = self.store.token(token_id)
        if token is None:
            raise IllegalMoveError("TOKEN_UNKNOWN", "no such token is known here")
        return token

    def today(self) -> date:
        return self.facility().service_day(self.clock.now())

    def department(self, code: str) -> Department:
        return _department(self.facility(), code)

    def order(
        self,
        post: Post,
        patient: Patient,
        department_code: str,
        language: str,
        *,
        source: str,
        priority: Priority = Priority.ROUTINE,
        approved_by: SignedIn | None = None,
    ) -> IssueOrder:
        """A token of the staff's giving; beyond hours and quota only where ``approved_by``, who may direct, says so.

        As at the kiosk, age alone may be a priority.

        Raises:
            DepartmentUnknownError, DepartmentClosedError, NotAllowedError
        """
        now, facility = self.clock.now(), self.facility()
        department = _department(facility, department_code)
        if approved_by is None and not department.is_open(facility.local(now)):
            raise DepartmentClosedError(department.code)
        remarks = answering(post, Right.REGISTER)
        if approved_by is not None:
            remarks = answering(post, Right.DIRECT, approved_by)
        return IssueOrder(
            patient=patient,
            facility=facility,
            department=department,
            now=now,
            language=language,
            notice_version=self.notice_version,
            source=source,
            wants_slip=self.prints,
            synced_since=synced_since(now, has_server=self.has_server),
            priority=priority_of(patient, facility.local(now).date()) if priority is Priority.ROUTINE else priority,
            ignores_quota=approved_by is not None,
            remarks={**remarks, "room": post.room},
        )


def _department(facility: Facility, code: str) -> Department:
    department = facility.department(code)
    if department is None:
        raise DepartmentUnknownError(f"no department {code[:20]!r} here")
    return department


def answering(post: Post, right: Right, approved_by: SignedIn | None = None, *, reason: str = "") -> dict[str, Json]:
    """What an event says of who answers for it.

    Raises:
        NotAllowedError: neither who works here nor who approves may do this.
    """
    if _who_may(post, right, approved_by) is None:
        raise NotAllowedError(f"this needs the right {right.value!r}")
    body: dict[str, Json] = {"staff": post.staff.staff_id}
    if reason:
        body["reason"] = reason[:MAX_REASON]
    if approved_by is not None:
        body["approved_by"] = approved_by.staff_id
    return body


def overriding(post: Post, approved_by: SignedIn | None, code: str) -> dict[str, Json]:
    """As ``answering`` for what is against a rule of the hospital; ``code`` names the rule.

    Raises:
        NotAllowedError: with ``code``.
    """
    try:
        return answering(post, Right.OVERRIDE, approved_by)
    except NotAllowedError as error:
        raise NotAllowedError("somebody with more rights must say so", code=code) from error


def _who_may(post: Post, right: Right, approved_by: SignedIn | None) -> SignedIn | None:
    return next((each for each in (post.staff, approved_by) if each is not None and each.may(right)), None)
