"""Where events stand in the store's own table: as the server has them, whoever wrote them, and each once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.model.events import Event, Kind
from kiosk.model.exchange import StoreGrant
from kiosk.model.moves import MOVES
from kiosk.model.token import State
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import SERVER, events_of, foreign, foreign_token, issue, pulled
from tests.fakes import shuffled_ids
from tests.migrated import lay_store
from tests.model.samples import NINE, person

NEW_NAME = "019ab3c0-0000-7000-8000-0000000000ee"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(lay_store(tmp_path), "A", shuffled_ids(), {})
    yield store
    store.close()


def places(store: SqliteStore) -> dict[str, tuple[str, int]]:
    with store._reader.begin() as connection:
        rows = connection.exec_driver_sql("SELECT event_id, store_id, seq FROM event").all()
    assert len({row.event_id for row in rows}) == len(rows)
    return {row.event_id: (row.store_id, row.seq) for row in rows}


def place_of(event: Event) -> tuple[str, int]:
    return event.store_id, event.seq


def begun_anew(store: SqliteStore, *, held: bool) -> tuple[Event, ...]:
    """Three events of the former store, none of them acknowledged."""
    for number in range(3):
        issue(store, person(number))
    former = events_of(store)
    store.begin_anew(NINE)
    store.granted(StoreGrant("B", None, frozenset(event.event_id for event in former) if held else frozenset()), NINE)
    return former


def test_held_events_of_a_former_store_come_back_to_their_places(store: SqliteStore) -> None:
    former = begun_anew(store, held=True)
    assert all(seq < 0 for _, seq in places(store).values())
    store.synced(pulled(*former), NINE)
    assert places(store) == {event.event_id: place_of(event) for event in former}


def test_or_to_those_that_they_have_by_now(store: SqliteStore) -> None:
    """The station had begun anew before, after the copy was made from which it was restored."""
    former = begun_anew(store, held=True)
    moved = [replace(event, store_id=NEW_NAME, seq=event.seq + 4) for event in former]
    store.synced(pulled(*moved), NINE)
    assert places(store) == {event.event_id: place_of(event) for event in moved}


def test_a_faster_copys_events_take_the_places_of_ours(store: SqliteStore) -> None:
    former = begun_anew(store, held=False)
    twins = [replace(foreign(Kind.TOKEN_REPRINTED, each.token_id, 70 + each.seq), store_id=each.store_id, seq=each.seq)
             for each in former]  # fmt: skip
    store.synced(pulled(*twins, acked=0), NINE)
    found = places(store)
    assert {event.event_id: found[event.event_id] for event in twins} == {
        each.event_id: place_of(each) for each in twins
    }
    assert [found[event.event_id] for event in former] == [(store.store_id, seq) for seq in (1, 2, 3)]


def test_a_restored_servers_events_take_the_places_of_those_that_it_lost(store: SqliteStore) -> None:
    """Another station wrote anew what the server had lost, under another name and other numbers."""
    own = issue(store, person(1))
    issued = foreign_token("t9", own, "EYE", seq=1)
    lost = foreign(Kind.TOKEN_CALLED, "t9", 2)
    store.synced(pulled(issued, lost, acked=1), NINE)
    other = replace(foreign(Kind.TOKEN_REPRINTED, "t9", 3), seq=2)
    again = replace(lost, store_id=NEW_NAME, seq=1)
    store.synced(pulled(other, acked=1), NINE)
    assert places(store)[other.event_id] == (SERVER, 2)
    assert places(store)[lost.event_id][1] < 0
    store.synced(pulled(again, acked=1), NINE)
    assert places(store)[lost.event_id] == (NEW_NAME, 1)
    found = store.token("t9")
    assert found is not None
    assert (found.state, found.copies) == (State.CALLED, 1)


def test_two_events_that_changed_places_both_find_theirs(store: SqliteStore) -> None:
    own = issue(store, person(1))
    one, other = foreign_token("t8", own, "EYE", seq=1), foreign_token("t9", own, "SUR", seq=2)
    store.synced(pulled(one, other, acked=1), NINE)
    fresh = replace(foreign(Kind.TOKEN_CALLED, "t9", 3), seq=1)
    store.synced(pulled(fresh, acked=1), NINE)
    store.synced(pulled(replace(one, seq=2), acked=1), NINE)
    assert (places(store)[fresh.event_id], places(store)[one.event_id]) == ((SERVER, 1), (SERVER, 2))
    assert places(store)[other.event_id][1] < 0


def test_what_a_newer_program_may_understand_is_tried_again_when_it_opens_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path, "A", shuffled_ids(), {})
    token = issue(store, person(1))
    store.synced(pulled(foreign("token_called_by_name", token.token_id, 1), acked=1), NINE)
    store.close()
    for _ in range(2):
        store = open_store(tmp_path, None, shuffled_ids(2), {})
        assert (found := store.token(token.token_id)) is not None
        assert found.state is State.WAITING
        store.close()
    monkeypatch.setitem(
        MOVES,
        "token_called_by_name",
        (frozenset({State.WAITING}), State.CALLED),
    )
    for _ in range(2):
        store = open_store(tmp_path, None, shuffled_ids(3), {})
        assert (found := store.token(token.token_id)) is not None
        assert found.state is State.CALLED
        with store._reader.begin() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM unapplied").scalar() == 0
        store.close()
