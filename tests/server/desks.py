"""Many rooms that call at once from the same queues, and what their calls are held against afterwards."""

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from kiosk.model.desk import CallOrder
from kiosk.model.events import Event, Kind
from kiosk.model.exchange import Push
from kiosk.model.moves import apply
from kiosk.model.patient import PatientKeys
from kiosk.model.queue import USUAL_RULE, CallingRule, Classes, next_call
from kiosk.model.token import Priority, State, Token
from kiosk.server.database import Database
from kiosk.server.rows import event_of
from kiosk.server.tables import event
from kiosk.sync.messages import MAX_COUNT
from tests.sync.chain import DAY, FACILITY, Chain

NAMED, REPEATED = 0.05, 0.1
"""Of a hundred calls, so many are by name; and so many orders are sent again, as when their answer was lost."""
_PRIORITIES = (*Priority, *[Priority.ROUTINE] * 14)


def crowd(seed: int, departments: Sequence[str], each: int) -> Chain:
    """Tokens of all departments in turn; a fifth of the patients may have one of another department too."""
    chance, chain = random.Random(seed), Chain()
    for place in range(each * len(departments)):
        chain.issue(
            place // len(departments) + 1,
            department=departments[place % len(departments)],
            number_key=f"{chance.randrange(place + 1) if chance.random() < 0.2 else place:064}",
            priority=chance.choice(_PRIORITIES),
        )
    return chain


@dataclass
class Hall:
    """What all desks share: the tokens by department, and those that were called already."""

    waiting: Mapping[str, frozenset[str]]
    until_s: float
    called: set[str] = field(default_factory=set)

    def left(self, departments: Iterable[str]) -> list[str]:
        assert time.monotonic() < self.until_s, "somebody waits for ever"
        return sorted(frozenset().union(*(self.waiting[name] for name in departments)) - self.called)


def hall_of(chain: Chain, within_s: float) -> Hall:
    found: dict[str, set[str]] = {}
    for each in chain.events:
        found.setdefault(str(each.body["department"]), set()).add(each.token_id)
    return Hall({name: frozenset(ids) for name, ids in found.items()}, time.monotonic() + within_s)


@dataclass
class Desk:
    """One room. ``ask`` gives the id of the token called, or None; ``push`` brings its own events."""

    room: str
    departments: tuple[str, ...]
    chain: Chain
    ask: Callable[[CallOrder], str | None]
    push: Callable[[Push], object]
    day: date = DAY
    orders: dict[str, CallOrder] = field(default_factory=dict)
    got: dict[str, str] = field(default_factory=dict)
    """Ids of orders -> ids of tokens."""

    def work(self, hall: Hall, seed: int) -> None:
        """Until everybody in its queues was called."""
        chance = random.Random(seed)
        while left := hall.left(self.departments):
            order = self._order(chance.choice(left) if chance.random() < NAMED else None)
            token_id = self.ask(order)
            if token_id is None:
                continue
            hall.called.add(token_id)
            self.got[order.request_id] = token_id
            if chance.random() < REPEATED:
                assert self.ask(order) == token_id
            self._serve(token_id)

    def _order(self, token_id: str | None) -> CallOrder:
        order = CallOrder(str(uuid.uuid4()), FACILITY, self.day, self.departments, self.room, "anita", token_id)
        self.orders[order.request_id] = order
        return order

    def _serve(self, token_id: str) -> None:
        first = len(self.chain.events) + 1
        self.chain.write(Kind.TOKEN_STARTED, token_id)
        self.chain.write(Kind.TOKEN_COMPLETED, token_id)
        self.push(self.chain.push(first, cursor=MAX_COUNT))  # nothing is pulled


def work_together(desks: Sequence[Desk], hall: Hall) -> None:
    """All begin at once. Raises what one raises; the others stop then, as its patient would stay in its room."""
    start, failed = threading.Barrier(len(desks)), list[BaseException]()

    def work(place: int) -> None:
        start.wait()
        try:
            desks[place].work(hall, place)
        except BaseException as error:
            failed.append(error)
            hall.until_s = 0.0

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(desks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def assert_each_called_once_and_fairly(database: Database, desks: Sequence[Desk], hall: Hall) -> None:
    history = _history(database)
    everybody = frozenset().union(*hall.waiting.values())
    calls = {each.event_id: each.token_id for each in history if each.kind == Kind.TOKEN_CALLED}
    assert sorted(calls.values()) == sorted(everybody)
    assert calls == {request_id: token_id for desk in desks for request_id, token_id in desk.got.items()}
    orders = {request_id: order for desk in desks for request_id, order in desk.orders.items()}
    assert _unfair(history, orders, USUAL_RULE, {}) == []


def _history(database: Database) -> list[Event]:
    """Of all stores, in the order in which the server took it."""
    with database.reader.begin() as connection:
        return [event_of(row) for row in connection.execute(select(event).order_by(event.c.revision))]


def _unfair(
    history: Iterable[Event], orders: Mapping[str, CallOrder], rule: CallingRule, classes: Classes
) -> list[tuple[str, str | None]]:
    """The calls of whoever was not next by the pure function, over all tokens as they were just then."""
    queues: dict[str, dict[str, Token]] = {}
    of: dict[str, str] = {}
    found = []
    for each in history:
        if each.kind == Kind.TOKEN_CALLED and orders[each.event_id].token_id is None:
            asked = [token for name in orders[each.event_id].departments for token in queues[name].values()]
            expected = next_call(asked, asked, _busy(queues), rule, classes)
            if expected is None or expected.token_id != each.token_id:
                found.append((each.token_id, expected.token_id if expected else None))
        queue = queues.setdefault(of.setdefault(each.token_id, str(each.body.get("department"))), {})
        queue[each.token_id] = apply(queue.get(each.token_id), each)
    return found


def _busy(queues: Mapping[str, Mapping[str, Token]]) -> list[PatientKeys]:
    rooms = (State.CALLED, State.SERVING)
    return [token.keys for queue in queues.values() for token in queue.values() if token.state in rooms]
