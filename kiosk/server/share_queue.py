"""Answers that ABDM's gateway is still to get: rows of ``share``, tried until it has them or it is no use any more.

Whoever tries an answer first moves its ``next_try_at`` on and commits: so it has the answer to itself for LEASE, and if
it dies somebody else tries after that. The gateway may get one answer twice, never two different ones.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, TextClause, bindparam, select, update

from kiosk.abdm.answers import ShareAnswer
from kiosk.abdm.share import Version
from kiosk.server.database import Database
from kiosk.server.tables import IS_DUE, share

DUE, SENT, GIVEN_UP = STATES = ("due", "sent", "given_up")
LEASE = timedelta(seconds=10)
"""The app waits for 30 seconds in all: enough for one that died, and for one more try."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
PATIENCE = timedelta(minutes=30)
"""After that no app shows the answer any more: this long a token is on the phone's screen."""
TOGETHER = 50
_SETTLED = ("state", "next_try_at", "answered_at", "address", "problem")
_ONE = (share.c.facility_id == bindparam("of_facility"), share.c.request_id == bindparam("of_request"))

_SETTLE = (
    update(share)
    .where(*_ONE, share.c.state == DUE)
    .values({name: bindparam(f"new_{name}", type_=share.c[name].type) for name in _SETTLED})
)


@dataclass(frozen=True)
class DueAnswer:
    """One answer; ``attempts`` counts the try that is going on, and nobody else tries before ``until``."""

    answer: ShareAnswer
    received_at: datetime
    attempts: int
    until: datetime


def due_answer(row: Row[Any]) -> DueAnswer:
    answer = ShareAnswer(
        Version(row.version),
        row.facility_id,
        row.request_id,
        row.counter,
        row.address or "",
        label=row.label,
        reason=row.message,
    )
    return DueAnswer(answer, row.received_at, row.attempts, row.next_try_at)


def claim(database: Database, now: datetime, most: int = TOGETHER) -> list[DueAnswer]:
    """Answers that nobody is trying and whose time has come, the oldest of each facility first."""
    claimed: list[DueAnswer] = []
    with database.reader.begin() as connection:
        waiting = select(share.c.facility_id).where(*_ripe(now)).distinct()
        facility_ids = connection.execute(waiting).scalars().all()
    for facility_id in facility_ids:
        left = most - len(claimed)
        if left > 0:
            claimed += database.write(partial(_claimed, facility_id=facility_id, now=now, most=left))
    return claimed


def _claimed(connection: Connection, facility_id: str, now: datetime, most: int) -> list[DueAnswer]:
    ripe = select(share).where(share.c.facility_id == facility_id, *_ripe(now))
    rows = connection.execute(ripe.order_by(share.c.next_try_at).limit(most).with_for_update(skip_locked=True)).all()
    if rows:
        mine = [{"of_facility": facility_id, "of_request": row.request_id} for row in rows]
        tried = {"next_try_at": now + LEASE, "attempts": share.c.attempts + 1}
        connection.execute(update(share).where(*_ONE).values(tried), mine)
    found = [due_answer(row) for row in rows]
    return [DueAnswer(each.answer, each.received_at, each.attempts + 1, now + LEASE) for each in found]


def _ripe(now: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """Those of a version that only a newer program knows are left to it."""
    return IS_DUE, share.c.next_try_at <= now, share.c.version.in_([each.value for each in Version])


@dataclass(frozen=True)
class Tried:
    """What came of one try. ``state`` is DUE where it is to be tried again, from ``next_try_at`` on."""

    due: DueAnswer
    state: str
    at: datetime
    next_try_at: datetime
    problem: str = ""


def sent(due: DueAnswer, now: datetime) -> Tried:
    """The gateway has it."""
    return Tried(due, SENT, now, due.until)


def refused(due: DueAnswer, code: str, now: datetime) -> Tried:
    """The gateway will never take it. The row stays, to be shown."""
    return Tried(due, GIVEN_UP, now, due.until, code)


def failed(due: DueAnswer, code: str, now: datetime, wait_s: float | None) -> Tried:
    """It may be taken later: after ``wait_s`` if the gateway named it, else after a pause that grows.

    Given up at once where that would be after PATIENCE, whatever the gateway asks for.
    """
    next_try_at = now + timedelta(seconds=max(wait_s or 0.0, pause_s(due.attempts)))
    if next_try_at > due.received_at + PATIENCE:
        return refused(due, code, now)
    return Tried(due, DUE, now, next_try_at, code)


def settle(database: Database, tries: Sequence[Tried]) -> None:
    """Write down what came of them, in one transaction. What is settled already stays so: two may have tried at once.

    Of an answer that is not due any more the address is not needed.
    """
    rows = [_settled(each) for each in tries]
    rows.sort(key=lambda row: (row["of_facility"], row["of_request"]))  # one order of locks, whoever tried them
    database.write(lambda connection: connection.execute(_SETTLE, rows))


def _settled(tried: Tried) -> dict[str, Any]:
    is_due = tried.state == DUE
    return {
        "of_facility": tried.due.answer.hip_id,
        "of_request": tried.due.answer.request_id,
        "new_state": tried.state,
        "new_next_try_at": tried.next_try_at,
        "new_answered_at": None if is_due else tried.at,
        "new_address": tried.due.answer.abha_address if is_due else None,
        "new_problem": tried.problem,
    }


def pause_s(attempts: int) -> float:
    """No two answers that failed together are tried again together."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempts - 1, 10))
    return random.SystemRandom().uniform(longest / 2, longest)
