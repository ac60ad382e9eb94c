"""One simulated campus: stations, a server, one true time, and what is remembered and told of them."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from kiosk.errors import KioskError, ServerError, StoreForkError
from kiosk.model.exchange import Enrolment
from kiosk.model.moves import IllegalMoveError
from kiosk.server.identity import Caller, Role
from kiosk.server.problems import ProblemError
from kiosk.sync.loop import NEEDS_PAIRING, SyncReport, rounds
from tests.fakes import FakeClock
from tests.simulation.faults import Fault, PowerCutError
from tests.simulation.hospital import Hospital
from tests.simulation.link import Link
from tests.simulation.records import InvariantError, Records, hold
from tests.simulation.rest import check_rest
from tests.simulation.scenery import FACILITY_KEY, HOSPITAL, START, ids_from
from tests.simulation.station import Station

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CUTS = 0.05
"""Of a station's acts, where its power may be cut."""
ROUNDS_AT_REST = 40
OTHER_MACHINE = ("STATION_CLONED", "STORE_FOREIGN")
"""The refusals of a machine while another one is the station that it takes itself for."""
NEW_STORE_HELPS = ("STORE_FORK", "STORE_FOREIGN", "SERIES_TAKEN")
"""What the server says at pairing to a store that is somebody else's by now, or issues in a series that is."""


class World:
    """What every step finds, and leaves behind for the next.

    Attributes:
        chance: decides all of the present step.
        meanwhile: what others do while one station is on the line.
    """

    def __init__(self, folder: Path, seed: int, faults: frozenset[Fault], kiosks: int = 2, desks: int = 1) -> None:
        self.faults = faults
        self.chance = random.Random(seed)
        self.trace: list[str] = []
        self.records = Records()
        self.clock = FakeClock(START)
        self.hospital = Hospital(folder, self.clock)
        self.links: dict[str, Link] = {}
        self.stations: list[Station] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self._folder = folder
        self._paired = {"kiosk": 0, "desk": 0}
        new_id = ids_from(random.Random(seed))
        for kind in ("kiosk",) * kiosks + ("desk",) * desks:
            name = f"{kind}-{self._paired[kind]}"
            self._add(Station(name, folder / name, new_id, self.clock), self._next_caller(kind))
            self.pair(self.stations[-1])

    # --- stations -----------------------------------------------------------------------------------------------------

    def _add(self, station: Station, caller: Caller) -> None:
        self.stations.append(station)
        self.links[station.name] = Link(self, caller)

    def _next_caller(self, kind: str) -> Caller:
        self._paired[kind] += 1
        return Caller(Role(kind), HOSPITAL.facility_id, f"{kind}-{self._paired[kind] - 1}", "key")

    def pair(self, station: Station) -> None:
        """With a code from the server, as ``kiosk enrol`` does: the first time, or after it was turned away.

        A copy becomes another station; who is only unknown becomes the same one again.
        """
        link, now = self.links[station.name], station.clock.now()
        if station.refusal in OTHER_MACHINE:
            link.caller = self._next_caller(link.caller.role.value)
        before = station.store.series if station.store.enrolment() else None
        try:
            granted = self.hospital.enrol(link.caller, station.store.store_id, before)
        except (StoreForkError, ProblemError) as error:
            hold(getattr(error, "code", "") in NEW_STORE_HELPS, f"{station.name} cannot be paired: {error}")
            station.store.note_fork(now)
            station.store.begin_anew(now)
            granted = self.hospital.enrol(link.caller, station.store.store_id, station.store.series)
        told = Enrolment(HOSPITAL.facility_id, link.caller.station_id, link.caller.role.value, "key", "", "")
        told = Enrolment(**(vars(told) | {"reserve_series": granted.reserve_series}))
        station.store.enrol(told, granted.series, FACILITY_KEY, now)
        station.refusal = ""
        self.records.note(station)

    def clone(self, station: Station) -> Station:
        """Somebody starts a second machine with a copy of the disk."""
        name = f"copy-{len(self.stations)}"
        copy = station.copied_to(name, self._folder / name, self.clock)
        self._add(copy, self.links[station.name].caller)
        self.records.note_copy(station, copy)
        return copy

    def restore(self, station: Station, place: int, *, carelessly: bool = False, with_reserve: bool = False) -> None:
        """The disk is lost; an older backup takes its place, and the store begins anew unless nobody tells it."""
        station.restore(place)
        self.records.note_restore(station)
        if carelessly:
            return
        enrolment = station.store.enrolment()
        reserve = enrolment.reserve_series if enrolment and with_reserve else None
        if reserve is not None:
            self.records.note_series(reserve)
        station.store.note_fork(station.clock.now())
        station.store.begin_anew(station.clock.now(), reserve)
        self.records.note(station)

    def restore_server(self, place: int) -> None:
        """Nobody sends again what the server has done itself."""
        self.records.note_server(self.hospital)
        self.records.copied |= self.hospital.restore(place)
        self.records.note_server(self.hospital)

    # --- what they do -------------------------------------------------------------------------------------------------

    def try_act(self, station: Station, act: Callable[[], str]) -> None:
        """Let a station act; its power may be cut, and what it refuses is told.

        Raises:
            InvariantError
        """
        cut = Fault.CRASH in self.faults and not station.busy and self.chance.random() < CUTS
        if cut:
            station.fuse.arm(self.chance.randint(1, 20))
        try:
            told = act()
        except PowerCutError:
            told, cut = "power cut", True
        except (IllegalMoveError, KioskError) as error:
            told = error.code
            is_fork = isinstance(error, StoreForkError)
            hold(not is_fork or bool(self.records.copied), f"{station.name} was told that it is a copy")
        if cut:
            station.crash()
            told += ", started again"
        self.records.note(station)
        self.tell(f"{station.name} {told}")

    def sync(self, station: Station) -> None:
        """One more round trip of a station, unless it is in one."""
        if station.busy:
            return
        station.rounds = station.rounds or self._noted(station)
        self.on_the_line(station, lambda: self._round(station))

    def on_the_line(self, station: Station, act: Callable[[], str]) -> None:
        """Let a station act that is not in an exchange: it has one now."""
        station.busy = True
        try:
            self.try_act(station, act)
        finally:
            station.busy = False

    def _round(self, station: Station) -> str:
        assert station.rounds is not None
        try:
            report = next(station.rounds, None)
        except BaseException:
            station.rounds = None
            raise
        if report is None:
            station.rounds = None
            hold(station.store.unsynced() == 0, f"{station.name} says that it is done, and is not")
            return "done"
        return f"pushed {report.pushed} pulled {report.pulled}"

    def _noted(self, station: Station) -> Iterator[SyncReport]:
        try:
            for report in rounds(station.store, self.links[station.name], station.clock):
                self.records.note_ack(station, self.hospital)
                yield report
        except ServerError as error:
            hold(error.code != "SERVER_STUCK", f"{station.name} does not get on")
            if error.code in NEEDS_PAIRING:
                station.refusal = error.code
            raise

    # --- rest ---------------------------------------------------------------------------------------------------------

    def rest(self) -> None:
        """Nothing fails any more, and all say what they have to say; then everything must agree.

        Raises:
            InvariantError, KioskError
        """
        self.faults = frozenset()
        for station in self.stations:
            station.rounds, station.clock.skew = None, timedelta()
            station.fill_disk(full=False)
            station.settle_slips()
        for _ in range(ROUNDS_AT_REST):
            if sum(self.finish(station) for station in self.stations) == 0:
                return check_rest(self.hospital, self.stations, self.records)
        raise InvariantError("they never have said all")

    def finish(self, station: Station) -> int:
        """Synchronise until all is said. Returns how many events were newly pushed or pulled."""
        station.rounds = None
        try:
            *_, report = self._noted(station)
        except ServerError as error:
            hold(bool(station.refusal), f"{station.name} is refused for ever: {error}")
            self.tell(f"{station.name} {station.refusal}, paired again")
            self.pair(station)
            return 1
        self.records.note(station)
        return report.pushed + report.pulled

    def close(self) -> None:
        for station in self.stations:
            station.close()
        self.hospital.close()

    def tell(self, told: str) -> None:
        self.trace.append(told)

    def trace_hash(self) -> str:
        return sha256("\n".join(self.trace).encode()).hexdigest()
