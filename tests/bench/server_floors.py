"""What rows cost without us: the same ones, into and out of the same tables, by the database's own driver."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from kiosk.server.database import Database, open_database
from kiosk.sync.loop import BATCH

PARENTS = ("facility", "store")
"""What the others refer to; written before anything is measured."""
PUSHED = {"event": BATCH, "token": BATCH // 2, "patient": BATCH // 2}
"""What a push becomes, and how many rows of it; beside them it moves ``store``, ``facility`` and ``day_count``."""
PULLED = 500


@dataclass(frozen=True)
class Rows:
    """All of a table, as the driver gives it."""

    table: str
    columns: list[str]
    rows: list[tuple[Any, ...]]

    @property
    def insert(self) -> str:
        """With the driver's own way to mark a value left open."""
        marks = ", ".join(["{mark}"] * len(self.columns))
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) VALUES ({marks})"


def rows_of(database_url: str) -> dict[str, Rows]:
    """The rows of a run, in the order of their keys."""
    with closing(open_database(database_url)) as database, closing(_driver(database)) as driver:
        return {name: _all(driver, name) for name in (*PARENTS, *PUSHED)}


def _driver(database: Database) -> Any:
    return database.writer.raw_connection()


def _all(driver: Any, name: str) -> Rows:
    cursor = driver.cursor()
    cursor.execute(f"SELECT * FROM {name} ORDER BY {'revision' if name == 'event' else 'facility_id'}")
    return Rows(name, [each[0] for each in cursor.description], cursor.fetchall())


def copy_rate(database_url: str, rows: dict[str, Rows]) -> float:
    """Events a second in one transaction: by COPY, or where there is none (SQLite) by one executemany a table."""
    with closing(open_database(database_url)) as database, closing(_driver(database)) as driver:
        _write_parents(driver, rows)
        started = time.perf_counter()
        _begin(driver)
        for name in PUSHED:
            _write_all(driver, rows[name])
        driver.commit()
        return len(rows["event"].rows) / (time.perf_counter() - started)


def executemany_rate(database_url: str, rows: dict[str, Rows]) -> float:
    """Events a second in transactions as large as a push, each by one executemany a table."""
    with closing(open_database(database_url)) as database, closing(_driver(database)) as driver:
        _write_parents(driver, rows)
        batches = list(_batches(rows))
        started = time.perf_counter()
        for batch in batches:
            _begin(driver)
            for part in batch:
                driver.cursor().executemany(_insert(driver, part), part.rows)
            driver.commit()
        return len(rows["event"].rows) / (time.perf_counter() - started)


def select_rate(database_url: str, facility_id: str) -> float:
    """Events a second read in pages as a pull's, by their revision, and nothing made of them."""
    with closing(open_database(database_url)) as database, closing(_driver(database)) as driver:
        cursor, read, revision = driver.cursor(), 0, 0
        page = "SELECT * FROM event WHERE facility_id = {mark} AND revision > {mark} ORDER BY revision LIMIT {mark}"
        started = time.perf_counter()
        while True:
            cursor.execute(_marked(driver, page), (facility_id, revision, PULLED))
            found = cursor.fetchall()
            if not found:
                return read / (time.perf_counter() - started)
            read += len(found)
            revision = found[-1][[each[0] for each in cursor.description].index("revision")]


def _batches(rows: dict[str, Rows]) -> Iterator[list[Rows]]:
    """The n-th holds the n-th part of each table."""
    count = -(-len(rows["event"].rows) // BATCH)
    for place in range(count):
        yield [
            Rows(name, rows[name].columns, rows[name].rows[place * size : (place + 1) * size])
            for name, size in PUSHED.items()
        ]


def _write_parents(driver: Any, rows: dict[str, Rows]) -> None:
    _begin(driver)
    for name in PARENTS:
        driver.cursor().executemany(_insert(driver, rows[name]), rows[name].rows)
    driver.commit()


def _write_all(driver: Any, rows: Rows) -> None:
    if not _is_postgresql(driver):
        driver.cursor().executemany(_insert(driver, rows), rows.rows)
        return
    with driver.cursor().copy(f"COPY {rows.table} ({', '.join(rows.columns)}) FROM STDIN") as copy:
        for row in rows.rows:
            copy.write_row(row)


def _insert(driver: Any, rows: Rows) -> str:
    return _marked(driver, rows.insert)


def _marked(driver: Any, statement: str) -> str:
    return statement.format(mark="%s" if _is_postgresql(driver) else "?")


def _begin(driver: Any) -> None:
    """PostgreSQL's driver begins by itself."""
    if not _is_postgresql(driver):
        driver.cursor().execute("BEGIN IMMEDIATE")


def _is_postgresql(driver: Any) -> bool:
    return "psycopg" in type(driver.driver_connection).__module__
