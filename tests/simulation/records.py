"""What the simulation itself remembers, to hold the stations and the server to it while they run."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from kiosk.model.events import Kind
from tests.simulation.hospital import Hospital
from tests.simulation.station import Station

_COLUMNS = "SELECT seq, event_id, hash, kind, token_id, body, service_day FROM event"
_NEWER = f"{_COLUMNS} WHERE store_id = ? AND seq >= ? ORDER BY seq"
_MINE = f"{_COLUMNS} WHERE store_id = ? OR store_id IN (SELECT store_id FROM former_store) ORDER BY seq"
_META = (
    "SELECT store_id, series, last_seq, last_hash, (SELECT value FROM cursor WHERE name = 'acked') AS acked,"
    " EXISTS (SELECT 1 FROM former_store) AS renewed FROM meta"
)
_HELD = "SELECT acked_seq FROM store WHERE store_id = ?"


class InvariantError(AssertionError):
    """Something has happened that may never happen."""


def hold(promise: bool, broken: str) -> None:
    if not promise:
        raise InvariantError(broken)


@dataclass
class Seen:
    """What one station's file held of its own history when it was last looked at."""

    store_id: str = ""
    seq: int = 0
    hash: str = ""
    ids: set[str] = field(default_factory=set)


@dataclass
class Records:
    """Every event that any station's file has ever held after a commit.

    Attributes:
        hashes: event id -> its hash; a store that begins anew writes the same event again with another one.
        numbers: day, department, series and number -> the token that got it.
        copied: stores, and their series, of which there were copies or older states: their numbers may be given twice.
        doubles: tokens whose number another token has, for that reason.
        gone: events that only a lost disk held.
        token_of: event id -> the token that it moves.
        servers: what the server has done itself.
    """

    hashes: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    numbers: dict[tuple[str, str, str, int], str] = field(default_factory=dict)
    copied: set[str] = field(default_factory=set)
    doubles: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    token_of: dict[str, str] = field(default_factory=dict)
    servers: set[str] = field(default_factory=set)
    seen: dict[str, Seen] = field(default_factory=dict)

    def note(self, station: Station) -> int:
        """Look at a station's file after anything that it did. Returns how far its present store is acknowledged.

        Raises:
            InvariantError: the sequence has a gap, a committed event is gone, or a number was given twice.
        """
        seen = self.seen.setdefault(station.name, Seen())
        with station.store._reader.connect() as connection:
            meta = connection.exec_driver_sql(_META).one()
            if meta.store_id in self.copied and meta.series is not None:
                self.copied.add(meta.series)
            fresh = connection.exec_driver_sql(_NEWER, (meta.store_id, max(seen.seq, 1))).all()
            went_on = meta.store_id == seen.store_id and self._went_on(seen, fresh)
            if not went_on:
                hold(bool(meta.renewed) or not seen.store_id, f"{station.name} lost a committed event")
                mine = connection.exec_driver_sql(_MINE, (meta.store_id,)).all()
                fresh = connection.exec_driver_sql(_NEWER, (meta.store_id, 1)).all()
                # Under whatever store: a copy of it may have been faster to send an event that both had.
                there = set(connection.exec_driver_sql("SELECT event_id FROM event").scalars())
                hold(seen.ids <= there, f"{station.name} lost a committed event")
                self._note_events(station.name, seen, mine)
        rest = fresh[1:] if went_on and seen.seq else fresh
        first = seen.seq + 1 if went_on else 1
        hold([row.seq for row in rest] == list(range(first, first + len(rest))), f"{station.name}'s sequence has a gap")
        self._note_events(station.name, seen, rest)
        seen.store_id, seen.seq, seen.hash = meta.store_id, meta.last_seq, meta.last_hash
        tip = (fresh[-1].seq, fresh[-1].hash) if fresh else (0, meta.last_hash)
        hold((meta.last_seq, meta.last_hash) == tip, f"{station.name}'s tip is not its newest event")
        return meta.acked or 0

    def note_ack(self, station: Station, hospital: Hospital) -> None:
        """Right after a round trip: what the station was told is held, is held."""
        told = self.note(station)
        with hospital.database.reader.connect() as connection:
            held = connection.exec_driver_sql(_HELD, (station.store.store_id,)).scalar() or 0
        hold(told <= held, f"{station.name} saw acknowledged what the server does not hold")

    def note_copy(self, original: Station, copy: Station) -> None:
        """A second machine has the same disk."""
        seen = self.seen[original.name]
        self.seen[copy.name] = Seen(seen.store_id, seen.seq, seen.hash, set(seen.ids))
        self._share(original)

    def note_restore(self, station: Station) -> None:
        """The disk is another one: whatever else the last one held is gone, unless somebody else has it."""
        lost = self.seen.pop(station.name).ids
        self._share(station)
        self.gone |= lost - self.seen[station.name].ids

    def note_server(self, hospital: Hospital) -> None:
        """Look at what the server has done itself; what it had done and knows no more, is gone."""
        own = hospital.own_events()
        for event_id, digest in own.items():
            self.hashes[event_id].add(digest)
        self.gone |= self.servers - own.keys()
        self.servers = set(own)

    def note_series(self, series: str) -> None:
        """A reserve that an older state of the store names may have been used by a newer one."""
        if any(known == series for _, _, known, _ in self.numbers):
            self.copied.add(series)

    def _share(self, station: Station) -> None:
        self.copied.add(station.store.store_id)
        self.note(station)

    @staticmethod
    def _went_on(seen: Seen, fresh: Iterable[Row[Any]]) -> bool:
        return not seen.seq or next((row.hash for row in fresh), "") == seen.hash

    def _note_events(self, name: str, seen: Seen, rows: Iterable[Row[Any]]) -> None:
        for row in rows:
            is_new = row.event_id not in self.hashes
            self.hashes[row.event_id].add(row.hash)
            self.token_of[row.event_id] = row.token_id
            seen.ids.add(row.event_id)
            if is_new and row.kind == Kind.TOKEN_ISSUED:
                self._note_number(name, row)

    def _note_number(self, name: str, row: Row[Any]) -> None:
        body = json.loads(row.body)
        number = (row.service_day, body["department"], body["series"], body["number"])
        first = self.numbers.setdefault(number, row.token_id)
        if first != row.token_id:
            hold(body["series"] in self.copied, f"{name} gave out {body['label']} again")
            self.doubles |= {first, row.token_id}
