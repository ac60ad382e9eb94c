"""What ``issue`` is compared with: the rows that it wrote, written again by bare sqlcipher3 in one transaction.

Same tables and indexes (the store's own migration makes them), same kind of key, same PRAGMAs; nothing is looked up,
no time is checked, no hash is made and no object built.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.app import new_id
from kiosk.store.engine import PRAGMAS
from kiosk.store.key import KEY_FILE
from kiosk.store.store import STORE_FILE, open_store
from tests.e2e.records import opened

NUMBER = """INSERT INTO number (facility_id, service_day, department, series, last)
VALUES (:facility_id, :service_day, :department, :series, 1)
ON CONFLICT (facility_id, service_day, department, series) DO UPDATE SET last = last + 1 RETURNING last"""
META = """UPDATE meta SET last_seq = :last_seq, last_hash = :last_hash, last_at = :last_at,
last_service_day = :last_service_day, confirmed_at = :confirmed_at"""
ISSUED = {
    "event": "SELECT * FROM event WHERE token_id = ? AND kind = 'token_issued'",
    "token": "SELECT * FROM token WHERE token_id = ?",
    "patient": "SELECT * FROM patient WHERE token_id = ?",
    "slip_job": "SELECT * FROM slip_job WHERE token_id = ?",
}
"""The rows of one check-in, by table; beside them it moves ``number`` and ``meta``."""


@dataclass(frozen=True)
class Rows:
    """What one check-in has written."""

    issued: Mapping[str, Mapping[str, object]]
    meta: Mapping[str, object]


class BareTwin:
    """Follows a station's store: repeats its check-ins in a store of its own."""

    def __init__(self, store: Any, twin: Any) -> None:
        self._store, self._twin = store, twin

    def rows_of(self, token_id: str) -> Rows:
        """To be asked before the next check-in, for the sake of ``meta``."""
        issued = {table: dict(self._store.execute(query, [token_id]).fetchone()) for table, query in ISSUED.items()}
        return Rows(issued, dict(self._store.execute("SELECT * FROM meta").fetchone()))

    def write(self, rows: Rows) -> float:
        """Returns the seconds from BEGIN to COMMIT."""
        inserts = [(_insert(table, row), row) for table, row in rows.issued.items()]
        started = time.perf_counter()
        self._twin.execute("BEGIN IMMEDIATE")
        self._twin.execute(NUMBER, rows.issued["token"]).fetchone()
        for statement, row in inserts:
            self._twin.execute(statement, row)
        self._twin.execute(META, rows.meta)
        self._twin.execute("COMMIT")
        return time.perf_counter() - started


@contextmanager
def bare_twin(folder: Path, station: Path) -> Iterator[BareTwin]:
    """A twin in ``folder`` of the store in the folder ``station``, which must be there already."""
    with closing(open_store(folder, "", new_id, {})):
        pass
    with _opened(station) as store, _opened(folder) as twin:
        for pragma in PRAGMAS:
            twin.execute(pragma).fetchall()
        yield BareTwin(store, twin)


@contextmanager
def _opened(folder: Path) -> Iterator[Any]:
    with opened(folder / STORE_FILE, (folder / KEY_FILE).read_text().strip()) as connection:
        yield connection


def _insert(table: str, row: Mapping[str, object]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"
