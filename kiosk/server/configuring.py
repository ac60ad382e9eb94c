"""Facilities as administrators import them: dated, numbered, never changed; the newest that applies is in force."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import structlog
from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from kiosk.model.configuration import (
    Configuration,
    StationPlan,
    applies,
    parse_configuration,
    plain_document,
    structure_differs,
)
from kiosk.model.events import canonical_json
from kiosk.model.facility_file import FacilityError
from kiosk.model.reading import Mistake
from kiosk.server.audit import note
from kiosk.server.database import Database, insert_new
from kiosk.server.tables import configuration, facility, staff_pin, station
from kiosk.sync.messages import MAX_PINS, ConfigurationAnswer, DatedDocument, PinMessage

IMPORTED = "configuration_imported"
MAX_DOCUMENT_BYTES = 1024 * 1024
"""Two of them fit into an answer that a station accepts."""
_ANY = 2**62
"""Above all revisions."""
_NEWEST = (
    select(configuration)
    .where(configuration.c.facility_id == bindparam("of_facility"), configuration.c.revision < bindparam("before"))
    .order_by(configuration.c.revision.desc())
    .limit(1)
)
_log = structlog.get_logger()


@dataclass(frozen=True)
class Dated:
    """One imported configuration, with its number and the first service day that it is for."""

    revision: int
    applies_from: date
    document: str
    configuration: Configuration


@dataclass(frozen=True)
class Imported:
    """What an import did. Where ``changed`` is False the very same was there, as ``revision``.

    Attributes:
        unplanned: stations that the server knows and the document does not name; they are not revoked by that.
    """

    facility_id: str
    revision: int
    applies_from: date
    changed: bool
    departments: int
    stations: int
    staff: int
    unplanned: tuple[str, ...]


def import_configuration(
    database: Database, document: Mapping[str, object], now: datetime, *, dry_run: bool = False, world: str = ""
) -> Imported:
    """Take a document in as the facility's newest configuration; ``dry_run`` only tells what that would do.

    It is in force at once, or from the next service day where it changes labels or the day's limits. The whole
    document counts: what an earlier import planned for the next day and this one does not say is dropped. ``world`` is
    that of the server's account at ABDM, ``sbx`` or ``abdm``, if it has one.

    Raises:
        FacilityError: with all mistakes; nothing was changed.
    """
    wanted = parse_configuration(document)
    if is_of_other_world(wanted, world):
        text = f"abdm: host is not of {world}, as this server's account is: sandbox and production are never mixed"
        raise FacilityError([Mistake(("abdm", "host"), text)])
    text = canonical_json(plain_document(document))
    if len(text.encode()) > MAX_DOCUMENT_BYTES:
        raise FacilityError([Mistake((), f"facility: is larger than {MAX_DOCUMENT_BYTES} bytes")])
    if dry_run:
        with database.writer.connect() as connection, connection.begin() as transaction:
            imported = _import(connection, wanted, text, now)
            transaction.rollback()
        return imported
    imported = database.write(lambda connection: _import(connection, wanted, text, now))
    _log.info(IMPORTED, facility_id=imported.facility_id, revision=imported.revision, changed=imported.changed)
    return imported


def is_of_other_world(configuration: Configuration, world: str) -> bool:
    """Whether a facility of ABDM's sandbox meets an account of the production, or the other way round."""
    return bool(world) and configuration.abdm is not None and configuration.abdm.domain != world


def _import(connection: Connection, wanted: Configuration, text: str, now: datetime) -> Imported:
    facility_id = wanted.facility.facility_id
    given = _locked_facility(connection, wanted)
    before = newest(connection, facility_id)
    if before is not None and before.document == text:
        return _imported(connection, wanted, before.revision, before.applies_from, changed=False)
    applies_from = _first_day(wanted, in_force(connection, facility_id, now), now)
    _plan_stations(connection, facility_id, wanted.stations)
    row = {"facility_id": facility_id, "revision": given + 1, "applies_from": applies_from, "document": text}
    connection.execute(insert(configuration), {**row, "imported_at": now})
    connection.execute(update(facility).filter_by(facility_id=facility_id).values(config_revision=given + 1))
    note(connection, facility_id, now, IMPORTED, f"revision {given + 1}")
    return _imported(connection, wanted, given + 1, applies_from, changed=True)


def _locked_facility(connection: Connection, wanted: Configuration) -> int:
    """Its row, made if it is new, locked until the end of the transaction. Returns the newest number given.

    That is of its newest configuration, or of a change of PINs since. A facility that has synchronised before anybody
    imported it has a row without a key.
    """
    facility_id = wanted.facility.facility_id
    insert_new(connection, facility, {"facility_id": facility_id, "revision": 0})
    key = func.coalesce(facility.c.facility_key, secrets.token_hex(32))
    mine = update(facility).where(facility.c.facility_id == facility_id)
    locked = mine.values(state=wanted.state, facility_key=key).returning(facility.c.config_revision)
    return int(connection.execute(locked).scalar_one())


def _first_day(wanted: Configuration, present: Dated | None, now: datetime) -> date:
    """The service day that is on now, or the one after it if labels or days would change in the middle of one."""
    if present is None:
        return wanted.facility.service_day(now)
    today = present.configuration.facility.service_day(now)
    return today + timedelta(days=1) if structure_differs(wanted, present.configuration) else today


def _plan_stations(connection: Connection, facility_id: str, planned: Iterable[StationPlan]) -> None:
    """Raises FacilityError where an enrolled station would become of another kind than its key and store are."""
    mine = select(station).filter_by(facility_id=facility_id).with_for_update(key_share=True)
    known = {row.station_id: row for row in connection.execute(mine)}
    mistakes = []
    for index, plan in enumerate(planned):
        key = {"facility_id": facility_id, "station_id": plan.station_id}
        row = known.get(plan.station_id)
        is_enrolled = row is not None and row.enrolled_at is not None and row.revoked_at is None
        if row is None:
            connection.execute(insert(station), {**key, "kind": plan.kind, "name": plan.name})
        elif is_enrolled and row.kind != plan.kind:
            text = f"station {index + 1}: kind of {plan.station_id} is {row.kind} since it enrolled; revoke it first"
            mistakes.append(Mistake(("stations", index, "kind"), text))
        else:
            connection.execute(update(station).filter_by(**key).values(kind=plan.kind, name=plan.name))
    if mistakes:
        raise FacilityError(mistakes)


def _imported(
    connection: Connection, wanted: Configuration, revision: int, applies_from: date, *, changed: bool
) -> Imported:
    facility_id = wanted.facility.facility_id
    known = select(station.c.station_id).filter_by(facility_id=facility_id).order_by(station.c.station_id)
    return Imported(
        facility_id=facility_id,
        revision=revision,
        applies_from=applies_from,
        changed=changed,
        departments=len(wanted.facility.departments),
        stations=len(wanted.stations),
        staff=len(wanted.staff),
        unplanned=tuple(each for each in connection.execute(known).scalars() if wanted.station(each) is None),
    )


def in_force(connection: Connection, facility_id: str, now: datetime) -> Dated | None:
    """The newest configuration whose first service day has begun; None for a facility that nobody has imported."""
    return next((dated for dated in _newest_first(connection, facility_id) if _applies(dated, now)), None)


def newest(connection: Connection, facility_id: str) -> Dated | None:
    """The newest configuration, which may be for the next service day only; None where nobody has imported any."""
    return next(_newest_first(connection, facility_id), None)


def configuration_of(
    engine: Engine, facility_id: str, now: datetime, *, tells_pins: bool = False
) -> ConfigurationAnswer | None:
    """The configuration in force, and the newest later one if there is one; None where nobody has imported any.

    ``tells_pins``: also what desks know of the PINs of the staff whom these name.
    """
    found: list[Dated] = []
    with engine.begin() as connection:
        # Read first: whatever changes from here on gets a later number, and is asked for again.
        number = connection.execute(select(facility.c.config_revision).filter_by(facility_id=facility_id)).scalar() or 0
        pins = _pins(connection, facility_id) if tells_pins else []
        for dated in _newest_first(connection, facility_id):
            if not found or _applies(dated, now):
                found.insert(0, dated)
            if _applies(dated, now):
                break
    if not found:
        return None
    staff = {member.staff_id for each in found for member in each.configuration.staff}
    return ConfigurationAnswer(
        config_revision=number,
        documents=[DatedDocument(applies_from=each.applies_from, document=json.loads(each.document)) for each in found],
        pins=[each for each in pins if each.staff_id in staff][:MAX_PINS] if tells_pins else None,
        server_time=now,
    )


def _pins(connection: Connection, facility_id: str) -> list[PinMessage]:
    mine = select(staff_pin.c.staff_id, staff_pin.c.pin_hash).filter_by(facility_id=facility_id)
    rows = connection.execute(mine.order_by(staff_pin.c.staff_id))
    return [PinMessage(staff_id=row.staff_id, pin_hash=row.pin_hash) for row in rows]


def _applies(dated: Dated, now: datetime) -> bool:
    return applies(dated.configuration, dated.applies_from, now)


def _newest_first(connection: Connection, facility_id: str) -> Iterator[Dated]:
    """Read one by one, as mostly the first is the one. A document that an older program took in still parses."""
    revision = _ANY
    while row := connection.execute(_NEWEST, {"of_facility": facility_id, "before": revision}).first():
        revision = row.revision
        yield Dated(revision, row.applies_from, row.document, _parsed(row.document))


@lru_cache(maxsize=64)
def _parsed(document: str) -> Configuration:
    """The same text is the same configuration for ever; shares come by the hundred, and each asks for one."""
    return parse_configuration(json.loads(document))


@dataclass(frozen=True)
class Listed:
    """One facility for the list of all; ``dated`` is its configuration in force.

    Attributes:
        config_revision: of its newest configuration, which may be for the next service day.
    """

    facility_id: str
    config_revision: int
    enrolled: int
    dated: Dated


def listed_facilities(engine: Engine, now: datetime) -> Iterator[Listed]:
    """Every facility that has been imported, by its id, read one by one: a State has thousands."""
    with engine.begin() as connection:
        newest_of = select(configuration.c.facility_id, func.max(configuration.c.revision).label("revision"))
        of_each = newest_of.group_by(configuration.c.facility_id).order_by(configuration.c.facility_id)
        for row in connection.execute(of_each).all():
            dated = in_force(connection, row.facility_id, now) or newest(connection, row.facility_id)
            assert dated is not None  # it has just been listed
            stands = (station.c.facility_id == row.facility_id, station.c.enrolled_at.is_not(None))
            enrolled = select(func.count()).select_from(station).where(*stands, station.c.revoked_at.is_(None))
            yield Listed(row.facility_id, row.revision, connection.execute(enrolled).scalar_one(), dated)
