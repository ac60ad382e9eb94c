"""How Scan & Share is doing, for people and for programs that watch; who may see it."""

from datetime import timedelta
from functools import partial

from kiosk.server.api_keys import READER, STATISTICS, add_key
from kiosk.server.database import Database
from kiosk.server.share_queue import refused, sent, settle
from kiosk.server.share_status import ShareStatus, all_share_status, share_status
from kiosk.server.share_status_routes import page
from kiosk.server.shares import receive
from tests.server.doors import HandClock, assert_problem, web_of
from tests.server.shared import NOW, host, profile
from tests.sync.chain import FACILITY

LATER = NOW + timedelta(minutes=5)
SECRET = "x" * 43


def some_shares(database: Database) -> None:
    host(database)
    due = [receive(database, profile(who), NOW).due for who in ("asha", "ravi", "mina")]
    settle(database, [sent(due[0], NOW + timedelta(seconds=1))])
    settle(database, [refused(due[1], "ABDM-1006", NOW)])


def test_what_came_and_what_became_of_it(database: Database) -> None:
    some_shares(database)
    found = share_status(database.reader, FACILITY, LATER)
    assert found == ShareStatus(FACILITY, 1, 1, 1, NOW, NOW + timedelta(seconds=1), NOW, 0.0, "ABDM-1006")
    assert all_share_status(database.reader, LATER) == [found]


def test_what_waits_and_what_was_last_are_told_however_long_ago(database: Database) -> None:
    """A server that has answered nobody for days must not look like one that nobody has asked."""
    some_shares(database)
    later = share_status(database.reader, FACILITY, NOW + timedelta(days=2))
    assert later == ShareStatus(FACILITY, 0, 1, 0, NOW, NOW + timedelta(seconds=1), NOW, 0.0)


def test_an_older_share_may_be_the_last_that_was_answered(database: Database) -> None:
    host(database)
    older, newer = (receive(database, profile(who), at).due for who, at in (("older", NOW), ("newer", LATER)))
    settle(database, [sent(newer, LATER), sent(older, LATER + timedelta(minutes=1))])
    assert share_status(database.reader, FACILITY, LATER).last_answered_at == LATER + timedelta(minutes=1)


def test_who_may_see_it(database: Database) -> None:
    some_shares(database)
    reader, counting = (
        database.write(partial(add_key, facility_id=where, role=role, name="t", key_id=key, secret=SECRET, now=NOW))
        for where, role, key in (
            (FACILITY, READER, "00000000-0000-4000-8000-000000000001"),
            ("", STATISTICS, "00000000-0000-4000-8000-000000000002"),
        )
    )
    with web_of(database, HandClock(LATER)) as web:
        assert_problem(web.get(f"/abdm?facility={FACILITY}"), 403, "FORBIDDEN")
        seen = web.get(f"/abdm?facility={FACILITY}", headers={"Authorization": f"Bearer {reader}"})
        assert (seen.status_code, "ABDM-1006" in seen.text) == (200, True)
        assert_problem(web.get("/metrics", headers={"Authorization": f"Bearer {reader}"}), 403, "FORBIDDEN")
        measured = web.get("/metrics", headers={"Authorization": f"Bearer {counting}"}).text.splitlines()
    assert f'kiosk_shares{{facility="{FACILITY}",state="given_up"}} 1' in measured
    assert f'kiosk_shares_last_callback_seconds{{facility="{FACILITY}"}} 300.000' in measured


def test_nothing_of_the_gateways_becomes_markup() -> None:
    assert "<script>" not in page(ShareStatus("F", 0, 0, 1, problem="<script>alert(1)</script>"))
