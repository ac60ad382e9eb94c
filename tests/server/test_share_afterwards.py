"""What becomes of a share afterwards: its answer's way out, its place in the queue, and what is held of its holder."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kiosk.model.events import Kind
from kiosk.server.database import Database
from kiosk.server.finding import Asked
from kiosk.server.lapsing import BATCH, lapse_phones
from kiosk.server.retention import purge
from kiosk.server.rights import erase, export
from kiosk.server.share_queue import DUE, GIVEN_UP, LEASE, PATIENCE, SENT, claim, failed, refused, sent, settle
from kiosk.server.shares import ISSUED, receive
from kiosk.server.tables import event, share
from tests.server.shared import NOW, host, profile, row_of, tokens, write
from tests.server.test_concurrency import at_once
from tests.sync.chain import DAY, FACILITY

# --- the queue of answers ---------------------------------------------------------------------------------------------


def test_who_receives_has_the_answer_to_itself_for_a_while(database: Database) -> None:
    host(database)
    shared = profile(address="Asha@sbx")
    receive(database, shared, NOW)
    assert claim(database, NOW + LEASE / 2) == []
    (due,) = claim(database, NOW + LEASE)
    assert (due.answer.label, due.answer.abha_address, due.attempts) == ("MS-001", "Asha@sbx", 2)
    assert claim(database, NOW + LEASE) == []


def test_what_was_sent_is_not_due_any_more(database: Database) -> None:
    host(database)
    due = receive(database, profile(), NOW).due
    settle(database, [sent(due, NOW)])
    settle(database, [refused(due, "ABDM-1006", NOW)])  # another try of the same, which came too late
    row = row_of(database, due.answer.request_id)
    assert (row.state, row.answered_at, row.address, row.label) == (SENT, NOW, None, "MS-001")
    assert claim(database, NOW + timedelta(days=1)) == []


def test_what_failed_is_tried_again_after_a_growing_pause(database: Database) -> None:
    host(database)
    due = receive(database, profile(), NOW).due
    settle(database, [failed(due, "GATEWAY_BUSY", NOW, None)])
    row = row_of(database, due.answer.request_id)
    assert (row.state, row.problem) == (DUE, "GATEWAY_BUSY")
    assert timedelta(0) < row.next_try_at - NOW <= timedelta(seconds=1)
    (again,) = claim(database, NOW + timedelta(seconds=1))
    settle(database, [failed(again, "ABDM-1022", NOW, 7.0)])
    assert row_of(database, due.answer.request_id).next_try_at == NOW + timedelta(seconds=7)
    settle(database, [failed(again, "GATEWAY_BUSY", NOW + PATIENCE + LEASE, None)])
    row = row_of(database, due.answer.request_id)
    assert (row.state, row.problem, row.address) == (GIVEN_UP, "GATEWAY_BUSY", None)


def test_two_who_look_at_once_get_different_answers(database: Database) -> None:
    host(database)
    for nth in range(20):
        receive(database, profile(f"p{nth}"), NOW)
    got: list[str] = []

    def look() -> None:
        while found := claim(database, NOW + LEASE, 3):
            got.extend(each.answer.request_id for each in found)

    at_once(look, look, look)
    assert len(got) == len(set(got)) == 20


# --- places are given up ----------------------------------------------------------------------------------------------


def test_who_does_not_come_loses_the_place(database: Database) -> None:
    host(database)
    for nth in range(BATCH + 2):
        receive(database, profile(f"p{nth}"), NOW)
    came = tokens(database)[0].token_id
    write(database, Kind.TOKEN_ARRIVED, came)
    assert lapse_phones(database, NOW + timedelta(minutes=59)) == {}
    moved = lapse_phones(database, NOW + timedelta(minutes=61))
    assert list(moved) == [FACILITY]
    assert {each.token_id for each in tokens(database) if each.state == "waiting"} == {came}
    assert {each.state for each in tokens(database)} == {"waiting", "lapsed"}
    assert lapse_phones(database, NOW + timedelta(minutes=61)) == {}
    assert receive(database, profile("p1"), NOW + timedelta(minutes=62)).outcome == ISSUED


def test_what_is_left_of_a_phones_day_lapses_with_it(database: Database) -> None:
    """As a kiosk's own: who was called by then may be with the doctor still, so those lapse a day later."""
    host(database)
    for nth in range(5):
        receive(database, profile(f"p{nth}", counter="DESK1"), NOW)
    _, called, serving, gone, _ = (each.token_id for each in tokens(database))
    for token_id in (called, serving, gone):
        write(database, Kind.TOKEN_CALLED, token_id)
    write(database, Kind.TOKEN_STARTED, serving)
    write(database, Kind.TOKEN_COMPLETED, gone)

    def states() -> list[str]:
        return [each.state for each in tokens(database)]

    assert lapse_phones(database, NOW + timedelta(hours=14)) == {}, "20:30 of the same day"
    assert lapse_phones(database, NOW + timedelta(hours=15)) != {}
    assert states() == ["lapsed", "called", "serving", "completed", "lapsed"]
    assert lapse_phones(database, NOW + timedelta(hours=30)) == {}
    assert lapse_phones(database, NOW + timedelta(hours=39)) != {}
    assert states() == ["lapsed", "lapsed", "lapsed", "completed", "lapsed"]
    with database.reader.begin() as connection:
        days = connection.execute(select(event.c.service_day).filter_by(kind=Kind.TOKEN_LAPSED.value)).scalars()
    assert set(days) == {DAY}


def test_two_workers_give_each_place_up_once(database: Database) -> None:
    host(database)
    for nth in range(BATCH + 5):
        receive(database, profile(f"p{nth}"), NOW)
    late = NOW + timedelta(minutes=61)
    at_once(*[lambda: lapse_phones(database, late)] * 3)
    with database.reader.begin() as connection:
        lapsed = connection.execute(select(event.c.token_id).filter_by(kind=Kind.TOKEN_LAPSED.value)).scalars().all()
    assert len(lapsed) == len(set(lapsed)) == BATCH + 5


# --- what is held of a person -----------------------------------------------------------------------------------------


def test_who_is_erased_is_erased_here_too(database: Database) -> None:
    host(database)
    receipt = receive(database, profile(), NOW)
    (issued,) = tokens(database)
    told: Any = export(database, FACILITY, Asked(token_id=issued.token_id), NOW, "asked for it")
    assert [each["address"] for each in told["tokens"][0]["shares"]] == ["asha@sbx"]
    erase(database, FACILITY, Asked(token_id=issued.token_id), NOW, "asked for it")
    row = row_of(database, receipt.due.answer.request_id)
    assert (row.address, row.address_digest, row.state, row.label) == (None, "", GIVEN_UP, "MS-001")
    assert claim(database, NOW + timedelta(days=1)) == []


def test_shares_are_kept_for_a_month(database: Database) -> None:
    host(database)
    shared = profile()
    receive(database, shared, NOW)
    purge(database, NOW + timedelta(days=29), 365)
    assert row_of(database, shared.request_id)
    purge(database, NOW + timedelta(days=31), 365)
    with database.reader.begin() as connection:
        assert connection.execute(select(share)).all() == []
