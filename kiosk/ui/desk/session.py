"""One desk's story on the GUI thread: touches in, signals out; store, server and PINs are asked elsewhere meanwhile."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TypeVar

import structlog
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk.errors import KioskError, NotAllowedError, PinError
from kiosk.model.desk import Called, DeskRow, DeskRows, OpenSlip
from kiosk.model.events import Kind
from kiosk.model.exchange import Parked
from kiosk.model.moves import IllegalMoveError
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient
from kiosk.model.staff import Right, SignedIn
from kiosk.model.token import Priority, State, Token
from kiosk.ports import Clock, Issued
from kiosk.ui.desk.errands import BUG, Errands, log_bug
from kiosk.ui.desk.idle import IdleWatch
from kiosk.ui.desk.post import Post, PostShelf
from kiosk.ui.desk.staff_work import DeskActs, DeskShelf, SigningIn, StaffMember

REFRESH_S = 2.0
UNDO_S = 10.0
IDLE_S = 600.0
AT_DESK = (State.CALLED, State.SERVING, State.HELD)
CALLED_FIRST_ELSEWHERE = "CALLED_FIRST_ELSEWHERE"
_T = TypeVar("_T")
_log = structlog.get_logger()


@dataclass(frozen=True)
class DeskParts:
    """What a desk works with.

    Attributes:
        staff: whom the sign-in screen offers.
        nudge: wakes sync and spool; returns at once.
        demonstration_pin: shown on the sign-in screen of the sample facility, else empty.
    """

    acts: DeskActs
    signing_in: SigningIn
    store: DeskShelf
    posts: PostShelf
    facility: Facility
    clock: Clock
    staff: tuple[StaffMember, ...]
    nudge: Callable[[], None] = lambda: None
    demonstration_pin: str = field(default="", repr=False)


@dataclass(frozen=True)
class Workers:
    """One thread each: a server that does not answer holds up no list, a PIN no call."""

    acts: Executor
    looks: Executor
    pins: Executor


@dataclass(frozen=True)
class Timing:
    refresh_s: float = REFRESH_S
    undo_s: float = UNDO_S
    idle_s: float = IDLE_S


@dataclass(frozen=True)
class _Look:
    """What one look at the store found."""

    day: date
    rows: DeskRows
    slips: tuple[OpenSlip, ...]


class DeskSession(QObject):
    """The only thing that the desk's widgets talk to. Every method returns at once; one act at a time.

    Signals:
        signed_in: a SignedIn; ``signed_out``: the tokens stay as they are.
        sign_in_refused: code of a PinError, and how many seconds nothing is tried.
        post_changed: a Post, or None where one is to be chosen.
        day_began: a date; all rows known so far are gone.
        rows_changed: DeskRows written since.
        current_changed: the rows called to, served and held in this room, the latest first, held ones last.
        acted: name of an act that was done, and what it gave (Token, Issued, SlipJob or None).
        told: code and details for the message bar.
        undo_offered: label and seconds; 0 seconds withdraws the offer.
        idle_warned: seconds until signed out; 0 takes it back.
        details_shown: the id of the token whose ABHA number may be seen.
    """

    signed_in = Signal(object)
    signed_out = Signal()
    sign_in_refused = Signal(str, float)
    post_changed = Signal(object)
    day_began = Signal(object)
    rows_changed = Signal(object)
    current_changed = Signal(object)
    acted = Signal(str, object)
    told = Signal(str, object)
    undo_offered = Signal(str, float)
    slips_changed = Signal(object)
    health_changed = Signal(object)
    busy_changed = Signal(bool)
    idle_warned = Signal(float)
    details_shown = Signal(str)
    language_changed = Signal(str)
    _woken = Signal()
    _parked = Signal(object)
    _health_told = Signal(object)

    def __init__(
        self,
        parts: DeskParts,
        workers: Workers,
        *,
        languages: Sequence[str] = ("hi", "en"),
        timing: Timing | None = None,
    ) -> None:
        super().__init__()
        timing = timing or Timing()
        self.parts = parts
        self.facility, self.clock = parts.facility, parts.clock
        self.languages, self.language = tuple(languages), languages[0]
        self.who: SignedIn | None = None
        self.post: Post | None = None
        self.rows: dict[str, DeskRow] = {}
        self.current: tuple[DeskRow, ...] = ()
        self.slips: tuple[OpenSlip, ...] = ()
        self.is_busy = False
        self._day: date | None = None
        self._mark = 0
        self._is_looking, self._looks_again = False, False
        self._undoable: tuple[Token, Token] | None = None
        self._acts, self._looks, self._pins = (
            Errands(worker, self) for worker in (workers.acts, workers.looks, workers.pins)
        )
        self._idle = IdleWatch(timing.idle_s, parent=self)
        self._idle.warned.connect(self.idle_warned)
        self._idle.ran_out.connect(self._end_idle)
        self._undo_s = timing.undo_s
        self._undo_over = QTimer(self, interval=round(timing.undo_s * 1000), singleShot=True)
        self._undo_over.timeout.connect(self._withdraw_undo)
        self._again = QTimer(self, interval=round(timing.refresh_s * 1000))
        self._again.timeout.connect(self.refresh)
        self._connect_threads()
        self._again.start()
        self.refresh()

    def close(self) -> None:
        """Take no more answers; the workers may still be at it."""
        for timer in (self._again, self._undo_over):
            timer.stop()
        self._idle.stop()
        for errands in (self._acts, self._looks, self._pins):
            errands.close()
        for signal in (self._woken, self._parked, self._health_told):
            signal.disconnect()

    # --- who and where -----------------------------------------------------------------------------------------------

    def sign_in(self, staff_id: str, pin: str) -> None:
        """``signed_in``, or ``sign_in_refused``."""
        if self._begin():
            self._pins.send(partial(self.parts.signing_in.sign_in, staff_id, pin), self._welcome, self._refuse)

    def resume(self, who: SignedIn, post: Post | None) -> None:
        """Go on as before a new configuration was taken up."""
        self._enter(who, post)

    def sign_out(self) -> None:
        if self.who is not None:
            self.who = None
            self._idle.stop()
            self._withdraw_undo()
            self.signed_out.emit()

    def choose_post(self, room: str, departments: Sequence[str]) -> None:
        """Work here from now on, also after a restart."""
        post = Post(room, tuple(departments))
        self._take_post(post)
        self._looks.send(partial(self.parts.posts.keep, post), lambda _none: None, self._tell_error)

    def leave_post(self) -> None:
        """Choose anew."""
        self._take_post(None)

    def may(self, right: Right) -> bool:
        return self.who is not None and self.who.may(right)

    def touch(self) -> None:
        """Somebody is at the desk."""
        self._idle.touch()

    def choose_language(self, language: str) -> None:
        if language != self.language and language in self.languages:
            self.language = language
            self.language_changed.emit(language)

    # --- acts --------------------------------------------------------------------------------------------------------

    def call_next(self) -> None:
        """``acted("call_next", Token)``, or told NOBODY_WAITS."""
        if self.post is not None:
            post = self.post
            self._do("call_next", lambda by: self.parts.acts.call_next(by, post.departments, post.room))

    def call(self, token_id: str) -> None:
        if self.post is not None:
            room = self.post.room
            self._do("call", lambda by: self.parts.acts.call(by, token_id, room))

    def recall(self, token_id: str) -> None:
        self._do("recall", lambda by: self.parts.acts.recall(by, token_id))

    def start(self, token_id: str) -> None:
        self._do("start", lambda by: self.parts.acts.start(by, token_id))

    def complete(self, token_id: str) -> None:
        self._do("complete", lambda by: self.parts.acts.complete(by, token_id))

    def no_show(self, token_id: str) -> None:
        self._do("no_show", lambda by: self.parts.acts.no_show(by, token_id))

    def hold(self, token_id: str) -> None:
        self._do("hold", lambda by: self.parts.acts.hold(by, token_id))

    def give_back(self, token_id: str) -> None:
        """Back to the queue."""
        self._do("give_back", lambda by: self.parts.acts.give_back(by, token_id))

    def transfer(self, token_id: str, department: str) -> None:
        self._do("transfer", lambda by: self.parts.acts.transfer(by, token_id, department))

    def refer(self, token_id: str, department: str) -> None:
        """Complete this one, and issue another there: ``acted("refer", Issued)``."""
        self._do("refer", lambda by: self.parts.acts.refer(by, token_id, department, self.language))

    def cancel(self, token_id: str, reason: str, approver_id: str = "", pin: str = "") -> None:
        """Who may not do this alone names somebody who may, with that one's PIN."""
        self._do_approved(
            "cancel", approver_id, pin, lambda by, leave: self.parts.acts.cancel(by, token_id, reason, leave)
        )

    def set_priority(self, token_id: str, priority: Priority, approver_id: str = "", pin: str = "") -> None:
        acts = self.parts.acts
        self._do_approved(
            "set_priority", approver_id, pin, lambda by, leave: acts.set_priority(by, token_id, priority, leave)
        )

    def arrive(self, token_id: str) -> None:
        self._do("arrive", lambda by: self.parts.acts.arrive(by, token_id))

    def undo(self) -> None:
        """Take the last act back, while that is offered."""
        if self._undoable is not None:
            before, after = self._undoable
            self._withdraw_undo()
            self._do("undo", lambda by: self.parts.acts.undo(by, before, after))

    def reprint(self, token_id: str) -> None:
        self._do("reprint", lambda by: self.parts.acts.reprint(by, token_id, self.language))

    def resolve_slip(self, job_id: str) -> None:
        self._do("resolve_slip", lambda by: self.parts.acts.resolve_slip(by, job_id))

    def show_details(self, token_id: str) -> None:
        """``details_shown``, once it is written down that somebody looked."""

        def show(by: SignedIn) -> str:
            self.parts.acts.show_details(by, token_id)
            return token_id

        self._do("show_details", show)

    def walk_in(
        self,
        patient: Patient,
        department: str,
        language: str,
        *,
        priority: Priority = Priority.ROUTINE,
        approver_id: str = "",
        pin: str = "",
    ) -> None:
        """``acted("walk_in", Issued)``. Only a named approver issues beyond hours and quota."""
        acts = self.parts.acts
        if approver_id:
            self._do_approved(
                "walk_in",
                approver_id,
                pin,
                lambda by, leave: acts.walk_in(by, patient, department, language, priority=priority, approved_by=leave),
            )
        else:
            self._do("walk_in", lambda by: acts.walk_in(by, patient, department, language, priority=priority))

    def send(self, work: Callable[[], _T], then: Callable[[_T], None]) -> None:
        """For pages with a wish of their own: ``work`` where the store is read, ``then`` here; faults are told."""
        self._looks.send(work, then, self._tell_error)

    # --- news, safe on any thread ------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Something has changed in the store."""
        self._woken.emit()

    def on_parked(self, parked: Sequence[Parked]) -> None:
        """What the server could not apply: a call that another room had made first is told."""
        if parked:
            self._parked.emit(tuple(parked))

    def tell_health(self, health: object) -> None:
        self._health_told.emit(health)

    # --- looks at the store ------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what was written since; at most one look at a time."""
        if self._is_looking:
            self._looks_again = True
            return
        self._is_looking, self._looks_again = True, False
        self._looks.send(partial(self._look, self._day, self._mark), self._take_look, self._fail_look)

    def _look(self, known_day: date | None, mark: int) -> _Look:
        """On the reading thread."""
        day = self.facility.service_day(self.clock.now())
        rows = self.parts.store.desk_rows(self.facility.facility_id, day, mark if day == known_day else 0)
        return _Look(day, rows, tuple(self.parts.store.open_slips(day)))

    def _take_look(self, look: _Look) -> None:
        self._is_looking = False
        if look.day != self._day:
            self._day = look.day
            self.rows = {}
            self.day_began.emit(look.day)
        self._mark = look.rows.mark
        self._merge(look.rows)
        if look.slips != self.slips:
            self.slips = look.slips
            self.slips_changed.emit(look.slips)
        if self._looks_again:
            self.refresh()

    def _fail_look(self, error: BaseException) -> None:
        self._is_looking = False
        self._tell_error(error)

    def _merge(self, changed: DeskRows) -> None:
        news = [row for row in changed.rows if self.rows.get(row.token.token_id) != row]
        if news:
            self.rows.update((row.token.token_id, row) for row in news)
            self.rows_changed.emit(DeskRows(news, changed.mark))
            self._tell_current()

    def _tell_current(self) -> None:
        room = self.post.room if self.post is not None else None
        here = [row for row in self.rows.values() if row.token.room == room and row.token.state in AT_DESK]
        current = tuple(sorted(here, key=_at_hand))
        if current != self.current:
            self.current = current
            self.current_changed.emit(current)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _connect_threads(self) -> None:
        queued = Qt.ConnectionType.QueuedConnection
        self._woken.connect(self.refresh, queued)
        self._parked.connect(self._take_parked, queued)
        self._health_told.connect(self.health_changed, queued)

    def _begin(self) -> bool:
        """Whether an act may begin: a second touch on the same button is not a second act."""
        if self.is_busy:
            return False
        self._set_busy(True)
        return True

    def _set_busy(self, is_busy: bool) -> None:
        self.is_busy = is_busy
        self.busy_changed.emit(is_busy)

    def _do(self, name: str, act: Callable[[SignedIn], object]) -> None:
        if self.who is not None and self._begin():
            self._withdraw_undo()
            self._acts.send(partial(act, self.who), partial(self._finish, name), self._fail)

    def _do_approved(self, name: str, approver_id: str, pin: str, act: Callable[[SignedIn, SignedIn], object]) -> None:
        """``act`` gets who does it and who allows it."""
        if self.may(Right.OVERRIDE) and not approver_id:
            self._do(name, lambda by: act(by, by))
        elif self.who is not None and self._begin():
            by = self.who

            def allowed(leave: SignedIn) -> None:
                self._acts.send(partial(act, by, leave), partial(self._finish, name), self._fail)

            self._pins.send(partial(self._approver, approver_id, pin), allowed, self._refuse)

    def _approver(self, staff_id: str, pin: str) -> SignedIn:
        """On the PINs' thread."""
        leave = self.parts.signing_in.sign_in(staff_id, pin)
        if not leave.may(Right.OVERRIDE):
            raise NotAllowedError("this needs a supervisor")
        return leave

    def _finish(self, name: str, outcome: object) -> None:
        self._set_busy(False)
        self.parts.nudge()
        if name == "call_next" and outcome is None:
            self.told.emit("NOBODY_WAITS", {})
        token, patient = _outcome(outcome)
        if token is not None:
            before = self.rows.get(token.token_id)
            details = patient or (before.patient if before else None)
            self._merge(DeskRows([DeskRow(token, details, synced=False)], self._mark))
            self._offer_undo(name, before.token if before else None, token)
        if name == "show_details":
            self.details_shown.emit(outcome)
        self.acted.emit(name, outcome)
        self.refresh()

    def _offer_undo(self, name: str, before: Token | None, after: Token) -> None:
        can = before is not None and after.act_id != before.act_id and name not in ("undo", "refer", "walk_in")
        if can and before is not None:
            self._undoable = (before, after)
            self._undo_over.start()
            self.undo_offered.emit(after.label, self._undo_s)

    def _withdraw_undo(self) -> None:
        self._undo_over.stop()
        if self._undoable is not None:
            self._undoable = None
            self.undo_offered.emit("", 0.0)

    def _fail(self, error: BaseException) -> None:
        self._set_busy(False)
        self._tell_error(error)
        self.refresh()

    def _tell_error(self, error: BaseException) -> None:
        if isinstance(error, KioskError | IllegalMoveError):
            _log.warning("desk_refused", code=error.code)
            self.told.emit(error.code, {"text": str(error)})
        else:
            log_bug(error)
            self.told.emit(BUG, {})

    def _welcome(self, who: SignedIn) -> None:
        self._set_busy(False)
        if self.post is not None:
            self._enter(who, self.post)
        else:
            self._looks.send(self.parts.posts.load, partial(self._enter, who), self._tell_error)

    def _enter(self, who: SignedIn, post: Post | None) -> None:
        self.who = who
        self._idle.start()
        self.signed_in.emit(who)
        self._take_post(post)

    def _take_post(self, post: Post | None) -> None:
        known = {department.code for department in self.facility.departments}
        left = tuple(code for code in post.departments if code in known) if post is not None else ()
        self.post = Post(post.room, left) if post is not None and left else None
        self.post_changed.emit(self.post)
        self._tell_current()

    def _refuse(self, error: BaseException) -> None:
        self._set_busy(False)
        if isinstance(error, PinError):
            self.sign_in_refused.emit(error.code, getattr(error, "wait_s", 0.0))
        else:
            self._tell_error(error)

    def _end_idle(self) -> None:
        self.sign_out()

    def _take_parked(self, parked: Sequence[Parked]) -> None:
        self.send(partial(self._lost_calls, parked), self._tell_lost)

    def _lost_calls(self, parked: Sequence[Parked]) -> list[Token]:
        """On the reading thread: what others had called before this desk did."""
        seqs = [each.seq for each in parked if each.code == "MOVE_ILLEGAL"]
        calls = [event for event in self.parts.store.own_events(seqs) if event.kind == Kind.TOKEN_CALLED]
        return [token for token in (self.parts.store.token(event.token_id) for event in calls) if token is not None]

    def _tell_lost(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            self.told.emit(CALLED_FIRST_ELSEWHERE, {"label": token.label, "room": token.room})
        self.refresh()


def _at_hand(row: DeskRow) -> tuple[bool, float]:
    token = row.token
    return token.state is State.HELD, -(token.called_at or token.moved_at).timestamp()


def _outcome(outcome: object) -> tuple[Token | None, Patient | None]:
    """The token that an act gave, with its patient where that is told."""
    match outcome:
        case Called(token, patient):
            return token, patient
        case Token():
            return outcome, None
        case Issued(token=token):
            return token, None
    return None, None
