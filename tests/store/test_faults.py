"""Faults on purpose: at commit, on a full disk, by a bug of ours. Nothing is half-written, no error tells a detail."""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from kiosk.errors import QuotaReachedError, StoreError, StoreFullError
from kiosk.model.events import Kind
from kiosk.model.token import SlipState, Token
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import events_of, issue, only_job, order, pulled
from tests.contracts.calling import call, called_by_server
from tests.fakes import shuffled_ids
from tests.migrated import lay_store
from tests.model.samples import ASHA, EYE, HOSPITAL, MONDAY, NINE, NUMBER, RAVI, SURGERY, minutes, person

TOMORROW = NINE + timedelta(days=1)


class PowerCutError(Exception):
    """Stands for the end of the world in the middle of a transaction."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(lay_store(tmp_path), "A", shuffled_ids(), {})
    yield store
    store.close()


def everything(store: SqliteStore) -> object:
    """All that the store says of itself."""
    days = [row for day in (MONDAY, HOSPITAL.service_day(TOMORROW)) for row in store.tokens(day)]
    synced = (store.last_synced_at(), store.next_push(1).cursor)
    return (days, events_of(store), store.due_slips(NINE), store.known_times(), synced)


def accept_clock(store: SqliteStore, now: datetime) -> None:
    store.declare(Kind.CLOCK_ACCEPTED, HOSPITAL, now, {"staff": "s1"})


def only_token(store: SqliteStore) -> Token:
    (row,) = store.tokens(MONDAY)
    return row.token


ACTS: dict[str, Callable[[SqliteStore], object]] = {
    "issue": lambda store: issue(store, RAVI),
    "first of the next day": lambda store: issue(store, RAVI, now=TOMORROW),
    "reprint": lambda store: store.reprint(store.tokens(MONDAY)[0].token.token_id, "hi", NINE, 3),
    "slip printed": lambda store: store.slip_moved(store.due_slips(NINE)[0].job_id, SlipState.PRINTED, NINE),
    "slip sending": lambda store: store.slip_moved(store.due_slips(NINE)[0].job_id, SlipState.SENDING, NINE),
    "synced": lambda store: store.synced(pulled(acked=0, cursor=3), NINE),
    "call": call,
    "the server's call": lambda store: store.take_called(called_by_server(only_token(store), NINE), NINE),
    "referral": lambda store: store.refer(only_token(store).token_id, order(department=EYE, now=NINE + minutes(2)), {}),
    "department closed": lambda store: store.declare(Kind.OPENING_CHANGED, HOSPITAL, NINE, {"department": "MED"}),
    "clock accepted": lambda store: accept_clock(store, NINE + minutes(1)),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_fault_at_commit_leaves_all_as_it_was_and_the_act_can_be_done_again(store: SqliteStore, act: str) -> None:
    token = issue(store, ASHA)
    if act == "referral":
        store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(1), {"room": "12"})
    before = everything(store)

    def cut(_connection: object) -> None:
        raise PowerCutError

    event.listen(store._writer, "commit", cut)
    with pytest.raises(PowerCutError):
        ACTS[act](store)
    event.remove(store._writer, "commit", cut)
    assert everything(store) == before
    ACTS[act](store)
    assert everything(store) != before
    seqs = [each.seq for each in events_of(store)]
    assert seqs == list(range(1, len(seqs) + 1))


def issued_until_full(store: SqliteStore) -> int:
    for place in range(1, 500):
        try:
            issue(store, person(place))
        except StoreFullError:
            return place - 1
    raise AssertionError("the disk never got full")


def test_a_full_disk_stops_issuing_and_loses_nothing(store: SqliteStore) -> None:
    issue(store, ASHA)
    with store._writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        connection.rollback()
    issued = 1 + issued_until_full(store)
    assert [row.token.number for row in store.tokens(MONDAY)] == list(range(1, issued + 1))
    assert len(events_of(store)) == len(store.due_slips(NINE)) == issued
    with store._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        connection.rollback()
    assert issue(store, person(issued)).number == issued + 1
    assert store.damage() == ""


def test_a_refusal_at_roll_over_undoes_the_lapses_too(store: SqliteStore) -> None:
    issue(store, ASHA)
    before = everything(store)
    with pytest.raises(QuotaReachedError):
        issue(store, RAVI, replace(SURGERY, quota=0), TOMORROW)
    assert everything(store) == before


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        (
            "CREATE TRIGGER fault BEFORE INSERT ON patient BEGIN SELECT RAISE(ABORT, 'on purpose'); END",
            IntegrityError,
            "on purpose",
        ),
        ("DROP TABLE patient", StoreError, "no such table"),
    ],
)
def test_no_error_carries_a_personal_detail(store: SqliteStore, fault: str, error: type[Exception], said: str) -> None:
    with store._writer.begin() as connection:
        connection.exec_driver_sql(fault)
    with pytest.raises(error) as caught:
        issue(store, ASHA)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert said in told
    assert not [detail for detail in ("Asha", "Devi", "asha.devi", NUMBER, "9000000000", "1984") if detail in told]
    assert store.tokens(MONDAY) == []


def test_a_locked_store_says_that_it_is_busy(store: SqliteStore, tmp_path: Path) -> None:
    other = open_store(tmp_path, "A", shuffled_ids(2), {})
    with other._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
        connection.rollback()
    with store._writer.begin(), pytest.raises(StoreError) as caught:
        issue(other)
    assert caught.value.code == "STORE_BUSY"
    assert issue(other).number == 1
    other.close()


def test_reading_goes_on_while_another_process_writes(store: SqliteStore, tmp_path: Path) -> None:
    other = open_store(tmp_path, "A", shuffled_ids(2), {})
    job = only_job(store.issue(order()))
    with store._writer.begin():
        assert other.patient_of(job.token_id) == ASHA
        assert len(other.tokens(MONDAY)) == 1
    other.close()


def test_a_supervisor_may_accept_a_clock_set_back(store: SqliteStore) -> None:
    assert issue(store, ASHA, now=TOMORROW).number == 1
    with pytest.raises(StoreError):
        issue(store, RAVI, now=NINE)
    accept_clock(store, NINE)
    assert issue(store, RAVI, now=NINE).service_day == MONDAY
    assert issue(store, RAVI, now=TOMORROW).number == 2


def test_what_waited_lapses_after_an_accepted_clock_too(store: SqliteStore) -> None:
    token = issue(store, ASHA)
    month_later = NINE + timedelta(days=30)
    accept_clock(store, month_later)
    assert issue(store, RAVI, now=month_later).number == 1
    lapsed = store.token(token.token_id)
    assert lapsed is not None
    assert lapsed.state == "lapsed"


def test_proving_the_store_usable_writes_and_changes_nothing(store: SqliteStore) -> None:
    issue(store, ASHA)
    before = everything(store)
    store.prove_usable(NINE + minutes(1))
    assert everything(store) == before
    with pytest.raises(StoreError):
        store.prove_usable(NINE - minutes(60))
