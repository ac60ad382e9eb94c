"""What failed in the field elsewhere, each as one small scene. Those of one room alone stand in that room's tests."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from kiosk.errors import ClockError, StoreForkError
from kiosk.model.events import Kind
from kiosk.model.exchange import Push
from kiosk.model.token import State
from kiosk.store import tables
from kiosk.store.store import open_store
from tests.model.samples import minutes, person
from tests.simulation.scenes import act, issue, states, talk
from tests.simulation.world import LONG_AGO, World

MIDNIGHT = timedelta(hours=1)
"""After the start of the simulation it is past midnight in India, and the last day of a month."""


def test_two_instances_never_reuse_a_sequence(world: World) -> None:
    """Two programs on one data folder, as two windows of one browser were elsewhere."""
    first = world.stations[0].store
    second = open_store(world.stations[0].folder, None, world.stations[0].new_id, {})
    registration = world.stations[0].registration
    for who, store in enumerate((first, second, first, second)):
        other = type(registration)(**(vars(registration) | {"store": store}))
        other.check_in(person(who), "MED", "hi")
    events = second.next_push(100).events
    second.close()
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert [event.body["number"] for event in events] == [1, 2, 3, 4]
    world.rest()


def test_pulled_state_never_overwrites_unsynced_local_state(world: World) -> None:
    kiosk, _, desk, cut_off = world.stations
    token = issue(kiosk, 1)
    talk(world)
    act(desk, Kind.TOKEN_CALLED, token)
    talk(world, desk)
    act(cut_off, Kind.TOKEN_CANCELLED, token)
    behind = cut_off.store.next_push(0)
    pull = world.links[cut_off.name].exchange(Push(behind.store_id, (), (), behind.cursor))
    assert token.token_id in {event.token_id for event in pull.events}
    cut_off.store.synced(pull, cut_off.clock.now())
    kept = cut_off.store.token(token.token_id)
    assert kept is not None
    assert (kept.state, cut_off.store.unsynced()) == (State.CANCELLED, 1)
    world.rest()
    assert states(world, token) == {State.CANCELLED}


def test_two_desks_cut_off_call_one_token_and_the_first_to_arrive_stands(world: World) -> None:
    kiosk, _, desk, other = world.stations
    token = issue(kiosk, 1)
    talk(world)
    first = act(desk, Kind.TOKEN_CALLED, token)
    world.clock.move(minutes(1))
    act(other, Kind.TOKEN_CALLED, token)
    talk(world, desk)
    (told,) = world.links[other.name].exchange(other.store.next_push(10)).parked
    assert (told.seq, told.code) == (1, "MOVE_ILLEGAL")
    world.rest()
    ends = {station.store.token(token.token_id) for station in world.stations}
    assert {(end.state, end.moved_at) for end in ends if end is not None} == {(State.CALLED, first.moved_at)}


def test_many_conflicts_do_not_crash_the_client(world: World) -> None:
    kiosk, other_kiosk, desk, other = world.stations
    tokens = [issue(kiosk, who) for who in range(20)]
    talk(world)
    for place, token in enumerate(tokens):
        act(desk, Kind.TOKEN_CALLED, token)
        act(other, Kind.TOKEN_CANCELLED if place % 2 else Kind.TOKEN_CALLED, token)
        other_kiosk.store.reprint(token.token_id, "hi", other_kiosk.clock.now(), 3)
        kiosk.store.reprint(token.token_id, "en", kiosk.clock.now(), 3)
    talk(world, desk, kiosk, other_kiosk, other)
    world.rest()
    assert [states(world, token) for token in tokens] == [{State.CALLED}, {State.CANCELLED}] * 10
    assert {kiosk.store.token(token.token_id).copies for token in tokens} == {2}  # type: ignore[union-attr]


def test_offline_device_has_numbers_after_midnight_and_month_end(world: World) -> None:
    kiosk = world.stations[0]
    tokens = []
    for day in range(4):
        tokens += [issue(kiosk, 10 * day + who) for who in range(2)]
        world.clock.move(MIDNIGHT if day == 0 else timedelta(days=1))
    assert [token.number for token in tokens] == [1, 2] * 4
    days = [token.service_day.isoformat() for token in tokens[::2]]
    assert days == ["2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"]
    world.rest()


def test_device_clock_does_not_hide_or_renumber_tokens(world: World) -> None:
    """A tablet a day ahead, then set right: what it has given out stays, and no number comes twice."""
    kiosk, other = world.stations[:2]
    right = issue(kiosk, 1)
    kiosk.clock.skew = timedelta(days=1)
    ahead = [issue(kiosk, who) for who in (2, 3)]
    kiosk.clock.skew = timedelta()
    with pytest.raises(ClockError):
        issue(kiosk, 4)
    kiosk.clock_accepted()
    again = issue(kiosk, 5)
    world.clock.move(timedelta(days=1))
    next_day = issue(kiosk, 6)
    given = [(token.service_day, token.number) for token in (right, *ahead, again, next_day)]
    assert [number for _, number in given] == [1, 1, 2, 2, 3]
    assert len(set(given)) == len(given)
    world.rest()
    known = {row.token.token_id for day in {day for day, _ in given} for row in other.store.tokens(day)}
    assert known >= {token.token_id for token in (right, *ahead, again, next_day)}


def test_restart_continues_the_sequence(world: World) -> None:
    kiosk = world.stations[0]
    numbers = []
    for who in range(6):
        numbers.append(issue(kiosk, who).number)
        kiosk.crash() if who % 2 else kiosk.restarted()
    assert numbers == [1, 2, 3, 4, 5, 6]
    world.rest()


def test_number_bands_never_overlap(world: World) -> None:
    """Nobody has a band to run out of: each kiosk has all the numbers of its own series."""
    kiosk, other = world.stations[:2]
    labels = {issue(station, who).label for who in range(12) for station in (kiosk, other)}
    labels_later = {issue(kiosk, 100 + who).label for who in range(3)}
    assert len(labels | labels_later) == 2 * 12 + 3
    world.rest()


def test_number_does_not_wrap_within_a_day(world: World) -> None:
    kiosk = world.stations[0]
    first = issue(kiosk, 1)
    with kiosk.store._writer.begin() as connection:
        connection.execute(update(tables.number).values(last=998))
    tokens = [issue(kiosk, who) for who in (2, 3, 4)]
    assert [token.number for token in tokens] == [999, 1000, 1001]
    assert tokens[-1].label == first.label.replace("-001", "-1001")
    world.rest()


def test_rescan_at_another_kiosk_returns_the_same_token(world: World) -> None:
    kiosk, other = world.stations[:2]
    token = issue(kiosk, 1)
    talk(world)
    again = other.registration.check_in(person(1), "MED", "en")
    assert (again.already, again.token.token_id) == (True, token.token_id)
    world.rest()


def test_a_copied_store_goes_on_under_another_name_and_nothing_is_lost(world: World) -> None:
    kiosk = world.stations[0]
    issue(kiosk, 1)
    talk(world)
    copy = world.clone(kiosk)
    one, other = issue(kiosk, 2), issue(copy, 3)
    assert one.label == other.label  # so it is while nobody can know
    talk(world, kiosk, copy)
    later = issue(copy, 4)
    assert later.series != one.series
    world.rest()
    assert kiosk.store.store_id != copy.store.store_id


def test_a_restored_store_gives_no_number_twice_even_without_the_server(world: World) -> None:
    kiosk = world.stations[0]
    issue(kiosk, 1)
    talk(world)
    kiosk.back_up()
    issue(kiosk, 2)
    talk(world)
    lost = issue(kiosk, 3)
    world.restore(kiosk, 0, with_reserve=True)
    token = issue(kiosk, 4)
    assert (token.number, token.series != lost.series) == (1, True)
    world.rest()
    assert kiosk.store.token(lost.token_id) is None
    assert len(world.records.gone) == 1


def test_a_store_restored_by_stealth_issues_nothing_once_the_server_knows(world: World) -> None:
    """Somebody copied an old file back and told nobody."""
    kiosk = world.stations[0]
    kiosk.back_up()
    issue(kiosk, 1)
    talk(world)
    world.restore(kiosk, 0, carelessly=True)
    issue(kiosk, 2)
    with pytest.raises(StoreForkError):
        world.links[kiosk.name].exchange(kiosk.store.next_push(10))
    talk(world, kiosk)
    assert issue(kiosk, 3).series != ""
    world.rest()


def test_kill_between_commit_and_print_is_recovered(world: World) -> None:
    kiosk = world.stations[0]
    queued, sending = issue(kiosk, 1), issue(kiosk, 2)
    job = next(job for job in kiosk.store.due_slips(LONG_AGO) if job.token_id == sending.token_id)
    kiosk.store.slip_moved(job.job_id, job.state.SENDING, kiosk.clock.now())
    kiosk.crash()
    assert [job.token_id for job in kiosk.store.due_slips(LONG_AGO)] == [queued.token_id]
    slips = {row.token.token_id: row.token.slip.value for row in kiosk.store.tokens(queued.service_day)}
    assert slips == {queued.token_id: "queued", sending.token_id: "in_doubt"}
    world.rest()


def test_a_server_restored_from_an_older_backup_gets_everything_again(world: World) -> None:
    kiosk, other, desk, _ = world.stations
    token = issue(kiosk, 1)
    world.hospital.back_up()
    talk(world)
    act(desk, Kind.TOKEN_CALLED, token)
    issue(other, 2)
    talk(world)
    talk(world)
    for _ in range(2):
        world.hospital.restore(0)
        world.clock.move(minutes(5))
        talk(world, desk, other)
        issue(kiosk, 3)
        world.rest()
    assert states(world, token) == {State.CALLED}
