"""Where the simulation takes place: an invented hospital, its patients, and files that are migrated only once."""

import functools
import os
import random
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert

from kiosk.model.opd import Department, Facility
from kiosk.model.patient import Patient
from kiosk.server import tables as server
from kiosk.server.database import open_database
from kiosk.server.sqlite import sqlite_engines
from kiosk.store import tables
from kiosk.store.engine import reader_engine, writer_engine
from kiosk.store.store import STORE_FILE, open_store
from tests.model.samples import person

START = datetime(2026, 11, 29, 17, 55, tzinfo=UTC)
"""Half an hour before the last day of a month begins in India."""
FACILITY_KEY = bytes(range(32))
PLANNED = {f"{kind}-{place}": kind for kind in ("kiosk", "desk") for place in range(20)}
"""The stations that the hospital wants: more than there are, for machines that must be paired again."""
HOSPITAL = Facility(
    "IN0000000000",
    {"en": "District Hospital"},
    (
        Department("MED", "M", {"en": "Medicine"}),
        Department("EYE", "E", {"en": "Eye"}),
        Department("SUR", "R", {"en": "Surgery"}, quota=4),
    ),
)
DEPARTMENTS = tuple(department.code for department in HOSPITAL.departments)
SERVER_FILE = "server.db"
_MEMORY = Path("/dev/shm")


def patients(count: int) -> tuple[Patient, ...]:
    """Invented people; every third has a second card that tells another identifier of the same person."""
    known = [person(number) for number in range(count)]
    both = [Patient(each.abha_number, f"p{place}@abdm", each.name) for place, each in enumerate(known) if place % 3]
    addresses = [Patient(None, each.abha_address, each.name) for each in both]
    return (*known, *both, *addresses)


def ids_from(source: random.Random) -> Callable[[], str]:
    """Ids of a UUIDv7's shape in no order, so that nothing may lean on the order of ids."""

    def new_id() -> str:
        text = str(uuid.UUID(int=source.getrandbits(128)))
        return f"{text[:14]}7{text[15:]}"

    return new_id


def memory_folder() -> Path | None:
    """A folder whose files cost no disk, where there is one: nobody really cuts the power here."""
    return _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) else None


@functools.cache
def empty_store() -> dict[str, bytes]:
    """The files of a store that is migrated, but has no identity yet."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        folder = Path(name)
        empty = open_store(folder, None, lambda: str(uuid.UUID(int=0)), {})
        with empty._writer.begin() as connection:
            connection.execute(delete(tables.meta))
        empty.close()
        return {file.name: file.read_bytes() for file in folder.iterdir() if file.name.startswith(STORE_FILE[:5])}


@functools.cache
def empty_server() -> bytes:
    """The file of a server's database that knows the hospital and its stations, none of them enrolled."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        file = Path(name) / SERVER_FILE
        empty = open_database(f"sqlite:///{file}")
        facility_id = {"facility_id": HOSPITAL.facility_id}
        with empty.writer.begin() as connection:
            row = {**facility_id, "revision": 0, "config_revision": 1, "facility_key": FACILITY_KEY.hex()}
            connection.execute(insert(server.facility).values(row))
            rows = [{**facility_id, "station_id": name, "kind": kind, "name": name} for name, kind in PLANNED.items()]
            connection.execute(insert(server.station), rows)
        empty.close()
        return file.read_bytes()


@contextmanager
def campus_folder() -> Iterator[Path]:
    """An empty folder, in each process always the same one, whose engines are used again from campus to campus.

    So SQLAlchemy compiles each statement once, which would else be a third of a run. Connections are new each time, as
    ``dispose`` has closed the old ones.
    """
    folder = (memory_folder() or Path(tempfile.gettempdir())) / f"simulation-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)  # of a process that was killed, with our number
    folder.mkdir()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kiosk.store.store.writer_engine", _store_writer)
            patch.setattr("kiosk.store.store.reader_engine", _store_reader)
            patch.setattr("kiosk.server.database.sqlite_engines", _server_engines)
            yield folder
    finally:
        shutil.rmtree(folder)


_store_writer, _store_reader = functools.cache(writer_engine), functools.cache(reader_engine)
_server_engines = functools.cache(sqlite_engines)
