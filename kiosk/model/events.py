"""Events: facts in a store's own gap-free sequence, chained by hash so that a lost or altered one shows."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

FIRST_HASH = "0" * 64
"""What the first event of a store is chained to."""


class Kind(StrEnum):
    """The kinds this program writes or understands; the list is open, so an event carries its kind as text."""

    TOKEN_ISSUED = "token_issued"
    SLIP_STATE_CHANGED = "slip_state_changed"
    TOKEN_REPRINTED = "token_reprinted"
    TOKEN_LAPSED = "token_lapsed"
    TOKEN_ARRIVED = "token_arrived"
    TOKEN_CALLED = "token_called"
    TOKEN_RECALLED = "token_recalled"
    TOKEN_STARTED = "token_started"
    TOKEN_COMPLETED = "token_completed"
    TOKEN_NO_SHOW = "token_no_show"
    TOKEN_HELD = "token_held"
    TOKEN_RETURNED = "token_returned"
    TOKEN_TRANSFERRED = "token_transferred"
    TOKEN_CANCELLED = "token_cancelled"
    TOKEN_REVIVED = "token_revived"
    PATIENT_IDENTIFIED = "patient_identified"
    PRIORITY_CHANGED = "priority_changed"
    ACT_UNDONE = "act_undone"
    DETAILS_SHOWN = "details_shown"
    OPENING_CHANGED = "opening_changed"
    CLOCK_ACCEPTED = "clock_accepted"


OF_FACILITY = frozenset({Kind.OPENING_CHANGED, Kind.CLOCK_ACCEPTED})
"""Kinds that speak of the whole hospital: their ``token_id`` is empty, and they move no token."""


OF_KIOSK = frozenset(
    {Kind.TOKEN_ISSUED, Kind.SLIP_STATE_CHANGED, Kind.TOKEN_REPRINTED, Kind.TOKEN_LAPSED, Kind.TOKEN_ARRIVED}
    | {Kind.TOKEN_REVIVED, Kind.PATIENT_IDENTIFIED, Kind.CLOCK_ACCEPTED}
)
"""What a kiosk may write: nobody of the staff works there, and anybody can reach it."""


TELLS_DETAILS = frozenset({Kind.TOKEN_ISSUED, Kind.PATIENT_IDENTIFIED})
"""Kinds beside which a patient's details travel."""


@dataclass(frozen=True)
class Event:
    """One fact. ``body`` is JSON and holds no personal detail."""

    event_id: str
    store_id: str
    seq: int
    kind: str
    token_id: str
    at: datetime
    service_day: date
    body: Mapping[str, Json]
    hash: str


def chained(
    previous_hash: str,
    *,
    event_id: str,
    store_id: str,
    seq: int,
    kind: str,
    token_id: str,
    at: datetime,
    service_day: date,
    body: Mapping[str, Json],
) -> Event:
    """The event with its hash over the previous hash and its own content."""
    content: dict[str, Json] = {
        "event_id": event_id,
        "store_id": store_id,
        "seq": seq,
        "kind": kind,
        "token_id": token_id,
        "at": instant_text(at),
        "service_day": service_day.isoformat(),
        "body": dict(body),
    }
    digest = hashlib.sha256((previous_hash + canonical_json(content)).encode()).hexdigest()
    return Event(event_id, store_id, seq, kind, token_id, at, service_day, body, digest)


def is_chained(event: Event, previous_hash: str) -> bool:
    """Whether ``event`` is what it was when written, and follows the event with ``previous_hash``."""
    again = chained(
        previous_hash,
        event_id=event.event_id,
        store_id=event.store_id,
        seq=event.seq,
        kind=event.kind,
        token_id=event.token_id,
        at=event.at,
        service_day=event.service_day,
        body=event.body,
    )
    return again.hash == event.hash


def canonical_json(value: Mapping[str, Json]) -> str:
    """One spelling for one value: sorted keys, no blanks, UTF-8 as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def instant_text(at: datetime) -> str:
    """``2026-11-22T04:05:06.123456Z``: always UTC, always this wide, so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """The reverse of ``instant_text``.

    Raises:
        ValueError: if ``text`` is no time with a zone.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time outside the calendar") from error
