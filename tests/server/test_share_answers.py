"""The threads that bring answers to the gateway: each once, whatever comes of it is noted, and nothing ends them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select

from kiosk.abdm.answers import ShareAnswer
from kiosk.errors import GatewayError
from kiosk.server.database import Database, open_database
from kiosk.server.share_answers import CROWD, SENDERS, Answers
from kiosk.server.share_queue import LEASE
from kiosk.server.shares import receive
from kiosk.server.tables import share
from tests.migrated import lay_server
from tests.server.shared import NOW, host, profile

ENOUGH_S = 60.0


@pytest.fixture
def one_file(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{lay_server(tmp_path / 'server.db')}")) as opened:
        host(opened)
        yield opened


@contextmanager
def sending(
    database: Database, send: Callable[[ShareAnswer], object], now: Callable[[], datetime] = lambda: NOW
) -> Iterator[Answers]:
    answers = Answers(database, send, now, poll_s=0.01)
    answers.start()
    try:
        yield answers
    finally:
        answers.end()
        assert answers.join(ENOUGH_S)


def states(database: Database) -> dict[str, tuple[str, str]]:
    with database.reader.begin() as connection:
        rows = connection.execute(select(share.c.request_id, share.c.state, share.c.problem))
        return {row.request_id: (row.state, row.problem) for row in rows}


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + ENOUGH_S
    while not is_so():
        assert time.monotonic() < until
        threading.Event().wait(0.01)


def test_what_comes_of_many_tries_is_noted_together(one_file: Database) -> None:
    """While the first is written down the others wait; they are one transaction then, and each is sent once."""
    dues = [receive(one_file, profile(f"p{nth}"), NOW).due for nth in range(6)]
    sent: list[str] = []
    commits: list[object] = []
    first_is_written, may_go_on = threading.Event(), threading.Event()

    def hold(connection: object) -> None:
        commits.append(connection)
        if len(commits) == 1:
            first_is_written.set()
            assert may_go_on.wait(ENOUGH_S)

    event.listen(one_file.writer, "commit", hold)
    with sending(one_file, lambda answer: sent.append(answer.request_id)) as answers:
        answers.post(dues[0])
        assert first_is_written.wait(ENOUGH_S)
        for due in dues[1:]:
            answers.post(due)
        wait_until(lambda: len(answers.unsettled) == 5)
        may_go_on.set()
        wait_until(lambda: set(states(one_file).values()) == {("sent", "")})
    assert sorted(sent) == sorted(due.answer.request_id for due in dues)
    assert len(commits) == 2


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (GatewayError("busy", code="GATEWAY_BUSY", transient=True), ("due", "GATEWAY_BUSY")),
        (GatewayError("no", code="ABDM-1006"), ("given_up", "ABDM-1006")),
        (ZeroDivisionError(), ("given_up", "SERVER_BUG")),
    ],
)
def test_what_fails_is_noted_and_the_next_one_sent(
    one_file: Database, error: Exception, state: tuple[str, str]
) -> None:
    bad, good = (receive(one_file, profile(who), NOW).due for who in ("bad", "good"))

    def send(answer: ShareAnswer) -> None:
        if answer.request_id == bad.answer.request_id:
            raise error

    wanted = {bad.answer.request_id: state, good.answer.request_id: ("sent", "")}
    with sending(one_file, send) as answers:
        answers.post(bad)
        answers.post(good)
        wait_until(lambda: states(one_file) == wanted)


def test_more_than_can_be_sent_are_a_crowd(one_file: Database) -> None:
    due = receive(one_file, profile(), NOW).due
    may_go_on = threading.Event()
    with sending(one_file, lambda _: may_go_on.wait(ENOUGH_S)) as answers:
        assert not answers.is_crowded
        for _ in range(CROWD + 2 * SENDERS):
            answers.post(due)
        assert answers.is_crowded
        may_go_on.set()
        wait_until(lambda: not answers.is_crowded)


def test_a_bug_does_not_end_the_looking(one_file: Database) -> None:
    receive(one_file, profile(), NOW - 2 * LEASE)
    looked: list[None] = []

    def now() -> datetime:
        looked.append(None)
        if len(looked) == 1:
            raise ZeroDivisionError
        return NOW

    with sending(one_file, lambda _: None, now):
        wait_until(lambda: set(states(one_file).values()) == {("sent", "")})


def test_what_waited_for_too_long_is_left_to_whoever_claims_it(one_file: Database) -> None:
    late, due = (receive(one_file, profile(who), at).due for who, at in (("late", NOW - 2 * LEASE), ("due", NOW)))
    sent: list[str] = []
    with sending(one_file, lambda answer: sent.append(answer.request_id)) as answers:
        answers.post(late)
        answers.post(due)
        wait_until(lambda: set(states(one_file).values()) == {("sent", "")})
    assert sorted(sent) == sorted([late.answer.request_id, due.answer.request_id]), "each once"
