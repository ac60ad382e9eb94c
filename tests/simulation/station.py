"""A kiosk or a desk of the simulation: a real store in a real file, under a clock and a power supply that fail."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from kiosk.checkin import Registration
from kiosk.model.token import SlipState
from kiosk.ports import Clock
from kiosk.store import tables
from kiosk.store.store import STORE_FILE, SqliteStore, open_store
from kiosk.sync.loop import SyncReport
from tests.simulation.faults import Fuse, fill_disk, put_back, snapshot
from tests.simulation.scenery import FACILITY_KEY, HOSPITAL, empty_store


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
    """

    def __init__(self, name: str, series: str | None, folder: Path, new_id: Callable[[], str], true: Clock) -> None:
        self.name, self.series, self.folder = name, series, folder
        self.clock = StationClock(true)
        self.fuse = Fuse()
        self.rounds: Iterator[SyncReport] | None = None
        self.busy = False
        self._new_id = new_id
        if not folder.exists():
            folder.mkdir()
            for file, content in empty_store().items():
                (folder / file).write_bytes(content)
        self.store = self._opened()
        with self.store._writer.begin() as connection:
            connection.execute(update(tables.meta).values(facility_key=FACILITY_KEY))

    @property
    def issues(self) -> bool:
        """A kiosk; a desk has no series."""
        return self.series is not None

    @property
    def registration(self) -> Registration:
        return Registration(self.store, HOSPITAL, self.clock, has_server=True, reprint_limit=2)

    def crash(self) -> None:
        """Cut the power, and start again on what lies on the disk."""
        left = snapshot(self.folder / STORE_FILE)
        self.close()
        put_back(self.folder / STORE_FILE, left)
        self.start()

    def start(self) -> None:
        self.store = self._opened()
        self.store.doubt_interrupted_slips(self.clock.now())

    def restarted(self) -> str:
        self.close()
        self.start()
        return "restarted"

    def settle_slips(self) -> None:
        """All that waits for the printer is printed."""
        now = self.clock.now()
        self.store.doubt_interrupted_slips(now)
        for job in self.store.due_slips(now - timedelta(days=365)):
            self.store.slip_moved(job.job_id, SlipState.SENDING, now)
            self.store.slip_moved(job.job_id, SlipState.PRINTED, now)

    def close(self) -> None:
        self.fuse.detach(self.store._writer)
        self.rounds = None
        self.store.close()

    def fill_disk(self, *, full: bool) -> None:
        fill_disk(self.store._writer, full=full)

    def _opened(self) -> SqliteStore:
        store = open_store(self.folder, self.series, self._new_id, {})
        self.fuse.attach(store._writer)
        return store
