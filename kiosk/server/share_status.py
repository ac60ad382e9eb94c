"""How Scan & Share is doing: what came, what the gateway has, what it does not take. Counts and times, no people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from kiosk.model.configuration import Configuration
from kiosk.server.configuring import listed_facilities
from kiosk.server.share_queue import GIVEN_UP, PATIENCE, SENT
from kiosk.server.tables import IS_DUE, share

WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class ShareStatus:
    """One facility: what was answered and given up of the last 24 hours' shares, all else of whenever.

    Attributes:
        clock_skew_s: how much later our clock was than the gateway's at the last callback, its way included.
        problem: the code of the newest answer of these 24 hours that the gateway has not taken.
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
    mine = share.c.facility_id == facility_id
    recent = (mine, share.c.received_at > now - WINDOW)
    by_state = select(share.c.state, func.count()).where(*recent).group_by(share.c.state)
    counts = {row[0]: int(row[1]) for row in connection.execute(by_state)}
    due, oldest = connection.execute(select(func.count(), func.min(share.c.received_at)).where(mine, IS_DUE)).one()
    newest = select(share.c.received_at, share.c.sent_at).where(mine).order_by(share.c.received_at.desc())
    last = connection.execute(newest.limit(1)).first()
    failed = select(share.c.problem).where(*recent, share.c.problem != "").order_by(share.c.received_at.desc())
    return ShareStatus(
        facility_id,
        counts.get(SENT, 0),
        due,
        counts.get(GIVEN_UP, 0),
        last_callback_at=last.received_at if last is not None else None,
        last_answered_at=_last_answered_at(connection, facility_id),
        oldest_due_at=oldest,
        clock_skew_s=(last.received_at - last.sent_at).total_seconds() if last is not None and last.sent_at else None,
        problem=connection.execute(failed.limit(1)).scalar() or "",
    )


def _last_answered_at(connection: Connection, facility_id: str) -> datetime | None:
    """Of the newest share that was answered, or of an older one that took longer: few rows are looked at."""
    answered = (share.c.facility_id == facility_id, share.c.state == SENT)
    newest = select(share.c.received_at).where(*answered).order_by(share.c.received_at.desc()).limit(1)
    received_at = connection.execute(newest).scalar()
    if received_at is None:
        return None
    last = select(func.max(share.c.answered_at)).where(*answered, share.c.received_at > received_at - 2 * PATIENCE)
    found: datetime | None = connection.execute(last).scalar_one()
    return found


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
