"""One desk's story on the GUI thread: touches in, signals out; store, server and PINs are asked elsewhere meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import structlog
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk.errors import KioskError, NotAllowedError, PinError
from kiosk.model.desk import Called, DeskRow, OpenSlip
from kiosk.model.events import Kind
from kiosk.model.exchange import Parked
from kiosk.model.moves import IllegalMoveError
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient
from kiosk.model.staff import Right, SignedIn
from kiosk.model.token import Token
from kiosk.ports import Clock, Issued
from kiosk.ui.desk.errands import BUG, Errands, log_bug
from kiosk.ui.desk.idle import IdleWatch
from kiosk.ui.desk.post import Post, PostShelf
from kiosk.ui.desk.staff_work import DeskActs, DeskShelf, SigningIn, StaffMember
from kiosk.ui.desk.watch import StoreWatch

REFRESH_S = 2.0
UNDO_S = 10.0
IDLE_S = 600.0
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


class Sitting(QObject):
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
        self.is_busy = False
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
        self._watch = StoreWatch(
            parts.store,
            self.facility,
            self.clock,
            self._looks,
            self._tell_error,
            every_s=timing.refresh_s,
            parent=self,
        )
        self._repeat(self._watch)
        self._connect_threads()
        self.refresh()

    @property
    def rows(self) -> Mapping[str, DeskRow]:
        """All of today's, by token."""
        return self._watch.rows

    @property
    def current(self) -> tuple[DeskRow, ...]:
        return self._watch.current

    @property
    def slips(self) -> tuple[OpenSlip, ...]:
        return self._watch.slips

    def refresh(self) -> None:
        self._watch.look()

    def close(self) -> None:
        """Take no more answers; the workers may still be at it."""
        self._watch.stop()
        self._undo_over.stop()
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

    # --- inside ------------------------------------------------------------------------------------------------------

    def _repeat(self, watch: StoreWatch) -> None:
        watch.day_began.connect(self.day_began)
        watch.rows_changed.connect(self.rows_changed)
        watch.current_changed.connect(self.current_changed)
        watch.slips_changed.connect(self.slips_changed)

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
            self._watch.take(DeskRow(token, details, synced=False))
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
        self._watch.watch_room(self.post.room if self.post is not None else None)

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
