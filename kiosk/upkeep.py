"""What a running station does for itself in the background: copies of its store, and forgetting patients' details."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import structlog

from kiosk.app import Station
from kiosk.errors import KioskError
from kiosk.printing.folder import purge_slips
from kiosk.store.backup import back_up, purge_backups
from kiosk.store.restoring import purge_lost

FIRST_S = 60.0
"""After the start: the first patient comes first."""
BACKUP_S = 15 * 60.0
PURGE_S = 3600.0
SLIPS_KEPT = timedelta(hours=24)
LOST_KEPT = timedelta(days=7)
"""What stood in the place of a restored store: time enough to look for tokens that it alone has."""
FOLDER_PRINTER = "folder:"
_log = structlog.get_logger()


@dataclass(frozen=True)
class Chore:
    """Something to do every ``every_s``, next at ``due_s`` of the monotonic clock."""

    name: str
    every_s: float
    due_s: float
    do: Callable[[], None]


def chores(station: Station) -> list[Chore]:
    due_s = station.clock.monotonic() + FIRST_S
    return [
        Chore("backup", BACKUP_S, due_s, lambda: back_up_now(station)),
        Chore("purge", PURGE_S, due_s, lambda: purge(station)),
    ]


def back_up_now(station: Station) -> None:
    back_up(station.store, station.settings.backup_folder, station.clock.now())


def purge(station: Station) -> None:
    """Forget the details whose time is over, wherever this station has written them.

    Raises:
        StoreError, PrinterError
    """
    now = station.clock.now()
    purged = station.store.purge_details(now)
    copies = station.settings.backup_folder
    if copies.exists():  # each time: the last try may have found a full disk, or been cut short
        purge_backups(station.store, copies, now)
    if station.store.claim() is None:  # until then somebody may have to look into what a restore has put away
        purge_lost(station.settings.data_dir, now - LOST_KEPT)
    slips = 0
    if station.settings.printer.startswith(FOLDER_PRINTER):
        slips = purge_slips(Path(station.settings.printer.removeprefix(FOLDER_PRINTER)), now - SLIPS_KEPT)
    if purged or slips:
        _log.info("details_purged", tokens=purged, slips=slips)


def turn(waiting: list[Chore], now_s: float) -> list[Chore]:
    """Do what is due by ``now_s``. A fault is logged, and the chore's next time comes all the same."""
    return [_done(chore, now_s) if chore.due_s <= now_s else chore for chore in waiting]


def _done(chore: Chore, now_s: float) -> Chore:
    try:
        chore.do()
    except KioskError as error:
        _log.error("upkeep_failed", chore=chore.name, code=error.code)
    except OSError as error:
        _log.error("upkeep_failed", chore=chore.name, code=error.strerror)
    except Exception:  # a bug of ours must show, but a thread that is gone would do no upkeep at all
        _log.exception("upkeep_bug", chore=chore.name)
    return replace(chore, due_s=now_s + chore.every_s)


class UpkeepThread:
    """Does ``waiting`` chores one after the other, by ``monotonic`` seconds, until ``stop``."""

    def __init__(self, waiting: list[Chore], monotonic: Callable[[], float]) -> None:
        self._waiting, self._monotonic = waiting, monotonic
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """Chores keep to their times, whatever else happens."""

    def ask_to_stop(self) -> None:
        """End after the chore under way. Returns at once."""
        self._stopping.set()

    def stop(self, deadline_s: float) -> bool:
        """End after the chore under way. Returns whether it has ended within ``deadline_s``."""
        self.ask_to_stop()
        self._thread.join(deadline_s)
        return not self.is_alive()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._waiting = turn(self._waiting, self._monotonic())
            next_s = min(chore.due_s for chore in self._waiting)
            self._stopping.wait(max(0.0, next_s - self._monotonic()))
