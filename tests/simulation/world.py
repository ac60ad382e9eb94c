"""One simulated campus: stations, a server, one true time, and what is remembered and told of them."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from kiosk.errors import KioskError, ServerError, StoreForkError
from kiosk.model.token import IllegalMoveError
from kiosk.sync.loop import SyncReport, rounds
from tests.fakes import FakeClock
from tests.simulation.faults import Fault, PowerCutError
from tests.simulation.hospital import Hospital
from tests.simulation.link import Link
from tests.simulation.records import InvariantError, Records, hold
from tests.simulation.rest import check_rest
from tests.simulation.scenery import START, ids_from
from tests.simulation.station import Station

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CUTS = 0.05
"""Of a station's acts, where its power may be cut."""
ROUNDS_AT_REST = 30


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
        self._new_id = ids_from(random.Random(seed))
        for place in range(kiosks):
            self.add(f"kiosk-{place}", "ABCDEFGH"[place])
        for place in range(desks):
            self.add(f"desk-{place}", None)

    def add(self, name: str, series: str | None) -> Station:
        station = Station(name, series, self._folder / name, self._new_id, self.clock)
        self.stations.append(station)
        self.links[name] = Link(self, name)
        return station

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
        except StoreForkError as error:
            raise InvariantError(f"{station.name} was told that it is a copy") from error
        except (IllegalMoveError, KioskError) as error:
            told = error.code
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
        station.busy = True
        try:
            self.try_act(station, lambda: self._round(station))
        finally:
            station.busy = False

    def _round(self, station: Station) -> str:
        assert station.rounds is not None
        try:
            report = next(station.rounds, None)
        except KioskError:
            station.rounds = None
            raise
        if report is None:
            station.rounds = None
            hold(station.store.unsynced() == 0, f"{station.name} says that it is done, and is not")
            return "done"
        return f"pushed {report.pushed} pulled {report.pulled}"

    def rest(self) -> None:
        """Nothing fails any more, and all say what they have to say; then everything must agree.

        Raises:
            InvariantError, KioskError
        """
        self.faults = frozenset()
        for body in self.hospital.late:
            self.hospital.answer(body)
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
        *_, report = self._noted(station)
        return report.pushed + report.pulled

    def _noted(self, station: Station) -> Iterator[SyncReport]:
        try:
            for report in rounds(station.store, self.links[station.name], station.clock):
                self.records.note(station)
                self.records.note_ack(station, self.hospital)
                yield report
        except ServerError as error:
            hold(error.code != "SERVER_STUCK", f"{station.name} does not get on")
            raise

    def close(self) -> None:
        for station in self.stations:
            station.close()
        self.hospital.close()

    def tell(self, told: str) -> None:
        self.trace.append(told)

    def trace_hash(self) -> str:
        return sha256("\n".join(self.trace).encode()).hexdigest()
