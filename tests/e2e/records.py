"""What stands in a station's store and in the server's database, read past our own code, and whether it is sound."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import sqlcipher3.dbapi2

from kiosk.model.events import FIRST_HASH, Event, is_chained, parse_instant
from kiosk.model.moves import apply
from kiosk.model.token import Token
from tests.e2e.programs import json_lines

Row: TypeAlias = Mapping[str, Any]


@contextmanager
def opened(path: Path, key: str = "") -> Iterator[Any]:
    """A bare connection to a database file; ``key`` in hexadecimal, or none for the server's."""
    with closing(sqlcipher3.dbapi2.connect(str(path), isolation_level=None)) as connection:
        if key:
            connection.execute(f"PRAGMA key=\"x'{key}'\"")
        connection.row_factory = sqlcipher3.dbapi2.Row
        yield connection


@contextmanager
def opened_store(folder: Path) -> Iterator[Any]:
    with opened(folder / "store.db", (folder / "store.key").read_text().strip()) as connection:
        yield connection


def rows(connection: Any, query: str) -> list[Row]:
    return [dict(row) for row in connection.execute(query)]


def check_store(folder: Path) -> list[Row]:
    """Everything that must hold whenever and however a station's program ended. Returns the tokens as they stand."""
    with opened_store(folder) as store:
        assert [row[0] for row in store.execute("PRAGMA integrity_check")] == ["ok"]
        assert store.execute("PRAGMA cipher_integrity_check").fetchall() == []
        tokens = rows(store, "SELECT * FROM token ORDER BY service_day, department, series, number")
        _check_history(rows(store, "SELECT * FROM event ORDER BY seq"), rows(store, "SELECT * FROM meta")[0], tokens)
        _check_numbers(tokens, rows(store, "SELECT * FROM number"))
        _check_beside(store, tokens)
    return tokens


def _check_history(written: list[Row], meta: Row, tokens: list[Row]) -> None:
    """The sequence has no gap, the chain holds, and it tells the very tokens that stand in their table."""
    events = [_event(row) for row in written]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    hashes = [FIRST_HASH, *(event.hash for event in events)]
    assert all(is_chained(event, before) for event, before in zip(events, hashes[:-1], strict=True))
    assert (meta["last_seq"], meta["last_hash"]) == (len(events), hashes[-1])
    told: dict[str, Token] = {}
    for event in events:
        told[event.token_id] = apply(told.get(event.token_id), event)
    assert {token_id: (token.label, token.state.value, token.copies) for token_id, token in told.items()} == {
        row["token_id"]: (row["label"], row["state"], row["copies"]) for row in tokens
    }


def _event(row: Row) -> Event:
    (body,) = json_lines(row["body"] + "\n")
    fields = {**row, "at": parse_instant(row["at"]), "service_day": date.fromisoformat(row["service_day"])}
    return replace(Event(**fields), body=body)


def _check_numbers(tokens: list[Row], counters: list[Row]) -> None:
    """Of each department, day and series: 1, 2, 3 ... up to what the counter says; none twice, none left out."""
    given = {
        place: [row["number"] for row in group]
        for place, group in groupby(tokens, lambda row: (row["service_day"], row["department"], row["series"]))
    }
    assert given == {
        (row["service_day"], row["department"], row["series"]): list(range(1, row["last"] + 1)) for row in counters
    }


def _check_beside(store: Any, tokens: list[Row]) -> None:
    """Each token has its patient, and a slip job for each copy where a slip was wanted."""
    patients = [row["token_id"] for row in rows(store, "SELECT token_id FROM patient ORDER BY token_id")]
    assert patients == sorted(row["token_id"] for row in tokens)
    wanted = {(row["token_id"], 0) for row in tokens if row["slip"] != "none"}
    jobs = [(row["token_id"], row["copy"]) for row in rows(store, "SELECT token_id, copy FROM slip_job")]
    assert len(jobs) == len(set(jobs))
    assert wanted <= set(jobs)
    assert {token_id for token_id, _ in jobs} <= {row["token_id"] for row in tokens}


def server_events(database: Path) -> list[tuple[str, int, str]]:
    """Store, sequence and event id of all events that the server holds."""
    with opened(database) as server:
        found = rows(server, "SELECT store_id, seq, event_id FROM event ORDER BY store_id, seq")
    return [(row["store_id"], row["seq"], row["event_id"]) for row in found]


def station_events(folder: Path) -> list[tuple[str, int, str]]:
    """The same of a station, whose own events alone are in its store in these tests."""
    with opened_store(folder) as store:
        found = rows(store, "SELECT store_id, seq, event_id FROM event ORDER BY store_id, seq")
    return [(row["store_id"], row["seq"], row["event_id"]) for row in found]


def slip_jobs(folder: Path) -> list[tuple[str, int, str, str]]:
    """Label, copy, state and cause of each slip, in the order they were wished for."""
    query = (
        "SELECT label, copy, slip_job.state, cause FROM slip_job JOIN token USING (token_id)"
        " ORDER BY slip_job.queued_at"
    )
    with opened_store(folder) as store:
        return [(row["label"], row["copy"], row["state"], row["cause"]) for row in rows(store, query)]


def acknowledged(folder: Path) -> int:
    """Up to which of its own events the station believes the server to have them."""
    with opened_store(folder) as store:
        return sum(row["value"] for row in rows(store, "SELECT value FROM cursor WHERE name = 'acked'"))
