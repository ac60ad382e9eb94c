"""When an answer is given up, and which answers are another program's."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from kiosk.abdm.answers import answer_to
from kiosk.server.database import Database
from kiosk.server.share_queue import DUE, GIVEN_UP, LEASE, PATIENCE, DueAnswer, claim, failed
from kiosk.server.shares import receive
from kiosk.server.tables import share
from tests.server.shared import NOW, host, profile

WAIT_S = 600.0


@pytest.mark.parametrize(
    ("left", "state"), [(timedelta(seconds=WAIT_S), DUE), (timedelta(seconds=WAIT_S - 1), GIVEN_UP)]
)
def test_no_wait_that_the_gateway_asks_for_goes_beyond_our_patience(left: timedelta, state: str) -> None:
    due = DueAnswer(answer_to(profile(), label="MS-001"), NOW, 1, NOW + LEASE)
    tried = failed(due, "ABDM-1022", NOW + PATIENCE - left, WAIT_S)
    assert (tried.state, tried.problem) == (state, "ABDM-1022")


def test_an_answer_of_a_newer_program_keeps_no_other_from_being_sent(database: Database) -> None:
    host(database)
    newer, ours = (receive(database, profile(who), NOW).due.answer.request_id for who in ("newer", "ours"))
    database.write(lambda c: c.execute(update(share).where(share.c.request_id == newer).values(version="v9")))
    assert [each.answer.request_id for each in claim(database, NOW + LEASE)] == [ours]
