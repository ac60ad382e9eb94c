"""One desk's story on the GUI thread: touches in, signals out; store, server and PINs are asked elsewhere meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import structlog
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk.acts import Done, Post
from kiosk.calling import CallResult, LostAct
from kiosk.errors import KioskError, PinError
from kiosk.model.configuration import StaffMember
from kiosk.model.desk import DeskRow, OpenSlip
from kiosk.model.exchange import Parked
from kiosk.model.moves import IllegalMoveError
from kiosk.model.opd import Facility
from kiosk.model.staff import Right, SignedIn
from kiosk.model.token import Token
from kiosk.ports import Clock
from kiosk.ui.desk.errands import BUG, Errands, log_bug
from kiosk.ui.desk.idle import IdleWatch
from kiosk.ui.desk.outcomes import code_of, tokens_in
from kiosk.ui.desk.place import Place, PlaceShelf
from kiosk.ui.desk.staff_work import Calls, DeskShelf, Door, Undoing, Work
from kiosk.ui.desk.watch import StoreWatch

HARMLESS = ("show_details", "reprint", "resolve_slip")
"""After these the act before can still be taken back."""
REFRESH_S = 2.0
UNDO_S = 10.0
IDLE_S = 600.0
SECOND = "SECOND"
"""Told of an act of this desk that another one had overtaken while the network was down."""
FORBIDDEN = "KIND_FORBIDDEN"
"""With which the server parks whatever staff did on a machine that is no desk to it."""
_T = TypeVar("_T")
_log = structlog.get_logger()


@dataclass(frozen=True)
class DeskParts:
    """What a desk works with.

    Attributes:
        staff: whom the sign-in screen offers.
        nudge: wakes sync and spool; returns at once.
        has_server: a call without the server's word is worth telling.
        demonstration_pin: shown on the sign-in screen of the sample facility, else empty.
    """

    calls: Calls
    work: Work
    undoing: Undoing
    door: Door
    store: DeskShelf
    places: PlaceShelf
    facility: Facility
    clock: Clock
    staff: tuple[StaffMember, ...]
    nudge: Callable[[], None] = lambda: None
    has_server: bool = False
    demonstration_pin: str = field(default="", repr=False)


@dataclass(frozen=True)
class Leave:
    """Somebody's word that an act may be done, with the PIN that proves it."""

    staff_id: str
    pin: str = field(repr=False)


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
        acted: name of an act that was done, and what it gave (CallResult, Done, Issued, SlipJob or None).
        act_refused: code of why an act was not done; ``told`` says it to people.
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
    act_refused = Signal(str)
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
        self.place: Place | None = None
        self._kept: Place | None = None  # with the queues of whoever was here before
        self.post: Post | None = None
        self.is_busy = False
        self._touched_s = self.clock.monotonic()
        self._undoable: Done | None = None
        self._acts, self._looks, self._pins = (
            Errands(worker, self) for worker in (workers.acts, workers.looks, workers.pins)
        )
        self._idle = IdleWatch(timing.idle_s, parent=self)
        self._idle.warned.connect(self.idle_warned)
        self._idle.ran_out.connect(self.sign_out)
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
        """All of today's, and those of the days before that were at a desk at the end of theirs, by token."""
        return self._watch.rows

    @property
    def rows_of_today(self) -> list[DeskRow]:
        return [row for row in self._watch.rows.values() if not self.is_over(row.token)]

    def is_over(self, token: Token) -> bool:
        """Whether its service day is: it can be seen to its end, but waits for nobody any more."""
        return self._watch.day is not None and token.service_day < self._watch.day

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
            self._pins.send(partial(self.parts.door.sign_in, staff_id, pin), self._welcome, self._refuse)

    def resume(self, who: SignedIn, place: Place | None) -> None:
        """Go on as before a new configuration was taken up."""
        self._enter(who, place)

    def sign_out(self) -> None:
        if self.who is not None:
            self.who = self.post = None
            self._idle.stop()
            self._withdraw_undo()
            self.signed_out.emit()

    def choose_place(self, room: str, departments: Sequence[str]) -> None:
        """Work here from now on, also after a restart."""
        place = Place(room, tuple(departments))
        self._take_place(place)
        self._looks.send(partial(self.parts.places.keep, place), lambda _none: None, self._tell_error)

    def leave_place(self) -> None:
        """Choose anew."""
        self._take_place(None)

    def may(self, right: Right) -> bool:
        return self.who is not None and self.who.may(right)

    def touch(self) -> None:
        """Somebody is at the desk."""
        self._touched_s = self.clock.monotonic()
        self._idle.touch()

    @property
    def calm_s(self) -> float:
        """For how long nobody has touched the desk; 0 while an act is under way."""
        return 0.0 if self.is_busy else self.clock.monotonic() - self._touched_s

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

    def _do(self, name: str, act: Callable[[Post], object]) -> None:
        if self.post is not None and self._begin():
            if name not in HARMLESS:
                self._withdraw_undo()
            self._acts.send(partial(act, self.post), partial(self._finish, name), self._fail)

    def _do_approved(
        self, name: str, right: Right, leave: Leave | None, act: Callable[[Post, SignedIn | None], object]
    ) -> None:
        """``act`` gets who works here and who allows it, None where the former may do it alone."""
        post = self.post
        if leave is None:
            self._do(name, lambda post: act(post, None))
        elif post is not None and self._begin():

            def allowed(approver: SignedIn) -> None:
                self._acts.send(partial(act, post, approver), partial(self._finish, name), self._fail)

            self._pins.send(partial(self.parts.door.approve, leave.staff_id, leave.pin, right), allowed, self._refuse)

    def _finish(self, name: str, outcome: object) -> None:
        self._set_busy(False)
        self.parts.nudge()
        if name == "call_next" and outcome is None:
            self.told.emit("NOBODY_WAITS", {})
        for token, patient in tokens_in(outcome):
            known = self.rows.get(token.token_id)
            details = patient or (known.patient if known else None)
            self._watch.take(DeskRow(token, details, synced=False))
        self._offer_undo(name, outcome)
        if name == "show_details":
            self.details_shown.emit(outcome)
        self.acted.emit(name, outcome)
        self.refresh()

    def _offer_undo(self, name: str, outcome: object) -> None:
        done = outcome.done if isinstance(outcome, CallResult) else outcome
        if isinstance(done, Done) and done.can_be_undone and name != "undo":
            self._undoable = done
            self._undo_over.start()
            self.undo_offered.emit(done.after.label, self._undo_s)

    def _withdraw_undo(self) -> None:
        self._undo_over.stop()
        if self._undoable is not None:
            self._undoable = None
            self.undo_offered.emit("", 0.0)

    def _fail(self, error: BaseException) -> None:
        self._set_busy(False)
        self._tell_error(error)
        self.act_refused.emit(code_of(error))
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
        if self._kept is not None and (self._kept.room or not who.may(Right.CALL)):
            self._enter(who, self._kept)
        else:
            self._looks.send(self.parts.places.load, partial(self._enter, who), self._tell_error)

    def _enter(self, who: SignedIn, place: Place | None) -> None:
        self.who = who
        self._idle.start()
        self.signed_in.emit(who)
        self._take_place(place)

    def _take_place(self, place: Place | None) -> None:
        """Departments that are no more, or not this person's, are left out; who calls nobody needs no room."""
        self._kept = place
        known = [each.code for each in self.facility.departments if self.who is None or self.who.serves(each.code)]
        if place is None and self.who is not None and not self.may(Right.CALL):
            place = Place("", tuple(known))
        left = tuple(code for code in place.departments if code in known) if place is not None else ()
        self.place = Place(place.room, left) if place is not None and left else None
        self.post = Post(self.place.room, left, self.who) if self.place is not None and self.who is not None else None
        self.post_changed.emit(self.post)
        self._watch.watch_room(self.place.room if self.place is not None else None)

    def _refuse(self, error: BaseException) -> None:
        if isinstance(error, PinError):
            self._set_busy(False)
            self.sign_in_refused.emit(error.code, error.wait_s)
        else:
            self._fail(error)

    def _take_parked(self, parked: Sequence[Parked]) -> None:
        self.send(partial(self.parts.calls.lost_acts, parked), self._tell_lost)
        if any(each.code == FORBIDDEN for each in parked):
            self.told.emit(FORBIDDEN, {})

    def _tell_lost(self, lost: Sequence[LostAct]) -> None:
        for act in lost:
            self.told.emit(SECOND, {"kind": act.kind, "label": act.label, "room": act.room})
        self.refresh()
