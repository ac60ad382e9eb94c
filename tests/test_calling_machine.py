"""Two desks of one store in any order of acts: what is undone is as before, and who is called is who is next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from kiosk.acts import Acts, Done, Post
from kiosk.calling import Calling
from kiosk.checkin import NOTICE_VERSION
from kiosk.desk_work import DeskWork
from kiosk.errors import CalledElsewhereError, DeskError
from kiosk.model.events import OF_FACILITY, Event
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.patient import Patient
from kiosk.model.queue import next_call
from kiosk.model.token import LIVE, Priority, State, Token
from tests.desk_counter import CALLER, SUPERVISOR
from tests.fake_store import FakeTokenStore
from tests.fakes import FakeClock, shuffled_ids
from tests.model.samples import HOSPITAL, NINE, minutes, person

DEPARTMENTS = ("MED", "EYE")
ROOMS = ("4", "12")
IN_ROOM = (State.CALLED, State.SERVING)
ACTS: dict[str, Callable[[Calling, Post, str], Done]] = {
    "recall": Calling.recall,
    "start": Calling.start,
    "complete": Calling.complete,
    "hold": Calling.hold,
    "no_show": Calling.no_show,
    "give_back": Calling.give_back,
    "call": lambda calling, post, token_id: calling.call(post, token_id).done,
    "transfer": lambda calling, post, token_id: calling.transfer(post, token_id, "EYE"),
    "refer": lambda calling, post, token_id: calling.refer(post, token_id, "EYE", "en"),
}


class DeskMachine(RuleBasedStateMachine):
    """The store is the fake one: the contracts hold it to what the real one does."""

    undoable = Bundle("undoable")

    @initialize()
    def open(self) -> None:
        self.clock, self.store = FakeClock(NINE), FakeTokenStore()
        self.acts = Acts(self.store, lambda: HOSPITAL, self.clock, NOTICE_VERSION)
        self.calling, self.work = Calling(self.acts, shuffled_ids(11)), DeskWork(self.acts)
        self.events: list[Event] = []

    # --- what they do ------------------------------------------------------------------------------------------------

    @rule(
        number=st.integers(1, 9), department=st.sampled_from(DEPARTMENTS), priority=st.sampled_from(list(Priority)[:3])
    )
    def register(self, number: int, department: str, priority: Priority) -> None:
        post = self.post("12")
        allowed = SUPERVISOR if priority is Priority.EMERGENCY else None
        issued = self.work.walk_in(post, person(number), department, "en", priority=priority, approved_by=allowed)
        assert issued.token.state in (*LIVE, State.NO_SHOW)

    @rule(department=st.sampled_from(DEPARTMENTS))
    def register_unknown(self, department: str) -> None:
        assert self.work.walk_in(self.post("4"), Patient(), department, "en").created

    @rule(room=st.sampled_from(ROOMS), target=undoable)
    def call_next(self, room: str) -> object:
        tokens = self.tokens()
        called = [token for token in tokens if token.called_at]
        busy = [token.keys for token in tokens if token.state in IN_ROOM]
        expected = next_call(tokens, called, busy, HOSPITAL.calling, HOSPITAL.classes)
        result = self.calling.call_next(self.post(room))
        if result is None:
            assert expected is None
            return multiple()
        assert expected is not None
        assert (result.called.token.token_id, result.called.token.room) == (expected.token_id, room)
        return result.done

    @rule(
        act=st.sampled_from(sorted(ACTS)),
        place=st.integers(0, 30),
        room=st.sampled_from(ROOMS),
        at_once=st.booleans(),
        target=undoable,
    )
    def act(self, act: str, place: int, room: str, at_once: bool) -> object:
        """Something that may not fit, and perhaps was a mistake."""
        tokens = self.tokens()
        if not tokens:
            return multiple()
        token = tokens[place % len(tokens)]
        events = len(self.store.events)
        try:
            done = ACTS[act](self.calling, self.post(room), token.token_id)
        except CalledElsewhereError:
            assert (token.state in IN_ROOM, token.room == room) == (True, False)
        except (IllegalMoveError, DeskError):
            pass
        else:
            if not at_once:
                return done
            self.undo(done)
            return multiple()
        assert len(self.store.events) == events, "a refusal writes nothing"
        return multiple()

    @rule(place=st.integers(0, 30), priority=st.sampled_from(Priority), target=undoable)
    def set_priority(self, place: int, priority: Priority) -> object:
        tokens = self.tokens()
        if not tokens:
            return multiple()
        return self.work.set_priority(self.post("4"), tokens[place % len(tokens)].token_id, priority, SUPERVISOR)

    @rule(done=consumes(undoable))
    def change_of_mind(self, done: Done) -> None:
        self.undo(done)

    def undo(self, done: Done) -> None:
        now = self.acts.token(done.after.token_id)
        try:
            undone = self.acts.undo(self.post("12"), done).after
        except (IllegalMoveError, DeskError):
            is_late = self.clock.monotonic() - done.at_s > 10
            is_overtaken = (now.act_id, now.priority) != (done.after.act_id, done.after.priority)
            was_called = done.referred and self.acts.token(done.referred.token_id).state is not State.WAITING
            assert is_late or is_overtaken or was_called
            return
        if done.after.act_id == done.before.act_id:
            assert undone.priority is done.before.priority
            return
        assert _known_to_all(undone) == _known_to_all(replace(done.before, priority=now.priority))
        if done.referred is not None:
            assert self.acts.token(done.referred.token_id).state is State.CANCELLED

    @rule(seconds=st.sampled_from([1, 4, 60, 8_000]))
    def wait(self, seconds: int) -> None:
        """At most until the evening."""
        if self.clock.now() + timedelta(seconds=seconds) < NINE + timedelta(hours=14):
            self.clock.move(timedelta(seconds=seconds))

    # --- what is always so -------------------------------------------------------------------------------------------

    @invariant()
    def tokens_are_what_their_events_say(self) -> None:
        tokens: dict[str, Token] = {}
        for event in self.store.events:
            if event.kind not in OF_FACILITY:
                tokens[event.token_id] = apply(tokens.get(event.token_id), event)
        slips = {token.token_id: token.slip for token in self.tokens()}
        assert {token.token_id: token for token in self.tokens()} == {
            token_id: replace(token, slip=slips[token_id]) for token_id, token in tokens.items()
        }

    @invariant()
    def every_act_says_who(self) -> None:
        assert all("staff" in event.body for event in self.store.events if event.kind != "patient_identified")

    @invariant()
    def who_is_in_a_room_was_called_to_it(self) -> None:
        for token in self.tokens():
            if token.state in IN_ROOM:
                assert token.room in ROOMS
                assert token.calls >= 1
            if token.state is State.WAITING:
                assert (token.room, token.calls, token.called_at) == ("", 0, None)

    def tokens(self) -> list[Token]:
        return [row.token for row in self.store.tokens(HOSPITAL.service_day(self.clock.now()))]

    def post(self, room: str) -> Post:
        return Post(room, DEPARTMENTS, CALLER)


def _known_to_all(token: Token) -> Token:
    """But for what an undo leaves, and the slip."""
    return replace(token, act_id="", slip="", copies=0, moved_at=NINE + minutes(0))  # type: ignore[arg-type]


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
