"""A desk for tests of its stories: a real store, a clock, who works there, and a server that says what it is told."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from kiosk.acts import Acts, Post
from kiosk.calling import Calling
from kiosk.checkin import NOTICE_VERSION
from kiosk.desk_work import DeskWork
from kiosk.model.desk import Called, CallOrder
from kiosk.model.events import Event
from kiosk.model.opd import Facility
from kiosk.model.staff import SignedIn
from kiosk.model.token import Priority, State, Token
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import order, pulled
from tests.fakes import FakeClock, shuffled_ids
from tests.migrated import lay_store
from tests.model.samples import HOSPITAL, MEDICINE, NINE, minutes, person


def staff(role: str, staff_id: str = "N1") -> SignedIn:
    return SignedIn(staff_id, "Somebody", role, (), NINE)


CALLER, SUPERVISOR = staff("caller"), staff("supervisor", "S1")
POST = Post("12", ("MED",), CALLER)
BOSS = replace(POST, staff=SUPERVISOR)
REGISTRAR = replace(POST, staff=staff("registrar", "R1"))
NEXT_DOOR = Post("4", ("MED",), staff("caller", "N2"))


@dataclass
class FakeCallServer:
    """Answers as told, the last answer for ever."""

    says: list[Called | Exception | None] = field(default_factory=list)
    heard: list[CallOrder] = field(default_factory=list)

    def call(self, order: CallOrder) -> Called | None:
        self.heard.append(order)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        return said


@dataclass
class Counter:
    """One desk: its store, its clock, and its stories."""

    store: SqliteStore
    clock: FakeClock
    facility: Facility = HOSPITAL

    @property
    def acts(self) -> Acts:
        return Acts(self.store, lambda: self.facility, self.clock, NOTICE_VERSION)

    @property
    def calling(self) -> Calling:
        return Calling(self.acts, shuffled_ids(3))

    @property
    def work(self) -> DeskWork:
        return DeskWork(self.acts)

    def through(self, server: FakeCallServer, push: list[int] | None = None) -> Calling:
        def pushed() -> None:
            if push is not None:
                push.append(self.store.unsynced())
            self.store.synced(pulled(acked=self.last().seq, server_time=self.clock.now()), self.clock.now())

        return replace(self.calling, server=server, push=pushed)

    def wait(self, number: int, priority: Priority = Priority.ROUTINE, source: str = "kiosk") -> Token:
        """One more patient, a minute after the last."""
        self.clock.move(minutes(1))
        wish = replace(order(person(number), MEDICINE, self.clock.now()), priority=priority, source=source)
        return self.store.issue(wish).token

    def last(self) -> Event:
        return self.store.next_push(500).events[-1]

    def state(self, token: Token) -> State:
        return self.acts.token(token.token_id).state


@contextmanager
def counter(folder: Path) -> Iterator[Counter]:
    """A desk in ``folder`` at nine."""
    with closing(open_store(lay_store(folder), "A", shuffled_ids(), {})) as store:
        yield Counter(store, FakeClock(NINE))


def called(desk: Counter, post: Post = POST) -> Token:
    result = desk.calling.call_next(post)
    assert result is not None
    return result.called.token
