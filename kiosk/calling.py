"""The story of a call: staff call a patient, who comes or does not, is served, and goes home or elsewhere."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from kiosk.acts import Acts, Done, Post, answering, overriding
from kiosk.desk_ports import CallServer
from kiosk.errors import NotAllowedError, ServerError, StoreError
from kiosk.model.desk import Called, CallOrder
from kiosk.model.events import Kind, instant_text
from kiosk.model.exchange import Parked
from kiosk.model.moves import MOVES
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient
from kiosk.model.queue import Lane, lane_of, place_behind
from kiosk.model.staff import Right, SignedIn
from kiosk.model.token import State, Token

NO_SHOW_EARLY = "NO_SHOW_EARLY"
RETURN_LATE = "RETURN_LATE"
DAY_OVER = "DAY_OVER"
ROOM_CLOSED = "ROOM_CLOSED"
REFERRED = "referral"
"""The source of a token that another department has asked for."""
_UNREGISTERED = "STORE_UNREGISTERED"
_SECOND = "MOVE_ILLEGAL"
"""With which the server parks an act that came after somebody else's."""
SHUT_OUT = frozenset({"KEY_UNKNOWN", "STATION_CLONED", "STORE_FOREIGN", "FORBIDDEN", "SERVICE_DAY_WRONG"})
"""With which the server says that this desk, or its clock, is not to be trusted: it calls nobody, and staff hear why.
Alone it would call, unseen by all others, patients whom they call too."""
_CALLABLE = MOVES[Kind.TOKEN_CALLED][0]
_log = structlog.get_logger()


@dataclass(frozen=True)
class CallResult:
    """Whose turn it is in this room, and why.

    Attributes:
        alone: this desk alone has called; where it was cut off, another one may have been first (``lost_acts``).
        waited: since the patient took this place in the queue.
    """

    called: Called
    done: Done
    alone: bool
    lane: Lane
    waited: timedelta


@dataclass(frozen=True)
class LostAct:
    """An act of this desk that came second: the token is as others have made it, ``room`` is theirs or empty."""

    kind: str
    token_id: str
    label: str
    state: State
    room: str


@dataclass(frozen=True)
class Calling:
    """One desk's calls and what follows each. Whose turn it is, says ``model.queue``, on the server while it answers.

    All methods raise as those of ``Acts`` do, and NotAllowedError where neither staff nor approver has the right.

    Attributes:
        server: None for a desk that stands alone.
        push: brings the desk's own events to the server, within a finite time; raises ServerError.
        turn: held during a call: an answer that the server gave before it must not be written down after it.
            Entering raises ServerError if it takes too long.
    """

    acts: Acts
    new_id: Callable[[], str]
    server: CallServer | None = None
    push: Callable[[], None] = lambda: None
    turn: AbstractContextManager[object] = field(default_factory=nullcontext)

    # --- whose turn it is --------------------------------------------------------------------------------------------

    def call_next(self, post: Post) -> CallResult | None:
        """Call whoever is next in the post's departments; None where nobody waits.

        Raises:
            NotAllowedError: code ROOM_CLOSED, a supervisor has closed the room for today; NOT_ALLOWED, also where the
                post has queues that are not its staff's.
        """
        return self._call(post, None)

    def call(self, post: Post, token_id: str) -> CallResult:
        """Call one patient out of turn, or again one who was on hold or did not come.

        Raises:
            CalledElsewhereError: the message names the room.
            NotAllowedError: the server says that this token cannot be called.
        """
        result = self._call(post, token_id)
        assert result is not None, "a token that was named is called or refused"
        return result

    def _call(self, post: Post, token_id: str | None) -> CallResult | None:
        staff_id = str(answering(post, Right.CALL)["staff"])
        if not all(map(post.staff.serves, post.departments)):
            raise NotAllowedError("these are not the departments of who works here")
        known = self.acts.store.token(token_id) if token_id else None
        facility_id, today = self.acts.facility().facility_id, self.acts.today()
        order = CallOrder(self.new_id(), facility_id, today, post.departments, post.room, staff_id, token_id)
        called, is_alone = self._called(order)
        if called is None:
            return None
        facility, token = self.acts.facility(), called.token
        return CallResult(
            called,
            self.acts.done(_before_call(token, known), token, post),
            is_alone,
            lane_of(token, facility.classes),
            (token.called_at or token.queued_at) - token.queued_at,
        )

    def _called(self, order: CallOrder) -> tuple[Called | None, bool]:
        """Through the server if it can be; whether it could not.

        Raises:
            ServerError: one of SHUT_OUT.
        """
        if self.server is not None:
            try:
                return self._called_through(self.server, order), False
            except ServerError as error:
                if error.code in SHUT_OUT:
                    raise
                _log.warning("called_alone", code=error.code)
            except StoreError as error:
                if error.code != _UNREGISTERED:
                    raise
                _log.warning("called_alone", code=error.code)
        facility = self.acts.facility()
        own = _without_closed(order, facility)
        return self.acts.store.call(own, facility.calling, facility.classes, self.acts.clock.now()), True

    def _called_through(self, server: CallServer, order: CallOrder) -> Called | None:
        """What this desk did first, so that the server does not call whom it has called or served alone."""
        with self.turn:
            if self.acts.store.unsynced():
                self.push()
            called = server.call(order)
            if called is not None:
                self.acts.store.take_called(called, self.acts.clock.now())
            return called

    def lost_acts(self, parked: Iterable[Parked]) -> tuple[LostAct, ...]:
        """What to tell the desk of its own events that the server has parked: of each token, the first."""
        events = self.acts.store.own_events([each.seq for each in parked if each.code == _SECOND])
        first = {event.token_id: event for event in reversed(events)}
        tokens = [(event.kind, self.acts.store.token(event.token_id)) for event in reversed(first.values())]
        return tuple(LostAct(kind, each.token_id, each.label, each.state, each.room) for kind, each in tokens if each)

    # --- what follows a call -----------------------------------------------------------------------------------------

    def recall(self, post: Post, token_id: str) -> Done:
        """Call the same patient once more."""
        return self._act(Kind.TOKEN_RECALLED, post, token_id)

    def start(self, post: Post, token_id: str) -> Done:
        """The patient has come in."""
        return self._act(Kind.TOKEN_STARTED, post, token_id)

    def complete(self, post: Post, token_id: str) -> Done:
        return self._act(Kind.TOKEN_COMPLETED, post, token_id)

    def hold(self, post: Post, token_id: str) -> Done:
        """The patient comes back to this room, after a test for instance."""
        return self._act(Kind.TOKEN_HELD, post, token_id)

    def no_show(self, post: Post, token_id: str, approved_by: SignedIn | None = None) -> Done:
        """Nobody has come, after as many calls as the hospital wants.

        Raises:
            NotAllowedError: code NO_SHOW_EARLY after fewer, unless somebody who may override says so.
        """
        body = answering(post, Right.CALL)
        if self.acts.token(token_id).calls < self.acts.facility().calling.calls_before_no_show:
            body = overriding(post, approved_by, NO_SHOW_EARLY)
        return self.acts.do(Kind.TOKEN_NO_SHOW, post, token_id, body)

    def give_back(self, post: Post, token_id: str, approved_by: SignedIn | None = None) -> Done:
        """Back to the queue, to the same place; whoever did not come stands behind some others.

        Raises:
            NotAllowedError: code RETURN_LATE for a no-show of too long ago, unless somebody who may override says so;
                DAY_OVER, as nobody is called from the queue of another day.
        """
        body, token = answering(post, Right.CALL), self._of_today(token_id)
        if token.state is State.NO_SHOW:
            facility = self.acts.facility()
            if not token.is_live(self.acts.clock.now(), facility.return_window):
                body = overriding(post, approved_by, RETURN_LATE)
            body["queued_at"] = instant_text(self._place_after_no_show(token))
        return self.acts.do(Kind.TOKEN_RETURNED, post, token_id, body)

    def _place_after_no_show(self, token: Token) -> datetime:
        facility = self.acts.facility()
        waiting = self.acts.store.waiting(token.facility_id, token.service_day, (token.queue_department,))
        return place_behind(waiting, token, facility.calling.returns_after, facility.classes)

    def transfer(self, post: Post, token_id: str, department: str) -> Done:
        """The patient waits for the wrong department: on to the right one, with the time of issue.

        Raises:
            DepartmentUnknownError
            NotAllowedError: code DAY_OVER
        """
        body = answering(post, Right.CALL) | {"queue_department": self.acts.department(department).code}
        return self.acts.do(Kind.TOKEN_TRANSFERRED, post, self._of_today(token_id).token_id, body)

    def _of_today(self, token_id: str) -> Token:
        token = self.acts.token(token_id)
        if token.service_day < self.acts.today():
            raise NotAllowedError("the day of this token is over, and with it the queue", code=DAY_OVER)
        return token

    def refer(
        self, post: Post, token_id: str, department: str, language: str, approved_by: SignedIn | None = None
    ) -> Done:
        """The consultation is over, and another department is to see the patient: a new token at the end there.

        Raises:
            DepartmentUnknownError, DepartmentClosedError, QuotaReachedError: the token stays as it was.
        """
        body, before = answering(post, Right.CALL), self.acts.token(token_id)
        order = self.acts.order(post, Patient(), department, language, source=REFERRED, approved_by=approved_by)
        issued = self.acts.store.refer(token_id, order, {"room": post.room, **body})
        return self.acts.done(before, self.acts.token(token_id), post, issued.token if issued.created else None)

    def _act(self, kind: Kind, post: Post, token_id: str) -> Done:
        return self.acts.do(kind, post, token_id, answering(post, Right.CALL))


def _without_closed(order: CallOrder, facility: Facility) -> CallOrder:
    """As on the server: a room that a supervisor has closed calls nobody whom it does not name.

    Raises:
        NotAllowedError: code ROOM_CLOSED.
    """
    closed = {each.code for each in facility.departments if order.room in each.closed_rooms}
    left = tuple(code for code in order.departments if code not in closed)
    if order.token_id is not None or left == order.departments:
        return order
    if not left:
        raise NotAllowedError("this room is closed today; a supervisor can open it", code=ROOM_CLOSED)
    return replace(order, departments=left)


def _before_call(after: Token, known: Token | None) -> Token:
    """What undoing a call makes of the token: as this desk knew it, if that can be; else it waits again."""
    if known is not None and known.state in _CALLABLE and known.queue_department == after.queue_department:
        return known
    waiting = replace(after, state=State.WAITING, moved_at=after.queued_at, room="", calls=0)
    return replace(waiting, called_at=None, started_at=None, act_id="")
