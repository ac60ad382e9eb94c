"""A kiosk or a desk of the simulation: a real store in a real file, under a clock and a power supply that fail."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.acts import Acts
from kiosk.calling import Calling, LostAct
from kiosk.checkin import NOTICE_VERSION, Registration
from kiosk.model.events import Kind
from kiosk.model.token import SlipState
from kiosk.ports import Clock
from kiosk.store.store import STORE_FILE, SqliteStore, open_store
from kiosk.sync.line import DeskServer, Line
from kiosk.sync.loop import SyncReport
from tests.contracts.acts import doubt_interrupted
from tests.simulation.faults import Fuse, fill_disk, put_back, snapshot
from tests.simulation.scenery import HOSPITAL, empty_store


class StationClock:
    """The true time, but for how wrong this machine's clock is set."""

    def __init__(self, true: Clock) -> None:
        self._true = true
        self.skew = timedelta()

    def now(self) -> datetime:
        return self._true.now() + self.skew

    def monotonic(self) -> float:
        return self._true.monotonic()


class Station:
    """Everything that a crash ends is in ``store`` and ``rounds``; everything else survives it.

    Attributes:
        rounds: the synchronisation under way, between two round trips.
        busy: it is within a round trip, so that it cannot begin another one.
        refusal: the code with which the server turned it away for good, until it is paired again.
        backups: what its disk held at some moments.
        lost: acts of the staff here that came second, as they were told.
    """

    def __init__(self, name: str, folder: Path, new_id: Callable[[], str], true: Clock) -> None:
        self.name, self.folder, self.new_id = name, folder, new_id
        self.clock = StationClock(true)
        self.fuse = Fuse()
        self.rounds: Iterator[SyncReport] | None = None
        self.busy = False
        self.refusal = ""
        self.backups: list[dict[str, bytes]] = []
        self.lost: list[LostAct] = []
        if not folder.exists():
            folder.mkdir()
            for file, content in empty_store().items():
                (folder / file).write_bytes(content)
        self.store = self._opened()

    @property
    def registration(self) -> Registration:
        return Registration(self.store, HOSPITAL, self.clock, has_server=True, reprint_limit=2)

    def calling(self, server: DeskServer | None) -> Calling:
        """A desk's story, through ``server`` or alone."""
        acts = Acts(self.store, lambda: HOSPITAL, self.clock, NOTICE_VERSION, has_server=True)
        alone = Calling(acts, self.new_id)
        if server is None:
            return alone
        line = Line(self.store, server, self.clock, lambda parked: self.lost.extend(alone.lost_acts(parked)))
        return Calling(acts, self.new_id, line, line.push)

    def copied_to(self, name: str, folder: Path, true: Clock) -> "Station":
        """A second machine with what lies on this one's disk in this instant."""
        shutil.copytree(self.folder, folder)
        put_back(folder / STORE_FILE, snapshot(self.folder / STORE_FILE))
        return Station(name, folder, self.new_id, true)

    def back_up(self) -> None:
        self.backups.append(snapshot(self.folder / STORE_FILE))

    def restore(self, place: int) -> None:
        """The disk is lost, and an older backup is put in its place."""
        self._start_on(self.backups[place])

    def crash(self) -> None:
        """Cut the power, and start again on what lies on the disk."""
        self._start_on(snapshot(self.folder / STORE_FILE))

    def restarted(self) -> str:
        self.close()
        self._start()
        return "restarted"

    def clock_accepted(self) -> str:
        self.store.declare(Kind.CLOCK_ACCEPTED, HOSPITAL, self.clock.now(), {"by": "a supervisor"})
        return "clock accepted"

    def settle_slips(self) -> None:
        """All that waits for the printer is printed."""
        now = self.clock.now()
        doubt_interrupted(self.store, now)
        for job in self.store.due_slips(now - timedelta(days=365)):
            self.store.slip_moved(job.job_id, SlipState.SENDING, now)
            self.store.slip_moved(job.job_id, SlipState.PRINTED, now)

    def close(self) -> None:
        self.fuse.detach(self.store._writer)
        self.rounds = None
        self.store.close()

    def fill_disk(self, *, full: bool) -> None:
        fill_disk(self.store._writer, full=full)

    def _start_on(self, files: dict[str, bytes]) -> None:
        self.close()
        put_back(self.folder / STORE_FILE, files)
        self._start()

    def _start(self) -> None:
        self.store = self._opened()
        doubt_interrupted(self.store, self.clock.now())

    def _opened(self) -> SqliteStore:
        store = open_store(self.folder, None, self.new_id, {})
        self.fuse.attach(store._writer)
        return store
