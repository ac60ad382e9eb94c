"""A copy of the store becomes the store again, under a new name: all at once, or not at all."""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from kiosk.errors import SettingError, StoreError
from kiosk.model.exchange import StoreGrant
from kiosk.store.backup import looked_through
from kiosk.store.key import read_key, remember_key
from kiosk.store.place import (
    DRAFT_FOLDER,
    PLAN_FILE,
    STORE_FILE,
    declare_ready,
    finish_restore,
    force_to_disk,
    place_locked,
    write_through,
)
from kiosk.store.store import SqliteStore, open_file

_SHARED_LOCK = (510, 0x40000002)
"""Length and start of the lock that SQLite holds for as long as a store is open."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class Restored:
    """What came of a restore.

    Attributes:
        series: what it issues in; None: nothing, until the server has given it one.
        lost: where the files of the store before it are now, if there was one.
        resumed: an earlier restore was ready and has been finished; nothing else was done.
    """

    store_id: str
    series: str | None
    lost: Path | None
    resumed: bool = False


def restore(
    data_dir: Path,
    copy: Path,
    backups: Path,
    environ: Mapping[str, str],
    new_id: Callable[[], str],
    now: datetime,
    series: str | None = None,
) -> Restored:
    """Put the copy in the store's place as a new store. The caller owns the devices of ``data_dir``.

    It issues in the station's reserve series if no other restore has; then a note of that is left with the store and
    with the copies. A station that was never enrolled has none and needs ``series``.

    Raises:
        StoreError: all is as it was. Also StoreKeyError, StoreNewerError, BACKUP_UNREADABLE, and STORE_BUSY while
            another process has the store open.
        SettingError: ``series`` is missing, of no use here, or not new.
    """
    with place_locked(data_dir):
        key = read_key(data_dir, environ)
        earlier = finish_restore(data_dir)
        if earlier is not None:
            return _resumed(data_dir, key, earlier, new_id)
        looked_through(copy, key)
        _refuse_in_use(data_dir / STORE_FILE)
        plan = _planned_id(data_dir, new_id)
        notes = _Notes((data_dir, backups, copy.absolute().parent), plan)
        store_series = _make_ready(data_dir, copy, key, notes, now, series)
        remember_key(data_dir, key)
        lost = _free_name(data_dir, now)
        declare_ready(data_dir, lost)
        finish_restore(data_dir)
    _log.warning("store_restored", store_id=plan, lost=lost.name)
    return Restored(plan, store_series, lost if lost.exists() else None)


class _Notes:
    """Which reserve series restores have used, told by files that lie where a next restore will look."""

    def __init__(self, folders: Sequence[Path], plan: str) -> None:
        self._folders = [folder for folder in dict.fromkeys(folders) if folder.exists()]
        self._plan = plan

    def tells_of(self, series: str) -> bool:
        """Whether another restore than this one has used ``series``."""
        notes = (folder / _note_name(series) for folder in self._folders)
        return any(note.exists() and note.read_text("ascii").strip() != self._plan for note in notes)

    def leave(self, series: str) -> bool:
        """Note ``series`` as used, everywhere; False where that cannot be, as on a read-only medium."""
        try:
            for folder in self._folders:
                write_through(folder / _note_name(series), self._plan)
        except OSError as error:
            _log.warning("reserve_not_noted", reason=error.strerror)
            return False
        return True


def _note_name(series: str) -> str:
    return f"reserve-{series}.used"


def _make_ready(data_dir: Path, copy: Path, key: bytes, notes: _Notes, now: datetime, series: str | None) -> str | None:
    folder = data_dir / DRAFT_FOLDER
    folder.mkdir(mode=0o700)
    draft = folder / STORE_FILE
    draft.touch(mode=0o600)
    shutil.copyfile(copy, draft)
    store = open_file(draft, key, None, lambda: notes._plan)
    try:
        chosen = _series_for(store, notes, series)
        if store.last_synced_at() is not None:
            store.note_fork(now)  # the server may have been brought back too, from an older copy than this one
        store.begin_anew(now, chosen)
        if store.enrolment() is None and store.last_synced_at() is None:
            # No server can hold any of it.
            store.granted(StoreGrant(chosen or "", None, frozenset()), now)
        store.empty_log()
    finally:
        store.close()
    force_to_disk(draft)
    force_to_disk(folder)
    return chosen


def _series_for(store: SqliteStore, notes: _Notes, series: str | None) -> str | None:
    enrolment = store.enrolment()
    if enrolment is None:
        return _new_series(store, series)
    if series is not None:
        raise SettingError("this station is enrolled and gets its series from the server: leave --series out")
    reserve = enrolment.reserve_series
    if reserve is None or notes.tells_of(reserve) or not store.is_new_series(reserve) or not notes.leave(reserve):
        return None
    return reserve


def _new_series(store: SqliteStore, series: str | None) -> str:
    if series is None:
        raise SettingError("this station was never enrolled: give --series with letters that no store here ever had")
    if not store.is_new_series(series):
        raise SettingError(f"series {series!r} was used before the copy was made: give --series another one")
    return series


def _planned_id(data_dir: Path, new_id: Callable[[], str]) -> str:
    path = data_dir / PLAN_FILE
    if not path.exists():
        write_through(path, new_id())
    return path.read_text("ascii").strip()


def _resumed(data_dir: Path, key: bytes, lost: Path, new_id: Callable[[], str]) -> Restored:
    store = open_file(data_dir / STORE_FILE, key, None, new_id)
    try:
        return Restored(store.store_id, store.series, lost if lost.exists() else None, resumed=True)
    finally:
        store.close()


def _free_name(data_dir: Path, now: datetime) -> Path:
    while (path := data_dir / now.astimezone(UTC).strftime("lost-%Y%m%dT%H%M%SZ")).exists():
        now += timedelta(seconds=1)
    return path


def purge_lost(data_dir: Path, before: datetime) -> int:
    """Delete what restores have put away before ``before``: patients' details are in it. Returns how many folders."""
    old = [path for path in data_dir.glob("lost-*") if path.name < f"lost-{before.astimezone(UTC):%Y%m%dT%H%M%SZ}"]
    for path in old:
        shutil.rmtree(path)
    return len(old)


def _refuse_in_use(path: Path) -> None:
    """A process that has the store open would go on issuing into files that are nobody's any more.

    Windows refuses to move files that are open.
    """
    if sys.platform == "win32" or not path.exists():
        return
    import fcntl

    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, *_SHARED_LOCK)
        except BlockingIOError as error:
            raise StoreError("another process has the store open: end it first", code="STORE_BUSY") from error
