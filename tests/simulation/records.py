"""What the simulation itself remembers, to hold the stations and the server to it while they run."""

import json
from dataclasses import dataclass, field

from kiosk.model.events import Kind
from tests.simulation.hospital import Hospital
from tests.simulation.station import Station

_OWN = (
    "SELECT seq, event_id, hash, kind, token_id, body, service_day FROM event"
    " WHERE store_id = ? AND seq > ? ORDER BY seq"
)
_TIP = "SELECT last_seq, last_hash FROM meta"
_ACKED = "SELECT value FROM cursor WHERE name = 'acked'"
_HELD = "SELECT acked_seq FROM store WHERE store_id = ?"


class InvariantError(AssertionError):
    """Something has happened that may never happen."""


def hold(promise: bool, broken: str) -> None:
    if not promise:
        raise InvariantError(broken)


@dataclass
class Records:
    """Every event that any store's file has ever held after a commit.

    Attributes:
        events: event id -> its hash.
        tips: store id -> seq and hash of its newest event.
        numbers: facility day, department, series and number -> the token that got it.
        acked: store id -> how far its station was told that the server holds it.
    """

    events: dict[str, str] = field(default_factory=dict)
    tips: dict[str, tuple[int, str]] = field(default_factory=dict)
    numbers: dict[tuple[object, ...], str] = field(default_factory=dict)
    acked: dict[str, int] = field(default_factory=dict)

    def note(self, station: Station) -> None:
        """Look at a station's file after anything that it did.

        Raises:
            InvariantError: the sequence has a gap, a committed event is gone, or a number was given twice.
        """
        store_id = station.store.store_id
        known_seq, known_hash = self.tips.get(store_id, (0, ""))
        with station.store._reader.connect() as connection:
            rows = connection.exec_driver_sql(_OWN, (store_id, max(0, known_seq - 1))).all()
            tip = connection.exec_driver_sql(_TIP).one()
            acked = connection.exec_driver_sql(_ACKED).scalar() or 0
        if known_seq:
            held = rows.pop(0) if rows else None
            hold(held is not None and held.hash == known_hash, f"{station.name} lost a committed event")
        for seq, row in enumerate(rows, known_seq + 1):
            hold(row.seq == seq, f"{station.name} left out sequence number {seq}")
            self._note_event(station.name, row)
        if rows:
            self.tips[store_id] = (rows[-1].seq, rows[-1].hash)
        hold(tuple(tip) == self.tips.get(store_id, tuple(tip)), f"{station.name}'s tip is not its newest event")
        self.acked[store_id] = acked

    def note_ack(self, station: Station, hospital: Hospital) -> None:
        """Right after a round trip: what the station was told is held, is held."""
        store_id = station.store.store_id
        with hospital.database.reader.connect() as connection:
            held = connection.exec_driver_sql(_HELD, (store_id,)).scalar() or 0
        hold(self.acked.get(store_id, 0) <= held, f"{station.name} saw acknowledged what the server does not hold")

    def _note_event(self, name: str, row: object) -> None:
        event_id, kind, token_id = row.event_id, row.kind, row.token_id  # type: ignore[attr-defined]
        hold(event_id not in self.events, f"{name} wrote an event id twice")
        self.events[event_id] = row.hash  # type: ignore[attr-defined]
        if kind == Kind.TOKEN_ISSUED:
            body = json.loads(row.body)  # type: ignore[attr-defined]
            number = (row.service_day, body["department"], body["series"], body["number"])  # type: ignore[attr-defined]
            hold(self.numbers.setdefault(number, token_id) == token_id, f"{name} gave out {body['label']} again")
