"""What may go wrong in the simulation, and the two ways to make a database fail: a power cut and a full disk."""

from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine, event


class Fault(StrEnum):
    """One kind of fault; a run may leave any of them out."""

    LOST = "lost"
    """A request never arrives."""
    CUT = "cut"
    """A request is carried out, and its answer is lost or ends half-way."""
    TWICE = "twice"
    """A request arrives twice."""
    LATE = "late"
    """A copy of a request arrives long after newer ones."""
    SLOW = "slow"
    """Others act while a request or its answer is under way."""
    BUSY = "busy"
    """The server answers that it cannot, now."""
    SERVER_CRASH = "server-crash"
    """The server's power is cut at any statement of a request, or at its commit."""
    SERVER_RESTORED = "server-restored"
    """The server goes on from an older backup."""
    CRASH = "crash"
    """A station's power is cut at any statement of an act, or at its commit."""
    DISK_FULL = "disk-full"
    CLOCK = "clock"
    """A station's clock jumps."""
    CLONE = "clone"
    """A second machine starts with a copy of a station's disk, its key included."""
    RESTORE = "restore"
    """A station's store is brought back from an older backup; what was not sent since then is lost."""


EVERY_FAULT = frozenset(Fault)
_MOMENTS = ("before_cursor_execute", "commit")


class PowerCutError(BaseException):
    """The end of one machine's world in the middle of what it does. No handler of the program may swallow it."""


class Fuse:
    """Cuts the power at a chosen statement of the engine that it is attached to; the commit counts as one."""

    def __init__(self) -> None:
        self._left: int | None = None

    def arm(self, statements: int) -> None:
        self._left = statements

    def attach(self, engine: Engine) -> None:
        for moment in _MOMENTS:
            event.listen(engine, moment, self._burn)

    def detach(self, engine: Engine) -> None:
        self._left = None
        for moment in _MOMENTS:
            event.remove(engine, moment, self._burn)

    def _burn(self, *_told: object) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left <= 0:
            self._left = None
            raise PowerCutError


def fill_disk(engine: Engine, *, full: bool) -> None:
    """From now on the file of ``engine``, which has one connection, cannot grow; or it can again."""
    with engine.begin() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used if full else 2**30}")


def snapshot(database: Path) -> dict[str, bytes]:
    """What lies on the disk of a database in this instant, open or not, with its write-ahead log."""
    files = (database, database.with_name(f"{database.name}-wal"))
    return {file.name: file.read_bytes() for file in files if file.exists()}


def put_back(database: Path, files: dict[str, bytes]) -> None:
    """Make the disk as it was at ``snapshot``; nobody may have the database open."""
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    for name, content in files.items():
        (database.parent / name).write_bytes(content)
