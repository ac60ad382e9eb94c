"""What chance lets happen: check-ins, slips, calls, round trips, restarts, and faults of machines and clocks."""

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from sqlalchemy import Row

from kiosk.acts import Post
from kiosk.errors import KioskError
from kiosk.model.events import Json, Kind
from kiosk.model.moves import MOVES
from kiosk.model.patient import Patient
from kiosk.model.staff import SignedIn
from kiosk.model.token import SlipState
from kiosk.ports import IssueOrder
from kiosk.server.identity import Role
from kiosk.server.ingest import EventRefusedError
from kiosk.server.problems import ProblemError
from tests.simulation.faults import Fault
from tests.simulation.scenery import DEPARTMENTS, HOSPITAL, START, patients
from tests.simulation.station import Station
from tests.simulation.world import LONG_AGO, World

PEOPLE = patients(6)
OUTCOMES = (SlipState.PRINTED, SlipState.PRINTED, SlipState.FAILED, SlipState.IN_DOUBT)
DESK_ACTS = tuple(kind for kind in MOVES if kind not in (Kind.TOKEN_LAPSED, Kind.TOKEN_REVIVED))
CLOCK_ERRORS_H = (0.0, 0.0, 0.0, 0.05, -0.05, 0.5, -3.0, 8.0, 24.0, -24.0, 24.0 * 9)
DEEPEST = 2
"""So many exchanges may lie within one another."""
MOST_STATIONS = 7
ROOMS = ("1", "2")
STAFF = SignedIn("s1", "Somebody", "supervisor", (), START)
RECENT = 8
"""Staff act on one of so many tokens, so that desks get in each other's way."""
_CALLED = "SELECT token_id FROM token WHERE state IN ('called', 'serving') ORDER BY moved_at DESC, token_id LIMIT ?"
_NEWEST = "SELECT token_id, state FROM token ORDER BY issued_at DESC, token_id LIMIT ?"
Step: TypeAlias = Callable[[World, Station], None]


def step(world: World, seed: int, number: int) -> None:
    """Whatever step ``number`` of ``seed`` is; no other step decides it, but they leave it another world."""
    world.chance = random.Random(f"{seed}/{number}")
    world.meanwhile = lambda: _meanwhile(world, 1)
    world.clock.move(timedelta(seconds=world.chance.expovariate(1 / 60)))
    world.tell(f"#{number} {world.clock.now():%d %H:%M:%S}")
    _chosen(world, STEPS)


def _chosen(world: World, among: Mapping[Step, int]) -> None:
    (act,) = world.chance.choices(list(among), list(among.values()))
    act(world, world.chance.choice(world.stations))


def _meanwhile(world: World, depth: int) -> None:
    """While one station is on the line others act, and may be on the line themselves; but not for ever."""
    outer = world.meanwhile
    world.meanwhile = (lambda: _meanwhile(world, depth + 1)) if depth < DEEPEST else (lambda: None)
    for _ in range(world.chance.randint(1, 3)):
        _chosen(world, DAILY)
    world.meanwhile = outer


def _serve(world: World, station: Station) -> None:
    """Kiosks issue; desks mostly call, but register walk-ins too."""
    is_desk = world.links[station.name].caller.role is Role.DESK
    if is_desk and world.chance.random() < 0.8:
        _chosen_act(world, station)
    else:
        _check_in(world, station)


def _chosen_act(world: World, station: Station) -> None:
    (act,) = world.chance.choices(list(AT_DESK), list(AT_DESK.values()))
    act(world, station)


def _check_in(world: World, station: Station) -> None:
    who, department = world.chance.choice(PEOPLE), world.chance.choice(DEPARTMENTS)
    world.try_act(station, lambda: station.registration.check_in(who, department, "hi").token.label)


def _newest(world: World, station: Station) -> Row[Any] | None:
    """A token that staff may act upon."""
    with station.store._reader.connect() as connection:
        rows = connection.exec_driver_sql(_NEWEST, (RECENT,)).all()
    return world.chance.choice(rows) if rows else None


def _act(world: World, station: Station) -> None:
    """Something that the token's state allows, more often than not."""
    row = _newest(world, station)
    if row is None:
        return
    fitting = [kind for kind in DESK_ACTS if row.state in MOVES[kind][0]]
    kind = Kind(world.chance.choice(fitting if fitting and world.chance.random() < 0.8 else DESK_ACTS))
    queue = world.chance.choice(DEPARTMENTS)
    body: dict[str, Json] = {"queue_department": queue} if kind == Kind.TOKEN_TRANSFERRED else {}

    def acted() -> str:
        token = station.store.act(kind, row.token_id, station.clock.now(), body)
        return f"{kind} {token.label}"

    world.try_act(station, acted)


def _call(world: World, station: Station) -> None:
    """Whoever is next, or one who is wanted: through the server, or alone where it does not answer."""
    room, queues = world.chance.choice(ROOMS), tuple(world.chance.sample(DEPARTMENTS, 2))
    post, named = Post(room, queues, STAFF), _newest(world, station) if world.chance.random() < 0.3 else None
    is_cut = station.busy or world.chance.random() < 0.2
    calling = station.calling(None if is_cut else world.links[station.name])

    def called() -> str:
        found = calling.call(post, named.token_id) if named else calling.call_next(post)
        told = f"{found.called.token.label} to {room}{' alone' if found.alone else ''}" if found else "nobody waits"
        if found and world.chance.random() < 0.1:
            told += f", undone {calling.acts.undo(post, found.done).after.state}"
        return told

    (world.try_act if is_cut else world.on_the_line)(station, called)


def _refer(world: World, station: Station) -> None:
    with station.store._reader.connect() as connection:
        called = connection.exec_driver_sql(_CALLED, (RECENT,)).scalars().all()
    if not called:
        return
    token_id, queue = world.chance.choice(called), world.chance.choice(DEPARTMENTS)
    department = HOSPITAL.department(queue)
    assert department is not None
    order = IssueOrder(Patient(), HOSPITAL, department, station.clock.now(), "hi", "2026-11")
    world.try_act(station, lambda: f"refers to {station.store.refer(token_id, order, {}).token.label}")


def _open_or_close(world: World, station: Station) -> None:
    body: dict[str, Json] = {"department": world.chance.choice(DEPARTMENTS), "is_open": world.chance.random() < 0.5}

    def declared() -> str:
        station.store.declare(Kind.OPENING_CHANGED, HOSPITAL, station.clock.now(), body)
        return f"{body['department']} open: {body['is_open']}"

    world.try_act(station, declared)


def _print(world: World, station: Station) -> None:
    jobs = station.store.due_slips(LONG_AGO)
    if not jobs:
        return
    job, outcome = world.chance.choice(jobs), world.chance.choice(OUTCOMES)

    def printed() -> str:
        station.store.slip_moved(job.job_id, SlipState.SENDING, station.clock.now())
        station.store.slip_moved(job.job_id, outcome, station.clock.now())
        return outcome

    world.try_act(station, printed)


def _pass_time(world: World, _station: Station) -> None:
    world.clock.move(timedelta(hours=world.chance.choice((1, 3, 12, 30))))


def _restart(world: World, station: Station) -> None:
    if not station.busy:
        world.try_act(station, station.restarted)


def _deliver_late(world: World, _station: Station) -> None:
    late = world.hospital.late
    if late:
        asked = late.pop(world.chance.randrange(len(late)))
        try:
            world.hospital.answer(asked)
        except (ProblemError, EventRefusedError, KioskError) as error:
            world.tell(f"an old request is refused: {error.code}")
        else:
            world.tell("an old request arrives")


def _fill_disk(world: World, station: Station) -> None:
    full = world.chance.random() < 0.5
    if Fault.DISK_FULL in world.faults:
        station.fill_disk(full=full)
        world.tell(f"{station.name} disk {'full' if full else 'freed'}")


def _set_clock(world: World, station: Station) -> None:
    hours = world.chance.choice(CLOCK_ERRORS_H)
    if Fault.CLOCK in world.faults:
        station.clock.skew = timedelta(hours=hours)
        world.tell(f"{station.name} clock off by {hours} h")


def _accept_clock(world: World, station: Station) -> None:
    """A supervisor sets it right and says so."""
    if Fault.CLOCK in world.faults:
        station.clock.skew = timedelta()
        world.try_act(station, station.clock_accepted)


def _back_up_server(world: World, _station: Station) -> None:
    if Fault.SERVER_RESTORED in world.faults:
        world.hospital.back_up()


def _restore_server(world: World, _station: Station) -> None:
    backups = world.hospital.backups
    if backups:
        world.restore_server(world.chance.randrange(len(backups)))
        world.tell("server restored")


def _clone(world: World, station: Station) -> None:
    if Fault.CLONE in world.faults and len(world.stations) < MOST_STATIONS:
        world.tell(f"{world.clone(station).name} is a copy of {station.name}")


def _back_up(world: World, station: Station) -> None:
    if Fault.RESTORE in world.faults:
        station.back_up()


def _restore(world: World, station: Station) -> None:
    ways = {"carelessly": world.chance.random() < 0.3, "with_reserve": world.chance.random() < 0.5}
    if station.backups and not station.busy:
        world.tell(f"{station.name} is restored {ways}")
        world.restore(station, world.chance.randrange(len(station.backups)), **ways)


def _pair_again(world: World, station: Station) -> None:
    if station.refusal and not station.busy:
        world.tell(f"{station.name} {station.refusal}, paired again")
        world.pair(station)


AT_DESK: Mapping[Step, int] = {_act: 12, _call: 12, _refer: 2, _open_or_close: 1}
DAILY: Mapping[Step, int] = {_serve: 34, _print: 10, World.sync: 34}
STEPS: Mapping[Step, int] = {
    **DAILY,
    _pass_time: 2,
    _restart: 1,
    _deliver_late: 3,
    _fill_disk: 2,
    _set_clock: 2,
    _accept_clock: 1,
    _back_up_server: 1,
    _restore_server: 1,
    _clone: 1,
    _back_up: 2,
    _restore: 2,
    _pair_again: 3,
}
