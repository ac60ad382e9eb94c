"""What the server tells: others' events to a station, queues, the tokens of a day, counts over many facilities.

Each query that somebody waits for is answered from one index of one partition: see ``tables.token_queue``. The counts
over all facilities name none; they have ``day_count`` with an index of its own, and never read tokens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, Select, func, select, tuple_, union_all

from kiosk.model.events import TELLS_DETAILS, Event, Json, Kind
from kiosk.model.queue import place
from kiosk.model.token import LIVE, State, Token, listed
from kiosk.server.database import is_among
from kiosk.server.parked import told
from kiosk.server.projection import token_of
from kiosk.server.rows import event_of, patient_message
from kiosk.server.tables import day_count, event, facility, patient, token
from kiosk.sync.messages import PatientMessage

_t = token.c
_OF_ISSUE = frozenset({Kind.TOKEN_ISSUED, Kind.SLIP_STATE_CHANGED, Kind.TOKEN_REPRINTED})
"""What follows upon a token's issue at once, at its own station, and always fits."""


@dataclass(frozen=True)
class Changes:
    """What a station is told: see ``model.exchange.Pull``."""

    events: tuple[Event, ...]
    cursor: int
    more: bool
    tokens: tuple[Token, ...] = ()
    patients: tuple[PatientMessage, ...] = ()
    config_revision: int = 0


def changes(
    engine: Engine, facility_id: str, store_id: str, cursor: int, want: int, with_patients: bool = False
) -> Changes:
    """Other stores' events after ``cursor``, in the order of their revisions, and what became of their tokens.

    At most ``want`` events are looked at, the store's own among them. With no news this is one statement.

    The facility's revision is read first. Each statement of PostgreSQL sees what was committed before it began, so the
    second may see more than the first; what came in between has a higher revision and is left for the next pull.
    Nothing at or below the first's can be missing in the second: whoever took a lower revision held the facility's row
    until its commit, and that was before the commit that the first has seen.
    """
    with engine.begin() as connection:
        mine = select(facility.c.revision, facility.c.config_revision).filter_by(facility_id=facility_id)
        newest, config_revision = connection.execute(mine).one_or_none() or (0, 0)
        if newest <= cursor:
            return Changes((), newest, False, config_revision=config_revision)
        page = (
            select(event)
            .where(event.c.facility_id == facility_id, event.c.revision > cursor, event.c.revision <= newest)
            .order_by(event.c.revision)
            .limit(want + 1)
        )
        rows = connection.execute(page).all()
        more, rows = len(rows) > want, rows[:want]
        reached = (rows[-1].revision if rows else cursor) if more else newest
        events = [event_of(row) for row in rows]
        others = told(connection, facility_id, [each for each in events if each.store_id != store_id])
        return Changes(
            others,
            reached,
            more,
            _tokens(connection, facility_id, _touched(events, store_id)),
            _patients(connection, facility_id, others) if with_patients else (),
            config_revision,
        )


def _touched(events: Sequence[Event], store_id: str) -> set[str]:
    """The tokens that the store may not know as they are.

    Not those that it has issued just now and that nobody has acted on: what it sends would all come back. An act of its
    own may not have come true here: the call before it is gone, where the server was restored from a backup.
    """
    own = [each for each in events if each.store_id == store_id]
    acted_on = {each.token_id for each in events if each.store_id != store_id or each.kind not in _OF_ISSUE}
    issued = {each.token_id for each in own if each.kind == Kind.TOKEN_ISSUED}
    return (acted_on | ({each.token_id for each in own} - issued)) - {""}  # facts about the facility are about none


def _tokens(connection: Connection, facility_id: str, token_ids: set[str]) -> tuple[Token, ...]:
    if not token_ids:
        return ()
    mine = select(token).where(_t.facility_id == facility_id, is_among(connection, _t.token_id, token_ids))
    return tuple(token_of(row) for row in connection.execute(mine.order_by(_t.token_id)).mappings())


def _patients(connection: Connection, facility_id: str, events: Iterable[Event]) -> tuple[PatientMessage, ...]:
    token_ids = {each.token_id for each in events if each.kind in TELLS_DETAILS}
    if not token_ids:
        return ()
    among = is_among(connection, patient.c.token_id, token_ids)
    rows = connection.execute(select(patient).where(patient.c.facility_id == facility_id, among)).mappings()
    return tuple(patient_message(row) for row in rows)


def tokens_of_day(engine: Engine, facility_id: str, service_day: date) -> list[dict[str, Json]]:
    """The day's tokens in the order of issue, each as ``kiosk tokens`` lists it."""
    rows = (
        select(token)
        .filter_by(facility_id=facility_id, service_day=service_day)
        .order_by(_t.issued_at, _t.store_id, _t.number)
    )
    with engine.begin() as connection:
        return [listed(token_of(row), synced=True) for row in connection.execute(rows).mappings()]


def people_ahead(engine: Engine, facility_id: str, token_id: str) -> int | None:
    """How many have waited longer in this token's queue, of whatever priority; None if it does not wait itself."""
    mine = select(token).filter_by(facility_id=facility_id, token_id=token_id)
    with engine.begin() as connection:
        own = connection.execute(mine).first()
        if own is None or own.state != State.WAITING:
            return None
        waiting = _in_queue(facility_id, own.service_day, own.queue_department, State.WAITING)
        before = tuple_(_t.queued_at, _t.token_id) < tuple_(own.queued_at, own.token_id)
        return connection.execute(waiting.where(before).with_only_columns(func.count())).scalar_one()


def queue_of(engine: Engine, facility_id: str, service_day: date, department: str) -> list[Token]:
    """The live tokens of one department's queue, in the order of their places."""
    queues = (_in_queue(facility_id, service_day, department, state) for state in sorted(LIVE))
    return _in_order(engine, queues)


def _in_queue(facility_id: str, service_day: date, department: str, state: State) -> Select[tuple[object, ...]]:
    """One range of the index ``token_queue``."""
    return select(token).where(
        _t.facility_id == facility_id,
        _t.service_day == service_day,
        _t.queue_department == department,
        _t.state == state.value,
    )


def _in_order(engine: Engine, ranges: Iterable[Select[tuple[object, ...]]]) -> list[Token]:
    """Each range is asked for by itself: all in one condition, the database may read the day's other states too."""
    parts = [select(each.subquery()) for each in ranges]
    if not parts:
        return []
    with engine.begin() as connection:
        found = [token_of(row) for row in connection.execute(union_all(*parts)).mappings()]
    return sorted(found, key=place)


def day_counts(engine: Engine, service_day: date, state: str | None = None) -> list[dict[str, Json]]:
    """Tokens issued on a day, by State; or by facility, in one State. Facilities with none are left out."""
    rows = _by_state(service_day) if state is None else _in_state(service_day, state)
    with engine.begin() as connection:
        return [{**row, "issued": int(row["issued"])} for row in connection.execute(rows).mappings()]


def _by_state(service_day: date) -> Select[tuple[object, ...]]:
    """First by facility: to count distinct ones among all departments, the database would sort these."""
    by, issued = day_count.c.facility_id, func.sum(day_count.c.issued).label("issued")
    each = select(by, issued).where(day_count.c.service_day == service_day).group_by(by).subquery()
    sums = (func.sum(each.c.issued).label("issued"), func.count().label("facilities"))
    rows = select(facility.c.state, *sums).join(each, each.c.facility_id == facility.c.facility_id)
    return rows.group_by(facility.c.state).order_by(facility.c.state)


def _in_state(service_day: date, state: str) -> Select[tuple[object, ...]]:
    by, issued = facility.c.facility_id, func.sum(day_count.c.issued).label("issued")
    rows = select(by, issued).join(day_count, day_count.c.facility_id == by)
    return rows.where(day_count.c.service_day == service_day, facility.c.state == state).group_by(by).order_by(by)


def check_database(engine: Engine) -> None:
    """Read from the database.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: if that fails.
    """
    with engine.begin() as connection:
        connection.execute(select(facility.c.facility_id).limit(1)).first()
