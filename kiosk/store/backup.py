"""Copies of the store: whole, encrypted with its own key, looked through before they count, and no more than needed."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import disk_usage

import structlog
from filelock import FileLock, Timeout
from sqlcipher3 import dbapi2 as sqlcipher

from kiosk.errors import StoreError, StoreFullError, StoreNewerError
from kiosk.store.place import force_to_disk
from kiosk.store.schema import HEAD
from kiosk.store.store import SqliteStore

KEPT = 8
ROOM_BYTES = 50_000_000
"""Left free on the backups' disk, which may be the store's own: tokens come first."""
BACKUP_LOCK = "backup.lock"
_LOCK_WAIT_S = 60.0
_NAME = "store-%Y%m%dT%H%M%SZ.db"
_PATTERN = "store-*.db"
_DRAFT_PATTERN = ".store-*.part"
_ABANDONED_S = 24 * 3600.0
GROWING = ("event", "token", "number", "slip_job")
"""Tables whose rows are never deleted."""
_ROWS = """SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM token), (SELECT count(*) FROM number),
 (SELECT count(*) FROM slip_job)"""
_OWN_EVENTS = "SELECT count(*), coalesce(max(seq), 0) FROM event WHERE store_id = ?"
_log = structlog.get_logger()


@dataclass(frozen=True)
class Contents:
    """What a copy holds, as far as it can be compared."""

    store_id: str
    rows: dict[str, int]


def back_up(store: SqliteStore, folder: Path, now: datetime) -> Path:
    """Write a verified copy of the store to ``folder`` while others issue, and delete all but the newest of this store.

    Raises:
        StoreError: BACKUP_FAILED, STORE_FULL, STORE_BUSY; there is no new copy then, and no old one is lost.
    """
    try:
        with FileLock(store.folder / BACKUP_LOCK, timeout=_LOCK_WAIT_S, mode=0o600):
            path = _copied(store, folder, now)
            kept = [path, *(each for each in _copies(folder, store.key, now) if each != path)]
            _delete(kept[KEPT:])
            return path
    except Timeout as error:
        raise StoreError("another process is copying the store", code="STORE_BUSY") from error
    except OSError as error:
        raise StoreError(f"cannot write a backup in {folder}: {error.strerror}", code="BACKUP_FAILED") from error


def purge_backups(store: SqliteStore, folder: Path, now: datetime) -> int:
    """Delete the copies that hold details which the store has purged, once there is a new one. Returns how many.

    What the copies hold decides, so that one that could not be deleted is tried again whenever this is called. Copies
    of other stations in the same folder are left alone, which our key does not open.

    Raises:
        StoreError: as ``back_up``; then all old copies are still there.
    """
    kept = store.tokens_with_details()
    try:
        stale = [path for path in _copies(folder, store.key, now) if _is_stale(path, store.key, kept)]
        if stale:
            back_up(store, folder, now)
        _delete([*stale, *_abandoned(folder, now)])
    except OSError as error:
        raise StoreError(f"cannot delete old backups in {folder}: {error.strerror}", code="BACKUP_FAILED") from error
    return len(stale)


def newest_copy(folder: Path, key: bytes, now: datetime) -> Path | None:
    """The newest copy that ``key`` opens and that is whole, if there is one."""
    for path in _copies(folder, key, now):
        with suppress(StoreError):
            looked_through(path, key)
            return path
    return None


def looked_through(path: Path, key: bytes) -> Contents:
    """What the store at ``path`` holds, after SQLite's own check. Nothing is written, not even beside it.

    Raises:
        StoreError: BACKUP_UNREADABLE, it is no store, damaged, or another key's.
        StoreNewerError: a newer program wrote it.
    """
    try:
        with path.open("rb") as file:
            is_plain = file.read(6) == b"SQLite"
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}", code="BACKUP_UNREADABLE") from error
    if is_plain:
        raise StoreError(f"{path} is not encrypted: this program did not write it", code="BACKUP_UNREADABLE")
    try:
        with _opened(path, key) as connection:
            return _contents(connection, path)
    except sqlcipher.Error as error:
        message = f"{path} cannot be read: it is damaged, or belongs to another store.key"
        raise StoreError(message, code="BACKUP_UNREADABLE") from error


@contextmanager
def _opened(path: Path, key: bytes) -> Iterator[sqlcipher.Connection]:
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlcipher.connect(address, uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA cipher_log_level=NONE")  # another station's copy is no error worth three lines
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        yield connection


def _contents(connection: sqlcipher.Connection, path: Path) -> Contents:
    (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision > HEAD:
        raise StoreNewerError(f"{path} has schema {revision}, this program knows {HEAD}: install the newer program")
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StoreError(f"{path} is damaged: {found}", code="BACKUP_UNREADABLE")
    store_id, last_seq = connection.execute("SELECT store_id, last_seq FROM meta").fetchone()
    if connection.execute(_OWN_EVENTS, [store_id]).fetchone() != (last_seq, last_seq):
        raise StoreError(f"{path} lacks events of its own history", code="BACKUP_UNREADABLE")
    return Contents(store_id, dict(zip(GROWING, connection.execute(_ROWS).fetchone(), strict=True)))


def _copied(store: SqliteStore, folder: Path, now: datetime) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    needed = store.size_bytes() + ROOM_BYTES
    if disk_usage(folder).free < needed:
        raise StoreFullError(f"no backup in {folder}: {needed // 1_000_000} MB must be free for it")
    draft = folder / f".store-{store.store_id}.part"
    draft.unlink(missing_ok=True)
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        before = store.row_counts(GROWING)
        store.copy_to(draft)
        force_to_disk(draft)
        _compare(before, looked_through(draft, store.key).rows, store.row_counts(GROWING))
        path = _free_name(folder, now)
        draft.replace(path)
        force_to_disk(folder)
        return path
    finally:
        draft.unlink(missing_ok=True)


def _compare(before: dict[str, int], copied: dict[str, int], after: dict[str, int]) -> None:
    """No statement can copy and count within one transaction; but rows are only ever added meanwhile."""
    wrong = [name for name in GROWING if not before[name] <= copied[name] <= after[name]]
    if wrong:
        raise StoreError(f"the backup does not hold all rows of {', '.join(wrong)}", code="BACKUP_FAILED")


def _free_name(folder: Path, now: datetime) -> Path:
    while (path := folder / now.astimezone(UTC).strftime(_NAME)).exists():
        now += timedelta(seconds=1)
    return path


def _copies(folder: Path, key: bytes, now: datetime) -> list[Path]:
    """The copies that ``key`` opens, newest first; those that a wrong clock has named after the future come last."""
    present = now.astimezone(UTC).strftime(_NAME)
    paths = sorted(folder.glob(_PATTERN), key=lambda path: (path.name <= present, path.name), reverse=True)
    return [path for path in paths if _is_ours(path, key)]


def _is_ours(path: Path, key: bytes) -> bool:
    try:
        with _opened(path, key) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlcipher.Error:
        return False
    return True


def _is_stale(path: Path, key: bytes, kept: set[str]) -> bool:
    """Whether a copy holds details of other tokens than ``kept``; one that is damaged may, and is of no other use."""
    try:
        with _opened(path, key) as connection:
            return any(token_id not in kept for (token_id,) in connection.execute("SELECT token_id FROM patient"))
    except sqlcipher.Error:
        return True


def _abandoned(folder: Path, now: datetime) -> Iterator[Path]:
    """Drafts whose writer has died; none of a living one is a day old."""
    for path in folder.glob(_DRAFT_PATTERN):
        with suppress(FileNotFoundError):
            if now.timestamp() - path.stat().st_mtime > _ABANDONED_S:
                yield path


def _delete(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
        _log.info("backup_deleted", name=path.name)
