"""How Scan & Share is doing: what came, what the gateway has, what it does not take. Counts and times, no people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from kiosk.model.configuration import Configuration
from kiosk.server.configuring import listed_facilities
from kiosk.server.share_queue import DUE, GIVEN_UP, SENT
from kiosk.server.tables import share

WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class ShareStatus:
    """One facility in the last 24 hours, but for the newest times, which are of whenever.

    Attributes:
        clock_skew_s: how much later our clock was than the gateway's at the last callback, its way included.
        problem: the code of the newest answer that the gateway has not taken.
    """

    facility_id: str
    answered: int
    due: int
    given_up: int
    last_callback_at: datetime | None = None
    last_answered_at: datetime | None = None
    oldest_due_at: datetime | None = None
    clock_skew_s: float | None = None
    problem: str = ""


def share_status(engine: Engine, facility_id: str, now: datetime) -> ShareStatus:
    with engine.begin() as connection:
        return _status(connection, facility_id, now)


def all_share_status(engine: Engine, now: datetime) -> list[ShareStatus]:
    """Of each facility that takes part in Scan & Share, by its id."""
    taking_part = [each.facility_id for each in listed_facilities(engine, now) if takes_part(each.dated.configuration)]
    return [share_status(engine, facility_id, now) for facility_id in taking_part]


def takes_part(configuration: Configuration) -> bool:
    return configuration.abdm is not None or bool(configuration.counters)


def _status(connection: Connection, facility_id: str, now: datetime) -> ShareStatus:
    recent = (share.c.facility_id == facility_id, share.c.received_at > now - WINDOW)
    by_state = select(share.c.state, func.count(), func.min(share.c.received_at), func.max(share.c.answered_at))
    found = {row[0]: row for row in connection.execute(by_state.where(*recent).group_by(share.c.state))}
    answered, due, given_up = (int(found[state][1]) if state in found else 0 for state in (SENT, DUE, GIVEN_UP))
    newest = select(share.c.received_at, share.c.sent_at).where(share.c.facility_id == facility_id)
    last = connection.execute(newest.order_by(share.c.received_at.desc()).limit(1)).first()
    failed = select(share.c.problem).where(*recent, share.c.problem != "").order_by(share.c.received_at.desc())
    return ShareStatus(
        facility_id,
        answered,
        due,
        given_up,
        last_callback_at=last.received_at if last is not None else None,
        last_answered_at=found[SENT][3] if SENT in found else None,
        oldest_due_at=found[DUE][2] if DUE in found else None,
        clock_skew_s=(last.received_at - last.sent_at).total_seconds() if last is not None and last.sent_at else None,
        problem=connection.execute(failed.limit(1)).scalar() or "",
    )


def metrics(found: Sequence[ShareStatus], now: datetime) -> str:
    """In the text format of Prometheus."""
    lines = ["# TYPE kiosk_shares gauge"]
    for each in found:
        states = {"answered": each.answered, "due": each.due, "given_up": each.given_up}
        lines += [f'kiosk_shares{{{_label(each)},state="{state}"}} {count}' for state, count in states.items()]
    ages = {
        "kiosk_shares_last_callback_seconds": [(each, each.last_callback_at) for each in found],
        "kiosk_shares_last_answer_seconds": [(each, each.last_answered_at) for each in found],
        "kiosk_shares_oldest_due_seconds": [(each, each.oldest_due_at) for each in found],
    }
    for name, times in ages.items():
        lines.append(f"# TYPE {name} gauge")
        lines += [f"{name}{{{_label(each)}}} {(now - at).total_seconds():.3f}" for each, at in times if at is not None]
    lines.append("# TYPE kiosk_shares_clock_skew_seconds gauge")
    skews = ((each, each.clock_skew_s) for each in found)
    lines += [
        f"kiosk_shares_clock_skew_seconds{{{_label(each)}}} {skew:.3f}" for each, skew in skews if skew is not None
    ]
    return "\n".join(lines) + "\n"


def _label(status: ShareStatus) -> str:
    """A facility's id has no character that would need escaping: see ``model.facility_file``."""
    return f'facility="{status.facility_id}"'
