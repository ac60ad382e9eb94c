"""The simulation can fail: each promise is broken on purpose, and that is found out."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from kiosk.model.patient import Patient
from kiosk.store import tables
from kiosk.sync.loop import SyncReport
from tests.simulation.faults import put_back, snapshot
from tests.simulation.hospital import Asked
from tests.simulation.records import InvariantError
from tests.simulation.station import Station
from tests.simulation.steps import PEOPLE, step
from tests.simulation.world import World

Sabotage = Callable[[World], None]


def on_server(statement: str) -> Sabotage:
    """One statement behind the server's back."""

    def sabotage(world: World) -> None:
        with world.hospital.database.writer.begin() as connection:
            assert connection.exec_driver_sql(statement).rowcount > 0

    return sabotage


def in_a_store(statement: str) -> Sabotage:
    def sabotage(world: World) -> None:
        with world.stations[0].store._writer.begin() as connection:
            assert connection.exec_driver_sql(statement).rowcount > 0
        world.records.note(world.stations[0])

    return sabotage


def go_on(world: World) -> None:
    for number in range(100, 130):
        step(world, 5, number)


def server_that(twists: Callable[[dict[str, object]], dict[str, object]]) -> Sabotage:
    """A server whose answers are not what it means."""

    def sabotage(world: World) -> None:
        honest = world.hospital.sync

        def lying(asked: Asked) -> bytes:
            answer = json.loads(honest(asked))
            return json.dumps(answer | twists(answer)).encode()

        world.hospital.sync = lying
        go_on(world)

    return sabotage


def acks_before_commit(world: World) -> None:
    """Each third request is answered as if it were done, and is not."""
    hospital, asked_before = world.hospital, iter(range(10**6))
    honest = hospital.sync

    def hasty(asked: Asked) -> bytes:
        if next(asked_before) % 3:
            return honest(asked)
        hospital.database.close()
        before = snapshot(hospital.file)
        answer = honest(asked)
        hospital.database.close()
        put_back(hospital.file, before)
        return answer

    hospital.sync = hasty
    go_on(world)


def check_all_in(world: World, station: Station) -> None:
    for who in PEOPLE:
        world.try_act(station, partial(_checked_in, station, who))


def _checked_in(station: Station, who: Patient) -> str:
    return station.registration.check_in(who, "MED", "hi").token.label


def loses_its_newest_commit(world: World) -> None:
    station = world.stations[0]
    station.back_up()
    check_all_in(world, station)
    station.restore(0)


def says_done_too_early(world: World) -> None:
    station = world.stations[0]
    check_all_in(world, station)
    station.rounds = iter([SyncReport()])
    world.sync(station)
    world.sync(station)


def two_stations_in_one_series(world: World) -> None:
    one, other = world.stations[:2]
    with other.store._writer.begin() as connection:
        connection.execute(update(tables.meta).values(series=one.store.series))
    world.clock.move(timedelta(days=2))
    check_all_in(world, one)
    check_all_in(world, other)


SABOTAGES: dict[str, tuple[Sabotage, str]] = {
    "a server that acknowledges before it commits": (acks_before_commit, "saw acknowledged"),
    "a server that loses an event": (
        on_server("DELETE FROM event WHERE revision = (SELECT max(revision) FROM event)"),
        "never reached the server",
    ),
    "a server that alters an event": (on_server("UPDATE event SET hash = 'x' WHERE revision = 3"), "altered"),
    "a server that makes up an event": (
        on_server(
            "INSERT INTO event SELECT facility_id, store_id, 10000, 'e', kind, token_id, at, service_day, body, hash,"
            " 10000, received_at FROM event WHERE revision = 1"
        ),
        "nobody wrote",
    ),
    "a cursor that skips": (server_that(lambda answer: {"cursor": int(str(answer["cursor"])) + 2}), "never pulled"),
    "a server that withholds events": (server_that(lambda answer: {"events": []}), "never pulled"),
    "a server that takes nothing": (server_that(lambda answer: {"acked_seq": 0, "more": False}), "does not get on"),
    "a token that is not what its events say": (on_server("UPDATE token SET copies = 77"), "not what its events say"),
    "an illegal state": (on_server("UPDATE token SET state = 'completed', slip = 'none'"), "not what its events say"),
    "an event parked for nothing": (
        on_server(
            "INSERT INTO parked SELECT facility_id, store_id, seq, 'WHY', received_at, token_id FROM event"
            " WHERE revision = 1"
        ),
        "parked",
    ),
    "a day that is counted wrong": (on_server("UPDATE day_count SET issued = issued + 1"), "counts"),
    "a server that acknowledges what it does not hold": (
        server_that(lambda answer: {"acked_seq": int(str(answer["acked_seq"])) + 1}),
        "saw acknowledged|is a copy",
    ),
    "a store that loses what it pulled": (
        in_a_store("DELETE FROM event WHERE store_id <> (SELECT store_id FROM meta)"),
        "never pulled",
    ),
    "a store with another state of a token": (in_a_store("UPDATE token SET state = 'held'"), "not the server's"),
    "a store that loses a commit": (loses_its_newest_commit, "lost a committed event"),
    "a store whose sequence has a gap": (
        in_a_store(
            "UPDATE event SET seq = seq + 1 WHERE seq = (SELECT last_seq FROM meta)"
            " AND store_id = (SELECT store_id FROM meta)"
        ),
        "not its newest event",
    ),
    "a loop that is done too early": (says_done_too_early, "says that it is done, and is not"),
    "two stations in one series": (two_stations_in_one_series, "again"),
}


@pytest.mark.parametrize("name", SABOTAGES)
def test_the_simulation_catches(world: World, name: str) -> None:
    sabotage, broken = SABOTAGES[name]
    busy_hours(world)
    with pytest.raises(InvariantError, match=broken):
        sabotage_and_rest(world, sabotage)


def test_without_sabotage_all_is_well(world: World) -> None:
    busy_hours(world)
    sabotage_and_rest(world, go_on)


def busy_hours(world: World) -> None:
    for number in range(30):
        step(world, 5, number)
    for station in (*world.stations, *world.stations):
        check_all_in(world, station)
        station.settle_slips()
        world.finish(station)


def sabotage_and_rest(world: World, sabotage: Sabotage) -> None:
    sabotage(world)
    world.rest()
