"""What every TokenStore promises the desk: acts on tokens, whichever station issued them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kiosk.errors import ClockError, StoreForkError
from kiosk.model.events import Kind
from kiosk.model.moves import IllegalMoveError
from kiosk.model.token import SlipState, State, Token
from kiosk.ports import TokenStore
from tests.contracts.acts import SERVER, events_of, foreign, foreign_token, issue, only_job, order, pulled
from tests.model.samples import ASHA, MONDAY, NINE, RAVI, minutes


def _moved_at(token: Token, at: datetime) -> Token:
    return replace(token, moved_at=at)


def _elsewhere(like: Token, copies: int = 0) -> Token:
    """Another station's token as the server has it."""
    return replace(
        like, token_id="t9", department="EYE", queue_department="EYE", series="B", number=1, label="EB-001",
        store_id=SERVER, slip=SlipState.NONE, copies=copies,
    )  # fmt: skip


class StaffContract:
    def test_an_act_is_an_event_and_moves_its_token(self, store: TokenStore) -> None:
        token = issue(store)
        called = store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(1), {"room": "12"})
        assert (called.state, called.moved_at) == (State.CALLED, NINE + minutes(1))
        found = store.token(token.token_id)
        assert found is not None
        assert found.state is State.CALLED
        last = events_of(store)[-1]
        assert (last.kind, last.token_id, last.service_day, last.body) == (
            Kind.TOKEN_CALLED,
            token.token_id,
            MONDAY,
            {"room": "12"},
        )

    def test_a_transfer_changes_where_a_token_waits_and_nothing_else(self, store: TokenStore) -> None:
        token = issue(store)
        moved = store.act(Kind.TOKEN_TRANSFERRED, token.token_id, NINE + minutes(1), {"queue_department": "EYE"})
        assert (moved.queue_department, moved.department, moved.label) == ("EYE", "MED", token.label)

    def test_an_act_that_does_not_fit_writes_nothing(self, store: TokenStore) -> None:
        token = issue(store)
        before = (store.token(token.token_id), events_of(store))
        with pytest.raises(IllegalMoveError) as caught:
            store.act(Kind.TOKEN_COMPLETED, token.token_id, NINE + minutes(1), {})
        assert caught.value.code == "MOVE_ILLEGAL"
        with pytest.raises(IllegalMoveError) as caught:
            store.act(Kind.TOKEN_TRANSFERRED, token.token_id, NINE + minutes(1), {})
        assert caught.value.code == "BODY_INVALID"
        assert (store.token(token.token_id), events_of(store)) == before
        assert store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(1), {}).state is State.CALLED

    def test_an_act_on_no_token_is_refused(self, store: TokenStore) -> None:
        with pytest.raises(IllegalMoveError) as caught:
            store.act(Kind.TOKEN_CALLED, "t0", NINE, {})
        assert caught.value.code == "TOKEN_UNKNOWN"
        assert events_of(store) == ()

    def test_a_desk_acts_on_other_stations_tokens(self, store: TokenStore) -> None:
        own = issue(store)
        store.synced(pulled(foreign_token("t9", own, "EYE"), acked=1), NINE)
        assert all(row.synced for row in store.tokens(MONDAY))
        store.act(Kind.TOKEN_CALLED, "t9", NINE + minutes(1), {})
        synced = {row.token.token_id: row.synced for row in store.tokens(MONDAY)}
        assert synced == {own.token_id: True, "t9": False}
        store.synced(pulled(acked=2), NINE + minutes(2))
        assert all(row.synced for row in store.tokens(MONDAY))

    def test_times_of_acts_are_believable_and_in_order(self, store: TokenStore) -> None:
        token = issue(store)
        with pytest.raises(ClockError):
            store.act(Kind.TOKEN_CALLED, token.token_id, NINE - minutes(6), {})
        with pytest.raises(ClockError):
            store.act(Kind.TOKEN_CALLED, token.token_id, NINE + timedelta(days=8), {})
        store.act(Kind.TOKEN_CALLED, token.token_id, NINE - minutes(4), {})
        times = [event.at for event in events_of(store)]
        assert times == sorted(set(times))
        assert len(times) == 2

    def test_a_forked_store_takes_no_acts(self, store: TokenStore) -> None:
        token = issue(store)
        store.note_fork(NINE)
        with pytest.raises(StoreForkError):
            store.act(Kind.TOKEN_CALLED, token.token_id, NINE, {})
        assert len(events_of(store)) == 1

    # --- where two stations act on one token -------------------------------------------------------------------------

    def test_the_servers_word_on_a_token_stands(self, store: TokenStore) -> None:
        """Two desks called one token: the first by the server's order has called it."""
        token = issue(store)
        ours = store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(2), {})
        first = foreign(Kind.TOKEN_CALLED, token.token_id, 1, NINE + minutes(1))
        store.synced(pulled(first, acked=2, tokens=[_moved_at(ours, first.at)]), NINE + minutes(3))
        found = store.token(token.token_id)
        assert found is not None
        assert found.moved_at == NINE + minutes(1)

    def test_pulled_state_never_overwrites_unsynced_local_state(self, store: TokenStore) -> None:
        token = issue(store)
        seen = store.token(token.token_id)
        assert seen is not None
        store.act(Kind.TOKEN_CALLED, token.token_id, NINE + minutes(1), {})
        store.act(Kind.TOKEN_STARTED, token.token_id, NINE + minutes(2), {})
        store.synced(pulled(acked=1, tokens=[seen]), NINE + minutes(3))
        found = store.token(token.token_id)
        assert found is not None
        assert (found.state, found.slip) == (State.SERVING, seen.slip)
        assert not store.tokens(MONDAY)[0].synced

    def test_a_token_known_from_the_server_alone_is_the_patients_too(self, store: TokenStore) -> None:
        own = issue(store)
        other = store.token(own.token_id)
        assert other is not None
        there = _elsewhere(other)
        store.synced(pulled(acked=1, tokens=[there]), NINE)
        assert store.token(there.token_id) == there
        assert [row.synced for row in store.tokens(MONDAY)] == [True, True]
        assert issue(store, RAVI).number == 2

    def test_a_slip_is_on_its_way_only_where_its_job_is(self, store: TokenStore) -> None:
        """Another station has printed a newer copy, of which this one's spool knows nothing."""
        job = only_job(store.issue(order()))
        store.synced(pulled(foreign(Kind.TOKEN_REPRINTED, job.token_id, 1), acked=1), NINE)
        seen = store.token(job.token_id)
        assert seen is not None
        printed = replace(seen, copies=1, slip=SlipState.PRINTED)
        store.synced(pulled(acked=1, tokens=[printed]), NINE)
        assert store.token(job.token_id) == printed
        own = store.reprint(job.token_id, "hi", NINE, 3)
        store.synced(pulled(acked=1, tokens=[printed]), NINE)
        assert store.token(job.token_id) == replace(printed, copies=2, slip=SlipState.QUEUED)
        store.slip_moved(own.job_id, SlipState.SENDING, NINE)
        store.synced(pulled(acked=2, tokens=[replace(printed, copies=2)]), NINE)
        assert store.token(job.token_id) == replace(printed, copies=2, slip=SlipState.SENDING)

    # --- events that make no sense yet -------------------------------------------------------------------------------

    def test_what_came_before_its_token_takes_effect_with_it(self, store: TokenStore) -> None:
        own = issue(store, ASHA)
        called, started = (foreign(kind, "t9", seq) for seq, kind in ((2, Kind.TOKEN_CALLED), (3, Kind.TOKEN_STARTED)))
        store.synced(pulled(called, started, acked=1), NINE)
        assert store.token("t9") is None
        store.synced(pulled(foreign_token("t9", own, "EYE", seq=1), called, acked=1), NINE)
        found = store.token("t9")
        assert found is not None
        assert found.state is State.SERVING

    def test_an_act_that_lost_is_not_tried_again(self, store: TokenStore) -> None:
        """A call that came second must not call the patient again later."""
        token = issue(store)
        store.synced(pulled(foreign(Kind.TOKEN_STARTED, token.token_id, 1), acked=1), NINE)
        store.synced(pulled(foreign(Kind.TOKEN_CALLED, token.token_id, 2), acked=1), NINE)
        found = store.token(token.token_id)
        assert found is not None
        assert found.state is State.CALLED

    def test_the_servers_word_settles_what_was_not_applied(self, store: TokenStore) -> None:
        own = issue(store, ASHA)
        reprinted = foreign(Kind.TOKEN_REPRINTED, "t9", 2)
        store.synced(pulled(reprinted, acked=1), NINE)
        seen = store.token(own.token_id)
        assert seen is not None
        there = _elsewhere(seen, copies=1)
        store.synced(pulled(acked=1, tokens=[there]), NINE)
        store.synced(pulled(foreign_token("t9", own, "EYE", seq=1), acked=1, tokens=[there]), NINE)
        assert store.token("t9") == there
