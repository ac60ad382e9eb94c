"""What every TokenStore promises when it goes on under a new name: nothing is lost, nothing exists twice."""

import pytest

from kiosk.errors import StoreError
from kiosk.model.events import FIRST_HASH, Event, Kind, is_chained
from kiosk.model.exchange import StoreClaim, StoreGrant
from kiosk.model.token import SlipState, State
from kiosk.ports import TokenStore
from tests.contracts.acts import doubt_interrupted, events_of, foreign_token, issue, only_job, order, pulled
from tests.model.samples import ASHA, EYE, MONDAY, NINE, RAVI, minutes, person

LATER = NINE + minutes(30)


def need_claim(store: TokenStore) -> StoreClaim:
    claim = store.claim()
    assert claim is not None
    return claim


def grant(series: str = "B", reserve: str | None = "C", held: tuple[str, ...] = ()) -> StoreGrant:
    return StoreGrant(series, reserve, frozenset(held))


def ids(events: tuple[Event, ...]) -> list[str]:
    return [event.event_id for event in events]


def assert_one_chain(store: TokenStore) -> None:
    events = events_of(store, 100_000)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    hashes = [FIRST_HASH, *(event.hash for event in events)]
    assert all(is_chained(event, before) for event, before in zip(events, hashes, strict=False))
    assert {event.store_id for event in events} <= {store.store_id}


def facts(events: tuple[Event, ...]) -> list[tuple[object, ...]]:
    """All that a fact says, without its place in a history."""
    return [(each.event_id, each.kind, each.token_id, each.at, each.service_day, dict(each.body)) for each in events]


def half_sent(store: TokenStore) -> tuple[Event, ...]:
    """Five tokens, two of them acknowledged; returns the three others' events."""
    for place in range(5):
        issue(store, person(place), now=NINE + minutes(place))
    store.synced(pulled(acked=2, cursor=4), NINE + minutes(6))
    return events_of(store)


def code_of(caught: pytest.ExceptionInfo[StoreError]) -> str:
    return caught.value.code


class RenewalContract:
    def test_a_store_that_never_began_anew_claims_nothing(self, store: TokenStore) -> None:
        issue(store)
        assert store.claim() is None
        store.claim_again()
        assert store.claim() is None
        store.granted(grant(), NINE)
        assert issue(store, RAVI).label == "MA-002"

    def test_a_new_store_has_a_new_name_and_an_empty_history(self, store: TokenStore) -> None:
        former, orphans = store.store_id, half_sent(store)
        before = [row.token for row in store.tokens(MONDAY)]
        store.begin_anew(LATER)
        assert store.store_id != former
        assert need_claim(store) == StoreClaim(store.store_id, former, None, tuple(ids(orphans)))
        assert [row.token for row in store.tokens(MONDAY)] == before
        assert [row.synced for row in store.tokens(MONDAY)] == [True, True, False, False, False]
        assert store.unsynced() == 3
        assert store.last_synced_at() == NINE + minutes(6)

    def test_nothing_is_issued_until_a_series_is_granted(self, store: TokenStore) -> None:
        half_sent(store)
        store.note_fork(LATER)
        store.begin_anew(LATER)
        with pytest.raises(StoreError) as caught:
            issue(store, RAVI, now=LATER)
        assert code_of(caught) == "STORE_UNREGISTERED"
        assert issue(store, person(1), now=LATER).label == "MA-002", "who has a token is told so"
        store.granted(grant("B"), LATER)
        assert issue(store, RAVI, now=LATER).label == "MB-001"

    def test_nothing_is_pushed_or_pulled_before_the_server_knows_the_store(self, store: TokenStore) -> None:
        half_sent(store)
        store.begin_anew(LATER, "R")
        for talk in (lambda: store.next_push(10), lambda: store.synced(pulled(), LATER)):
            with pytest.raises(StoreError) as caught:
                talk()
            assert code_of(caught) == "STORE_UNREGISTERED"
        store.granted(grant("R"), LATER)
        assert store.next_push(10).cursor == 0, "what others did is heard again"

    def test_with_a_reserve_it_issues_at_once_and_keeps_that_series(self, store: TokenStore) -> None:
        half_sent(store)
        store.begin_anew(LATER, "R")
        assert [issue(store, person(place), now=LATER).label for place in (11, 12)] == ["MR-001", "MR-002"]
        assert need_claim(store).series == "R"
        store.granted(grant("Z"), LATER)
        assert issue(store, person(13), now=LATER).label == "MR-003"
        assert issue(store, person(13), EYE, now=LATER).label == "ER-001"

    def test_a_series_that_is_known_here_is_no_reserve(self, store: TokenStore) -> None:
        own = issue(store)
        store.synced(pulled(foreign_token("t9", own, "EYE"), acked=1), NINE)
        for series in ("A", "B"):
            with pytest.raises(StoreError) as caught:
                store.begin_anew(LATER, series)
            assert code_of(caught) == "SERIES_USED"
        assert store.claim() is None
        assert issue(store, RAVI).label == "MA-002"

    def test_events_that_the_server_does_not_hold_are_written_anew(self, store: TokenStore) -> None:
        orphans = half_sent(store)
        store.begin_anew(LATER)
        store.granted(grant(), LATER)
        assert facts(events_of(store)) == facts(orphans)
        assert_one_chain(store)
        assert store.claim() is None
        assert (store.unsynced(), [row.synced for row in store.tokens(MONDAY)]) == (3, [True] * 2 + [False] * 3)
        assert {row.token.store_id for row in store.tokens(MONDAY) if not row.synced} == {store.store_id}
        assert len(store.next_push(10).patients) == 3
        store.synced(pulled(acked=3), LATER)
        assert (store.unsynced(), [row.synced for row in store.tokens(MONDAY)]) == (0, [True] * 5)

    def test_events_that_the_server_holds_after_all_are_not_written_twice(self, store: TokenStore) -> None:
        """The answer to the last push of the former store was lost."""
        orphans = half_sent(store)
        store.begin_anew(LATER)
        store.granted(grant(held=tuple(ids(orphans[:2]))), LATER)
        assert facts(events_of(store)) == facts(orphans[2:])
        assert [row.synced for row in store.tokens(MONDAY)] == [True] * 4 + [False]
        before = [row.token for row in store.tokens(MONDAY)]
        store.synced(pulled(*orphans[:2], acked=0, cursor=5), LATER)
        assert [row.token for row in store.tokens(MONDAY)] == before

    def test_what_happened_first_stands_first(self, store: TokenStore) -> None:
        """A slip of a token that the server has never heard of comes behind its token."""
        job = only_job(store.issue(order()))
        store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        store.begin_anew(LATER, "R")
        assert doubt_interrupted(store, LATER) == 1
        issue(store, RAVI, now=LATER)
        assert store.unsynced() == 3
        store.granted(grant("R"), LATER)
        events = events_of(store)
        assert [event.kind for event in events] == [Kind.TOKEN_ISSUED, Kind.SLIP_STATE_CHANGED, Kind.TOKEN_ISSUED]
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert_one_chain(store)
        store.synced(pulled(acked=2), LATER)
        assert [row.synced for row in store.tokens(MONDAY)] == [True, False]

    def test_the_same_claim_is_asked_until_it_is_granted(self, store: TokenStore) -> None:
        half_sent(store)
        store.begin_anew(LATER, "R")
        claim = need_claim(store)
        issue(store, RAVI, now=LATER)
        assert need_claim(store) == claim
        store.granted(grant("R"), LATER)
        before = events_of(store)
        store.granted(grant("Q"), LATER)
        assert events_of(store) == before
        assert issue(store, person(20), now=LATER).label == "MR-002"

    def test_a_store_may_begin_anew_before_the_server_knew_of_it(self, store: TokenStore) -> None:
        """Then the server is told of the one that it knows, and asked for the events of both."""
        first, orphans = store.store_id, half_sent(store)
        store.begin_anew(LATER, "R")
        own = issue(store, RAVI, now=LATER)
        store.begin_anew(LATER)
        claim = need_claim(store)
        assert (claim.former_store_id, claim.series) == (first, None)
        assert claim.orphans[:3] == tuple(ids(orphans))
        assert len(claim.orphans) == 4
        store.granted(grant("B"), LATER)
        assert facts(events_of(store))[:3] == facts(orphans)
        assert events_of(store)[3].token_id == own.token_id
        assert_one_chain(store)

    def test_many_orphans_are_asked_for_bit_by_bit(self, store: TokenStore, monkeypatch: pytest.MonkeyPatch) -> None:
        for limit in ("kiosk.store.renewal.MAX_ORPHANS", "tests.fake_store.MAX_ORPHANS"):
            monkeypatch.setattr(limit, 4)
        token = issue(store)
        for kind in (Kind.TOKEN_CALLED, Kind.TOKEN_RETURNED) * 4:
            store.act(kind, token.token_id, LATER, {})
        orphans = ids(events_of(store))
        store.begin_anew(LATER, "R")
        issue(store, RAVI, now=LATER)
        chunks = []
        while (claim := store.claim()) is not None:
            chunks.append(claim.orphans)
            assert not store.tokens(MONDAY)[0].synced
            store.granted(grant("R", held=claim.orphans[::2]), LATER)
        assert [len(chunk) for chunk in chunks] == [4, 4, 1]
        assert [each for chunk in chunks for each in chunk] == orphans
        expected = [each for chunk in chunks for each in chunk[1::2]]
        assert ids(events_of(store))[:-1] == expected
        assert_one_chain(store)

    def test_what_waited_under_the_former_name_lapses_all_the_same(self, store: TokenStore) -> None:
        first, second = issue(store, person(1)), issue(store, person(2))
        store.synced(pulled(acked=1), NINE)
        store.begin_anew(LATER, "R")
        store.granted(grant("R"), LATER)
        issue(store, person(3), now=NINE + minutes(24 * 60))
        states = [token.state for token in map(store.token, (first.token_id, second.token_id)) if token]
        assert states == [State.LAPSED, State.LAPSED]

    def test_after_a_fork_nothing_counts_as_held(self, store: TokenStore) -> None:
        """The server has another history, and what it had acknowledged may have been a copy's."""
        half_sent(store)
        store.note_fork(LATER)
        assert [row.synced for row in store.tokens(MONDAY)] == [False] * 5
        store.begin_anew(LATER)
        claim = need_claim(store)
        assert len(claim.orphans) == 5
        store.granted(grant(held=claim.orphans[1:]), LATER)
        assert ids(events_of(store)) == [claim.orphans[0]]
        assert [row.synced for row in store.tokens(MONDAY)] == [False, *[True] * 4]

    def test_what_the_server_was_said_to_hold_is_asked_for_again(self, store: TokenStore) -> None:
        """It held that once, and has been restored from a backup of before."""
        orphans = half_sent(store)
        store.begin_anew(LATER)
        store.granted(grant(held=tuple(ids(orphans))), LATER)
        store.claim_again()
        claim = need_claim(store)
        assert len(claim.orphans) == 5
        assert claim.orphans[2:] == tuple(ids(orphans))
        store.granted(grant(), LATER)
        assert facts(events_of(store))[2:] == facts(orphans)
        assert_one_chain(store)

    def test_a_server_of_before_is_told_all_again(self, store: TokenStore) -> None:
        """It was restored from a backup of before the present store, and lacks the end of the former one too."""
        orphans = half_sent(store)
        sent = store.tokens(MONDAY)[1].token.token_id
        first = store.store_id
        store.begin_anew(LATER)
        store.granted(grant("B"), LATER)
        later = issue(store, RAVI, now=LATER)
        store.synced(pulled(acked=4, cursor=9), LATER)
        before = events_of_all(store)
        store.claim_again()
        claim = need_claim(store)
        assert (claim.former_store_id, claim.series, len(claim.orphans)) == (first, "B", 2)
        store.granted(grant("B", held=claim.orphans[:1]), LATER)
        events = events_of(store)
        assert facts(events[:3]) == facts(orphans)
        assert [events[3].token_id, events[4].token_id] == [later.token_id, sent]
        assert events[:4] == before, "others may have heard of these under their numbers"
        assert (store.next_push(1).cursor, store.unsynced()) == (0, 5)
        assert [row.synced for row in store.tokens(MONDAY)] == [True, *[False] * 5]
        assert_one_chain(store)

    def test_a_patient_keeps_the_token_over_a_renewal(self, store: TokenStore) -> None:
        token = issue(store, ASHA)
        store.begin_anew(LATER, "R")
        again = store.issue(order(ASHA, now=LATER))
        assert (again.created, again.token.token_id) == (False, token.token_id)
        assert store.patient_of(token.token_id) == ASHA


def events_of_all(store: TokenStore) -> tuple[Event, ...]:
    """As a server that has lost everything would get them."""
    store.synced(pulled(acked=0), LATER)
    return events_of(store)
