"""The server of the simulation: the real code behind ``POST /v1/sync`` on a real database."""

from collections.abc import Callable
from pathlib import Path

from kiosk.ports import Clock
from kiosk.server.database import Database, open_database
from kiosk.server.identity import Caller, Role
from kiosk.server.sync_routes import sync_answer
from tests.simulation.faults import Fuse, put_back, snapshot
from tests.simulation.scenery import SERVER_FILE, empty_server

LOCAL = Caller(Role.LOCAL)


class Hospital:
    """Attributes:
    late: requests of long ago that the network still holds.
    backups: what the database was at some moments.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.file = folder / SERVER_FILE
        self.file.write_bytes(empty_server())
        self._clock = clock
        self.fuse = Fuse()
        self.late: list[bytes] = []
        self.backups: list[dict[str, bytes]] = []
        self.sync: Callable[[Database, bytes], bytes] = self._answer
        self.database = self._opened()

    def answer(self, body: bytes) -> bytes:
        """Carry out one request. Raises what ``sync_answer`` raises, and PowerCutError."""
        return self.sync(self.database, body)

    def crash(self) -> None:
        left = snapshot(self.file)
        self.close()
        put_back(self.file, left)
        self.database = self._opened()

    def back_up(self) -> None:
        self.backups.append(snapshot(self.file))

    def restore(self, place: int) -> None:
        """Go on from an older backup, as after a lost disk; later backups are of a past that never was."""
        self.close()
        put_back(self.file, self.backups[place])
        self.database = self._opened()
        del self.backups[place + 1 :]

    def close(self) -> None:
        self.fuse.detach(self.database.writer)
        self.database.close()

    def _answer(self, database: Database, body: bytes) -> bytes:
        return sync_answer(database, LOCAL, body, self._clock.now())

    def _opened(self) -> Database:
        database = open_database(f"sqlite:///{self.file}")
        self.fuse.attach(database.writer)
        return database
