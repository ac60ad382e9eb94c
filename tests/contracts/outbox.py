"""What every TokenStore promises the synchroniser, and the patients whose details travel."""

from dataclasses import replace

import pytest

from kiosk.errors import StoreForkError
from kiosk.model.events import FIRST_HASH, Kind, canonical_json, is_chained
from kiosk.model.token import SlipState, State
from kiosk.ports import TokenStore
from tests.contracts.acts import (
    NEXT_DAY,
    busy_day,
    events_of,
    foreign,
    foreign_token,
    issue,
    move,
    only_job,
    order,
    pulled,
)
from tests.model.samples import (
    ASHA,
    MONDAY,
    NINE,
    NUMBER,
    RAVI,
    minutes,
    person,
)


class OutboxContract:
    # --- the outbox ---------------------------------------------------------------------------------------------------

    def test_own_events_are_one_chain_without_gaps(self, store: TokenStore) -> None:
        busy_day(store)
        events = events_of(store)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert {event.store_id for event in events} == {store.store_id}
        assert len({event.event_id for event in events}) == len(events)
        hashes = [FIRST_HASH, *(event.hash for event in events)]
        assert all(is_chained(event, before) for event, before in zip(events, hashes, strict=False))
        assert [event.at for event in events] == sorted(event.at for event in events)

    def test_a_push_takes_what_is_not_acknowledged_in_order(self, store: TokenStore) -> None:
        tokens = [issue(store, person(place)) for place in range(5)]
        push = store.next_push(3)
        assert (push.store_id, push.cursor, [event.seq for event in push.events]) == (store.store_id, 0, [1, 2, 3])
        assert [
            (each.token_id, each.patient) for each in sorted(push.patients, key=lambda each: each.patient.name)
        ] == [(tokens[place].token_id, person(place)) for place in range(3)]
        store.synced(pulled(acked=3, cursor=7), NINE)
        push = store.next_push(10)
        assert ([event.seq for event in push.events], push.cursor, store.unsynced()) == ([4, 5], 7, 2)
        assert [row.synced for row in store.tokens(MONDAY)] == [True, True, True, False, False]

    def test_details_travel_with_the_event_that_needs_them_and_only_then(self, store: TokenStore) -> None:
        job = only_job(store.issue(order()))
        store.synced(pulled(acked=1), NINE)
        store.slip_moved(job.job_id, SlipState.PRINTED, NINE)
        push = store.next_push(10)
        assert (len(push.events), push.patients) == (1, ())

    def test_a_server_restored_from_a_backup_gets_the_missing_events_again(self, store: TokenStore) -> None:
        for place in range(5):
            issue(store, person(place))
        store.synced(pulled(acked=5, cursor=9), NINE)
        store.synced(pulled(acked=2, cursor=4), NINE)
        assert (store.unsynced(), store.next_push(10).cursor) == (3, 4)
        assert [event.seq for event in events_of(store)] == [3, 4, 5]
        assert not store.tokens(MONDAY)[-1].synced

    def test_a_server_that_knows_more_of_us_than_we_do_shows_a_fork(self, store: TokenStore) -> None:
        token = issue(store)
        with pytest.raises(StoreForkError):
            store.synced(pulled(foreign_token("t9", token, "EYE"), acked=2, cursor=5), NINE)
        assert (store.unsynced(), store.next_push(1).cursor, store.token("t9")) == (1, 0, None)

    def test_an_acknowledgement_of_another_event_shows_a_fork(self, store: TokenStore) -> None:
        """A copy of this store was faster: what is held under our numbers is not ours."""
        for place in range(3):
            issue(store, person(place))
        first, second, third = events_of(store)
        store.synced(pulled(acked=2, acked_hash=second.hash), NINE)
        with pytest.raises(StoreForkError):
            store.synced(pulled(acked=3, cursor=5, acked_hash=first.hash), NINE)
        assert (events_of(store), store.next_push(1).cursor) == ((third,), 0)
        store.synced(pulled(acked=0, acked_hash="f" * 64), NINE)
        assert store.unsynced() == 3

    def test_when_the_last_sync_was(self, store: TokenStore) -> None:
        assert store.last_synced_at() is None
        store.synced(pulled(), NINE)
        assert store.last_synced_at() == NINE
        store.synced(pulled(), NINE + minutes(1))
        assert store.last_synced_at() == NINE + minutes(1)
        assert (store.unsynced(), events_of(store)) == (0, ())

    # --- what others did ----------------------------------------------------------------------------------------------

    def test_an_event_of_others_is_applied_once(self, store: TokenStore) -> None:
        token = issue(store)
        reprinted = foreign(Kind.TOKEN_REPRINTED, token.token_id, 1)
        for _ in range(3):
            store.synced(pulled(reprinted, reprinted), NINE)
        found = store.token(token.token_id)
        assert found is not None
        assert found.copies == 1
        assert len(events_of(store)) == 1

    def test_own_events_coming_back_change_nothing(self, store: TokenStore) -> None:
        busy_day(store)
        before = (store.tokens(MONDAY), events_of(store))
        store.synced(pulled(*events_of(store)), NINE)
        assert (store.tokens(MONDAY), events_of(store)) == before

    def test_what_cannot_be_applied_does_not_hold_up_the_rest(self, store: TokenStore) -> None:
        token = issue(store)
        store.synced(
            pulled(
                foreign(Kind.TOKEN_STARTED, token.token_id, 1),
                foreign(Kind.TOKEN_CALLED, "t-never-issued", 2),
                foreign("token_blessed", token.token_id, 3),
                foreign(Kind.TOKEN_ISSUED, "t8", 4, body={"number": 10**30}),
                foreign(Kind.TOKEN_CALLED, token.token_id, 5),
                cursor=5,
            ),
            NINE,
        )
        found = store.token(token.token_id)
        assert found is not None
        assert (found.state, store.token("t8"), store.next_push(1).cursor) == (State.CALLED, None, 5)

    def test_others_do_not_overwrite_what_only_this_station_knows(self, store: TokenStore) -> None:
        job = only_job(store.issue(order()))
        store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        token = store.token(job.token_id)
        assert token is not None
        later = NINE + minutes(1)
        move(store, token, Kind.TOKEN_CALLED, at=later)
        found = store.token(job.token_id)
        assert found is not None
        assert found.slip is SlipState.SENDING
        called = replace(token, state=State.CALLED, moved_at=later, calls=1, called_at=later)
        assert replace(found, act_id="") == called
        assert not store.tokens(MONDAY)[0].synced

    # --- privacy ------------------------------------------------------------------------------------------------------

    def test_no_event_holds_a_personal_detail(self, store: TokenStore) -> None:
        told = replace(ASHA, address="House 12", district="Lucknow", state="Uttar Pradesh")
        job = only_job(store.issue(order(told)))
        store.reprint(job.token_id, "hi", NINE, 3)
        store.slip_moved(job.job_id, SlipState.FAILED, NINE, "PAPER_OUT")
        issue(store, RAVI, now=NEXT_DAY)
        text = "".join(canonical_json(event.body) for event in events_of(store)).lower()
        details = (NUMBER, "asha", "devi", "9000000000", "house 12", "lucknow", "uttar", "1984/", "/1984")
        assert not [detail for detail in details if detail in text.replace("-", "")]
        assert told in [details.patient for details in store.next_push(10).patients]
