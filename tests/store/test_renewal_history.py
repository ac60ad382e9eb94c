"""Any history of issuing, talking, copying, restoring and forking, against a server that only keeps what it got.

The promise: every event ever committed is at the server in the end, once, but for those that were written after the
copy was made and had not been sent when it was put back; no label is given twice; every history is one chain.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.errors import StoreError, StoreForkError
from kiosk.model.events import FIRST_HASH, Event, Kind, is_chained
from kiosk.model.exchange import Enrolment, Pull, Push, StoreClaim, StoreGrant
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.token import SlipState, Token
from kiosk.store import renewal
from kiosk.store.backup import back_up
from kiosk.store.restoring import restore
from kiosk.store.rows import event_of
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import issue
from tests.fakes import shuffled_ids
from tests.migrated import lay_store
from tests.model.samples import NINE, person

MEMORY = Path("/dev/shm")
SERIES = [f"{first}{second}" for first in "ABCDEFGH" for second in "ABCDEFGHJKLMNPQRSTUVWXYZ"]
KEY = bytes(32)


class Ledgers:
    """A server's memory: each store's events in one chain, each event once; who left a store is not heard again."""

    def __init__(self) -> None:
        self.log: list[Event] = []
        self.left: set[str] = set()
        self.grants: dict[str, tuple[str, str]] = {}
        self.series: Iterator[str] = iter(SERIES)

    def held(self, store_id: str) -> list[Event]:
        return [event for event in self.log if event.store_id == store_id]

    def register(self, claim: StoreClaim) -> StoreGrant:
        known = {event.event_id for event in self.log}
        if claim.store_id not in self.grants:
            self.left.add(claim.former_store_id)
            self.grants[claim.store_id] = (claim.series or next(self.series), next(self.series))
        return StoreGrant(*self.grants[claim.store_id], frozenset(known & set(claim.orphans)))

    def take(self, push: Push) -> int:
        if push.store_id in self.left:
            raise StoreForkError("left")
        for event in push.events:
            held = self.held(push.store_id)
            if event.seq <= len(held):
                if held[event.seq - 1].hash != event.hash:
                    raise StoreForkError("another history")
                continue
            assert event.seq == len(held) + 1, "a gap"
            if not is_chained(event, held[-1].hash if held else FIRST_HASH):
                raise StoreForkError("another past")
            assert event.event_id not in {each.event_id for each in self.log}, "an event exists twice"
            self.log.append(event)
        return len(self.held(push.store_id))

    def answer(self, push: Push, acked: int, want: int) -> Pull:
        others = [
            (place, e) for place, e in enumerate(self.log, 1) if place > push.cursor and e.store_id != push.store_id
        ]
        given, more = others[:want], len(others) > want
        cursor = given[-1][0] if more else len(self.log)
        tokens = tuple(self.tokens().values())
        return Pull(acked, (), tuple(event for _, event in given), (), cursor, more, NINE, tokens=tokens)

    def tokens(self) -> dict[str, Token]:
        """What the events make, in the order in which they came; what does not fit is parked for ever."""
        tokens: dict[str, Token] = {}
        for event in self.log:
            with suppress(IllegalMoveError):
                tokens[event.token_id] = apply(tokens.get(event.token_id), event)
        return tokens


class Renewals(RuleBasedStateMachine):
    """One station and its copies. ``written`` is every event that was ever committed and is not lost by nature."""

    store: SqliteStore

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="renewals-", dir=MEMORY if MEMORY.is_dir() else None))
        self.server = Ledgers()
        self.now = NINE
        self.people = count(1)
        self.new_id = shuffled_ids()
        self.copies: list[tuple[Path, set[str]]] = []
        self.written: dict[str, str] = {}
        self.labels: list[str] = []
        self.limit = renewal.MAX_ORPHANS
        renewal.MAX_ORPHANS = 3

    def teardown(self) -> None:
        renewal.MAX_ORPHANS = self.limit
        try:
            if hasattr(self, "store"):
                self.everything_arrives()
                self.store.close()
        finally:
            shutil.rmtree(self.folder)

    @initialize()
    def enrol(self) -> None:
        lay_store(self.folder / "data")
        self.store = self.opened()
        self.store.enrol(
            Enrolment("IN0000000000", "OPD-1", "kiosk", "k", "u", "u"), next(self.server.series), KEY, NINE
        )
        self.server.grants[self.store.store_id] = ("AA", next(self.server.series))
        self.server.register(StoreClaim(self.store.store_id, "none", "AA", ()))

    def opened(self) -> SqliteStore:
        return open_store(self.folder / "data", None, self.new_id, {})

    # --- what a station does -----------------------------------------------------------------------------------------

    @rule()
    def somebody_checks_in(self) -> None:
        self.now += timedelta(seconds=1)
        try:
            token = issue(self.store, person(next(self.people)), now=self.now)
        except StoreError:
            assert self.store.series is None
            return
        assert token.label not in self.labels
        self.labels.append(token.label)

    @rule()
    def slips_come_out(self) -> None:
        for job in self.store.due_slips(NINE):
            self.store.slip_moved(job.job_id, SlipState.SENDING, self.now)
            self.store.slip_moved(job.job_id, SlipState.PRINTED, self.now)

    @rule(place=st.integers(0, 30), kind=st.sampled_from((Kind.TOKEN_CALLED, Kind.TOKEN_RETURNED)))
    def somebody_acts(self, place: int, kind: Kind) -> None:
        rows = self.store.tokens(NINE.date())
        if rows:
            try:
                self.store.act(kind, rows[place % len(rows)].token.token_id, self.now, {})
            except IllegalMoveError:
                return

    @rule(answered=st.booleans(), events=st.integers(0, 6), want=st.integers(1, 8))
    def one_round_trip(self, answered: bool, events: int, want: int) -> None:
        claim = self.store.claim()
        if claim is not None:
            grant = self.server.register(claim)
            if answered:
                self.store.granted(grant, self.now)
            return
        push = self.store.next_push(events)
        acked = self.server.take(push)
        if answered:
            self.store.synced(self.server.answer(push, acked, want), self.now)

    @rule()
    def the_server_calls_it_a_fork(self) -> None:
        if self.store.claim() is None:
            self.store.note_fork(self.now)
            self.store.begin_anew(self.now)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = self.opened()

    # --- copies ------------------------------------------------------------------------------------------------------

    @rule()
    def copy(self) -> None:
        self.note_written()
        self.copies.append((back_up(self.store, self.folder / "backups", self.now), set(self.written)))
        self.copies = [(path, held) for path, held in self.copies if path.exists()]

    @precondition(lambda self: self.copies)
    @rule(place=st.integers(0, 7))
    def put_back(self, place: int) -> None:
        self.note_written()
        path, held = self.copies[place % len(self.copies)]
        self.store.close()
        restore(self.folder / "data", path, self.folder / "backups", {}, self.new_id, self.now)
        self.store = self.opened()
        at_server = {event.event_id for event in self.server.log}
        self.written = {event_id: kind for event_id, kind in self.written.items() if event_id in held | at_server}

    @precondition(lambda self: self.store.claim() is None)
    @rule(people=st.integers(1, 4))
    def copy_and_put_back_what_was_sent_since(self, people: int) -> None:
        """So that the copy has events which it takes for unsent, and the server holds."""
        for _ in range(people):
            self.somebody_checks_in()
        self.copy()
        self.one_round_trip(answered=people % 2 == 0, events=people, want=8)
        self.put_back(len(self.copies) - 1)

    def note_written(self) -> None:
        with self.store._reader.begin() as connection:
            rows = connection.exec_driver_sql("SELECT event_id, kind FROM event")
            self.written |= {row.event_id: row.kind for row in rows}

    # --- what must be so ---------------------------------------------------------------------------------------------

    @invariant()
    def own_events_are_one_chain(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store._reader.begin() as connection:
            own = "SELECT * FROM event WHERE store_id = (SELECT store_id FROM meta) ORDER BY seq"
            events = [event_of(row) for row in connection.exec_driver_sql(own)]
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        hashes = [FIRST_HASH, *(event.hash for event in events)]
        assert all(is_chained(event, before) for event, before in zip(events, hashes, strict=False))

    def everything_arrives(self) -> None:
        """At rest the server has each event once, and the station has the server's tokens."""
        self.slips_come_out()
        self.note_written()
        for _ in range(300):
            self.one_round_trip(True, 50, 50)
            if self.store.claim() is None and self.store.unsynced() == 0 and self.is_level():
                break
        ids = [event.event_id for event in self.server.log]
        assert len(ids) == len(set(ids))
        assert set(ids) == set(self.written)
        self.note_written()
        assert set(ids) == set(self.written), "and the station has them all"
        rows = self.store.tokens(NINE.date())
        assert all(row.synced for row in rows)
        assert {row.token.token_id: row.token for row in rows} == self.server.tokens()

    def is_level(self) -> bool:
        return self.store.next_push(0).cursor == len(self.server.log)


TestRenewals = Renewals.TestCase
TestRenewals.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
