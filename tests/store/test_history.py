"""Any order of issuing, reprinting, printing, restarting and new days, against a model of a few lines."""

import shutil
import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.errors import QuotaReachedError, ReprintLimitError
from kiosk.model.events import FIRST_HASH, Event, is_chained
from kiosk.model.opd import Department
from kiosk.model.token import SlipState, State, Token
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import doubt_interrupted, order, pulled
from tests.fakes import shuffled_ids
from tests.migrated import lay_store
from tests.model.samples import EYE, HOSPITAL, MEDICINE, NINE, SURGERY, person

PEOPLE = st.integers(0, 5)
DEPARTMENTS = st.sampled_from((MEDICINE, EYE, SURGERY))
OUTCOMES = st.sampled_from((SlipState.PRINTED, SlipState.FAILED, SlipState.IN_DOUBT))
LIMIT = 2
MEMORY = Path("/dev/shm")
"""Where there is such a thing: here nobody cuts the power, and thousands of commits are quicker."""


class History(RuleBasedStateMachine):
    """The model: who has which label today, how many copies of it; all labels ever by day; all events ever read."""

    store: SqliteStore

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="store-history-", dir=MEMORY if MEMORY.is_dir() else None))
        self.now = NINE
        self.mine: dict[tuple[int, str], Token] = {}
        self.copies: dict[str, int] = {}
        self.copies_out: dict[str, int] = defaultdict(int)
        self.issued: dict[tuple[object, str], list[int]] = defaultdict(list)
        self.events: list[Event] = []

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @initialize()
    def open(self) -> None:
        self.store = open_store(lay_store(self.folder), "A", shuffled_ids(), {})

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self.folder, "A", shuffled_ids(len(self.events) + 100), {})

    @rule(who=PEOPLE, department=DEPARTMENTS)
    def issue(self, who: int, department: Department) -> None:
        known = self.mine.get((who, department.code))
        numbers = self.issued[HOSPITAL.service_day(self.now), department.code]
        try:
            issued = self.store.issue(order(person(who), department, self.now))
        except QuotaReachedError:
            assert known is None
            assert len(numbers) == department.quota
            return
        assert issued.created is (known is None)
        if known is not None:
            assert issued.token.label == known.label
            return
        self.mine[who, department.code] = issued.token
        self.copies[issued.token.token_id] = 0
        numbers.append(issued.token.number)

    @precondition(lambda self: self.mine)
    @rule(data=st.data())
    def reprint(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from([self.mine[key] for key in sorted(self.mine)]))
        try:
            job = self.store.reprint(token.token_id, "hi", self.now, LIMIT)
        except ReprintLimitError:
            assert self.copies_out[token.token_id] == LIMIT
            return
        assert self.copies_out[token.token_id] < LIMIT
        self.copies[token.token_id] += 1
        assert job.copy == self.copies[token.token_id]

    @rule(outcome=OUTCOMES)
    def print_what_is_due(self, outcome: SlipState) -> None:
        for job in self.store.due_slips(self.now - timedelta(seconds=60)):
            self.store.slip_moved(job.job_id, SlipState.SENDING, self.now)
            self.store.slip_moved(job.job_id, outcome, self.now)
            self.copies_out[job.token_id] += job.copy > 0 and outcome is not SlipState.FAILED
            token = self.store.token(job.token_id)
            assert token is not None
            assert token.slip is outcome

    @rule()
    def crash_while_printing(self) -> None:
        due = self.store.due_slips(self.now - timedelta(seconds=60))
        for job in due:
            self.store.slip_moved(job.job_id, SlipState.SENDING, self.now)
            self.copies_out[job.token_id] += job.copy > 0
        self.restart()
        assert doubt_interrupted(self.store, self.now) == len(due)

    @rule(seconds=st.integers(-200, 3600))
    def let_time_pass(self, seconds: int) -> None:
        """Or go back a little; never so far that the clock is not believed, nor into another day."""
        known, _ = self.store.known_times()
        moved = max(self.now + timedelta(seconds=seconds), (known or NINE) - timedelta(seconds=200))
        if HOSPITAL.service_day(moved) == HOSPITAL.service_day(self.now):
            self.now = moved

    @rule()
    def next_day(self) -> None:
        """Never a week after the last sign of life, for then somebody has to vouch for the clock."""
        newest = max(filter(None, self.store.known_times()), default=self.now)
        if self.now - newest < timedelta(days=5):
            self.now += timedelta(days=1)
            self.mine.clear()

    @precondition(lambda self: self.events)
    @rule(data=st.data())
    def server_acknowledges(self, data: st.DataObject) -> None:
        """Forwards as a rule, backwards after the server was restored from a backup."""
        acked = data.draw(st.integers(0, len(self.events)))
        self.store.synced(pulled(acked=acked, cursor=acked, server_time=self.now), self.now)
        assert self.store.unsynced() == len(self.events) - acked

    @invariant()
    def numbers_have_no_gaps_and_none_is_lost(self) -> None:
        for (day, department), numbers in self.issued.items():
            assert numbers == list(range(1, len(numbers) + 1)), (day, department)
        today = HOSPITAL.service_day(self.now)
        rows = self.store.tokens(today) if hasattr(self, "store") else []
        expected = sum(len(numbers) for (day, _), numbers in self.issued.items() if day == today)
        assert len(rows) == expected
        assert all(row.token.state is State.WAITING for row in rows)
        assert [row.token.issued_at for row in rows] == sorted({row.token.issued_at for row in rows})

    @invariant()
    def events_are_one_chain_that_only_grows(self) -> None:
        if not hasattr(self, "store"):
            return
        unsent = self.store.next_push(10_000).events
        held = len(self.events)
        first = unsent[0].seq if unsent else held + 1
        assert list(unsent[: held - first + 1]) == self.events[first - 1 :]
        self.events += unsent[held - first + 1 :]
        before = self.events[held - 1].hash if held else FIRST_HASH
        for place, event in enumerate(self.events[held:], held + 1):
            assert event.seq == place
            assert is_chained(event, before)
            before = event.hash
        assert self.store.unsynced() == len(unsent)


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=25, stateful_step_count=30)
