"""The server of the simulation: the real code behind its routes for stations, on a real database."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, and_, select, update

from kiosk.ports import Clock
from kiosk.server import tables
from kiosk.server.backup import note_restored
from kiosk.server.calls import call
from kiosk.server.database import Database, open_database
from kiosk.server.identity import Caller, Role, require
from kiosk.server.own_ledger import OWNER
from kiosk.server.problems import ProblemError
from kiosk.server.series import Owner
from kiosk.server.stores import Granted, begin_store, locked, refuse_left_store, register_store
from kiosk.server.sync_routes import sync_answer
from kiosk.sync.messages import CallAnswer, CallRequest, StoreRequest, TokenMessage
from tests.simulation.faults import Fuse, put_back, snapshot
from tests.simulation.scenery import SERVER_FILE, empty_server

SYNC, STORES, CALLS = "/v1/sync", "/v1/stores", "/v1/calls"


@dataclass(frozen=True)
class Asked:
    """One request on its way; who sends it has been proven by its signature."""

    path: str
    caller: Caller
    body: bytes


class Hospital:
    """Attributes:
    sync: what answers SYNC; a test may put a worse server here.
    late: requests of long ago that the network still holds.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.file = folder / SERVER_FILE
        self.file.write_bytes(empty_server())
        self.fuse = Fuse()
        self.late: list[Asked] = []
        self.backups: list[dict[str, bytes]] = []
        self.restores = 0
        self.sync: Callable[[Asked], bytes] = self._synced
        self._clock = clock
        self.database = self._opened()

    def answer(self, asked: Asked) -> bytes:
        """Carry out one request.

        Raises:
            ProblemError, StoreForkError, EventRefusedError, PowerCutError
        """
        with self.database.reader.begin() as connection:
            is_enrolled = _is_enrolled(connection, asked.caller)
        if not is_enrolled:
            raise ProblemError(401, "KEY_UNKNOWN", "enrol again")
        routes = {SYNC: self.sync, STORES: self._registered, CALLS: self._called}
        return routes[asked.path](asked)

    def enrol(self, caller: Caller, store_id: str, wanted: str | None) -> Granted:
        """As ``enrolling.enrol`` does for a right pairing code, which alone would take longer than all of a run."""
        owner = Owner(caller.facility_id, caller.station_id, store_id)

        def enrolled(connection: Connection) -> Granted:
            known = locked(connection, owner)
            if known.station.store_id != store_id:
                refuse_left_store(known, owner)
            its = {"facility_id": owner.facility_id, "station_id": owner.station_id}
            connection.execute(update(tables.station).filter_by(**its).values(enrolled_at=self._clock.now()))
            return begin_store(connection, owner, known.station.store_id, wanted, self._clock.now())

        return self.database.write(enrolled)

    def crash(self) -> None:
        left = snapshot(self.file)
        self.close()
        put_back(self.file, left)
        self.database = self._opened()

    def back_up(self) -> None:
        self.backups.append(snapshot(self.file))

    def restore(self, place: int) -> set[str]:
        """Go on from an older backup, as after a lost disk. Backups that are newer than it are of a past no more.

        Returns series that it may give again: set aside were those of a first restore, not of a second one.
        """
        before = self._series()
        self.close()
        put_back(self.file, self.backups[place])
        self.database = self._opened()
        self.restores += 1
        note_restored(self.database, self._clock.now())
        self.late.clear()  # signed before the restore: refused
        del self.backups[place + 1 :]
        return before - self._series()

    def close(self) -> None:
        self.fuse.detach(self.database.writer)
        self.database.close()

    def _series(self) -> set[str]:
        with self.database.reader.connect() as connection:
            return set(connection.execute(select(tables.series.c.series)).scalars())

    def _synced(self, asked: Asked) -> bytes:
        return sync_answer(self.database, asked.caller, asked.body, self._clock.now())

    def _registered(self, asked: Asked) -> bytes:
        request = StoreRequest.model_validate_json(asked.body)
        answer = register_store(self.database, asked.caller, request, self._clock.now())
        return answer.model_dump_json().encode()

    def _called(self, asked: Asked) -> bytes:
        request = CallRequest.model_validate_json(asked.body)
        require(self.database, asked.caller, request.facility_id, Role.DESK)
        answered = call(self.database, request.order(), self._clock.now())
        told = TokenMessage.of(answered.token) if answered.token else None
        return (
            CallAnswer(token=told, patient=answered.patient, server_time=self._clock.now()).model_dump_json().encode()
        )

    def own_events(self) -> dict[str, str]:
        """Id and hash of what the server itself has done, and no station ever sends."""
        its = select(tables.event.c.event_id, tables.event.c.hash).join(
            tables.store,
            and_(
                tables.store.c.facility_id == tables.event.c.facility_id,
                tables.store.c.store_id == tables.event.c.store_id,
            ),
        )
        with self.database.reader.connect() as connection:
            rows = connection.execute(its.where(tables.store.c.station_id == OWNER))
            return {row.event_id: row.hash for row in rows}

    def _opened(self) -> Database:
        database = open_database(f"sqlite:///{self.file}")
        self.fuse.attach(database.writer)
        return database


def _is_enrolled(connection: Connection, caller: Caller) -> bool:
    its = select(tables.station.c.enrolled_at)
    mine = its.filter_by(facility_id=caller.facility_id, station_id=caller.station_id)
    return connection.execute(mine).scalar() is not None
