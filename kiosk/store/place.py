"""Where the store's files lie, and how a restored one takes the place of the one before it.

A restored store is made ready in a folder of its own. Then one file, ``restore.ready``, decides: before it stands,
nothing has happened to the store in place; once it stands, whoever opens the store next first exchanges the two.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path

from filelock import FileLock, Timeout

from kiosk.errors import StoreError, StoreFullError

STORE_FILE = "store.db"
LOCK_FILE = "opening.lock"
READY_FILE = "restore.ready"
"""Holds the name of the folder that the store in place goes to."""
DRAFT_FOLDER = "restoring"
PLAN_FILE = "restore.plan"
"""The id of the store that is being made ready: a restore that was cut short goes on with the same."""
WAIT_S = 10.0


@contextmanager
def place_locked(data_dir: Path) -> Iterator[None]:
    """One process at a time makes or exchanges files in ``data_dir``, which is made if need be. Raises StoreError."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(data_dir / LOCK_FILE, timeout=WAIT_S, mode=0o600):
            yield
    except Timeout as error:
        raise StoreError("another process is opening the store", code="STORE_BUSY") from error
    except OSError as error:
        if error.errno == ENOSPC:
            raise StoreFullError(f"the disk of {data_dir} is full: free some space") from error
        raise StoreError(f"cannot write in {data_dir}: {error.strerror}") from error


def finish_restore(data_dir: Path) -> Path | None:
    """Put a restored store that is ready in its place; can be done again. The caller holds ``place_locked``.

    Returns where the store before it is now, if there was one; None where there was nothing to finish.
    """
    ready = data_dir / READY_FILE
    if not ready.exists():
        # A draft that is not ready is nobody's: who makes one holds the lock until it is.
        shutil.rmtree(data_dir / DRAFT_FOLDER, ignore_errors=True)
        return None
    lost, draft = data_dir / ready.read_text("ascii").strip(), data_dir / DRAFT_FOLDER / STORE_FILE
    if draft.exists():
        _put_away(data_dir, lost)
        draft.replace(data_dir / STORE_FILE)
        force_to_disk(data_dir)
    shutil.rmtree(data_dir / DRAFT_FOLDER, ignore_errors=True)
    (data_dir / PLAN_FILE).unlink(missing_ok=True)
    ready.unlink()
    force_to_disk(data_dir)
    return lost


def declare_ready(data_dir: Path, lost: Path) -> None:
    """From here on the draft is the store."""
    part = data_dir / f"{READY_FILE}.part"
    write_through(part, lost.name)
    part.replace(data_dir / READY_FILE)
    force_to_disk(data_dir)


def write_through(path: Path, text: str) -> None:
    """Write a small file for its owner's eyes only, so that it survives a power cut from now on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    force_to_disk(path.parent)


def force_to_disk(path: Path) -> None:
    """File or folder: what was written there survives a power cut from now on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_away(data_dir: Path, lost: Path) -> None:
    """All files of the store in place, together; the log apart from its store would be worth nothing."""
    there = [path for suffix in ("-wal", "-shm", "") if (path := data_dir / (STORE_FILE + suffix)).exists()]
    if not there:
        return
    lost.mkdir(exist_ok=True, mode=0o700)
    for path in there:
        path.replace(lost / path.name)
    force_to_disk(lost)
