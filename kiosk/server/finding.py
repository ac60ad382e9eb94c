"""Which tokens of a facility's whole past are one patient's."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, Connection, and_, func, or_, select, text, true, union

from kiosk.errors import KioskError, SettingError
from kiosk.model.patient import Patient, patient_keys
from kiosk.server.database import is_among
from kiosk.server.tables import event, facility, patient, token

SENT_AGAIN = timedelta(minutes=10)
"""More than a push takes: details that arrived before a scan by the clock, and were committed after it."""
_p = patient.c


@dataclass(frozen=True)
class Asked:
    """Whom it is about: one of the three. A token stands for its patient."""

    abha_number: str | None = field(default=None, repr=False)
    abha_address: str | None = field(default=None, repr=False)
    token_id: str | None = None


@dataclass(frozen=True)
class _Identity:
    """What one patient's cards say: at most one ABHA number, and the addresses that no other number came with."""

    number: str | None = field(repr=False)
    addresses: frozenset[str] = field(repr=False)


@dataclass(frozen=True)
class Scan:
    """What one look over a facility's whole past has found, and the revision that it began at."""

    token_ids: frozenset[str]
    revision: int
    key: bytes | None = field(repr=False)
    identity: _Identity


def tokens_of(connection: Connection, facility_id: str, asked: Asked) -> list[str]:
    """As ``scan`` finds them, in order."""
    return sorted(scan(connection, facility_id, asked).token_ids)


def scan(connection: Connection, facility_id: str, asked: Asked) -> Scan:
    """Ids of the patient's tokens: those whose details say so, and those whose digests do, details or none.

    Details may be held of a token that is not, because its number was taken.

    The same patient is who is so for tokens: by the ABHA number, or by the address unless numbers differ. There is no
    index for this: it reads all of the facility's details and tokens, seconds for a large one.

    Raises:
        SettingError: FACILITY_UNKNOWN.
        KioskError: PATIENT_AMBIGUOUS, where one address came with several numbers.
    """
    revision, key = _standing(connection, facility_id)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    identity = _identity(connection, facility_id, asked)
    found = _by_details(connection, facility_id, identity) | _by_digests(connection, facility_id, identity, key)
    return Scan(found | _existing(connection, facility_id, asked.token_id), revision, key, identity)


def tokens_since(connection: Connection, facility_id: str, scanned: Scan, now: datetime) -> frozenset[str]:
    """The patient's tokens among those that anything was heard of since the scan; quickly found, by their indexes."""
    newer = select(event.c.token_id).where(event.c.facility_id == facility_id, event.c.revision > scanned.revision)
    again = select(_p.token_id).where(_p.facility_id == facility_id, _p.received_at > now - SENT_AGAIN)
    ids = connection.execute(union(newer, again)).scalars().all()
    by_details = _by_details(connection, facility_id, scanned.identity, ids)
    return by_details | _by_digests(connection, facility_id, scanned.identity, scanned.key, ids)


def _standing(connection: Connection, facility_id: str) -> tuple[int, bytes | None]:
    """Its revision, and its key: None where nobody has imported it, as each of its stations then has one of its own."""
    mine = select(facility.c.revision, facility.c.facility_key).filter_by(facility_id=facility_id)
    row = connection.execute(mine).first()
    if row is None:
        raise SettingError(f"there is no facility {facility_id!r} here", code="FACILITY_UNKNOWN")
    return row.revision, bytes.fromhex(row.facility_key) if row.facility_key else None


def _identity(connection: Connection, facility_id: str, asked: Asked) -> _Identity:
    number, address = asked.abha_number, asked.abha_address
    if asked.token_id:
        own = select(_p.abha_number, _p.abha_address).filter_by(facility_id=facility_id, token_id=asked.token_id)
        number, address = connection.execute(own).one_or_none() or (None, None)
    if number is None and address is not None:
        number = _only_number(connection, facility_id, address.lower())
    addresses = {address.lower()} if address else set()
    if number:
        addresses |= _addresses(connection, facility_id, _p.abha_number == number)
        addresses -= _addresses(connection, facility_id, _p.abha_number != number)
    return _Identity(number, frozenset(addresses))


def _only_number(connection: Connection, facility_id: str, address: str) -> str | None:
    """The number that came with the address, if one did."""
    mine = and_(_p.facility_id == facility_id, _folded() == address, _p.abha_number.is_not(None))
    numbers = connection.execute(select(_p.abha_number).where(mine).distinct()).scalars().all()
    if len(numbers) > 1:
        raise KioskError("several ABHA numbers came with this address: ask by number", code="PATIENT_AMBIGUOUS")
    return numbers[0] if numbers else None


def _addresses(connection: Connection, facility_id: str, whose: ColumnElement[bool]) -> set[str]:
    rows = select(_folded()).where(_p.facility_id == facility_id, whose, _p.abha_address.is_not(None)).distinct()
    return set(connection.execute(rows).scalars())


def _folded() -> ColumnElement[str]:
    return func.lower(_p.abha_address)


def _by_details(
    connection: Connection, facility_id: str, identity: _Identity, among: Collection[str] | None = None
) -> frozenset[str]:
    by_address = and_(_p.abha_number.is_(None), _folded().in_(identity.addresses))
    same = or_(_p.abha_number == identity.number, by_address) if identity.number else by_address
    mine = and_(_p.facility_id == facility_id, _is_of(connection, _p.token_id, among), same)
    return frozenset(connection.execute(select(_p.token_id).where(mine)).scalars())


def _by_digests(
    connection: Connection,
    facility_id: str,
    identity: _Identity,
    key: bytes | None,
    among: Collection[str] | None = None,
) -> frozenset[str]:
    """Also those whose details retention has deleted."""
    if key is None:
        return frozenset()
    mine = and_(token.c.facility_id == facility_id, _is_of(connection, token.c.token_id, among))
    numbers, addresses = _digests(connection, mine, identity, key)
    by_address = and_(token.c.number_key.is_(None), token.c.address_key.in_(addresses))
    same = or_(token.c.number_key.in_(numbers), by_address)
    return frozenset(connection.execute(select(token.c.token_id).where(mine, same)).scalars())


def _is_of(connection: Connection, column: Column[str], among: Collection[str] | None) -> ColumnElement[bool]:
    return true() if among is None else is_among(connection, column, among)


def _digests(
    connection: Connection, mine: ColumnElement[bool], identity: _Identity, key: bytes
) -> tuple[Collection[str], Collection[str]]:
    """Of each service day on which there were such tokens: of the number, of the addresses."""
    days = connection.execute(select(token.c.service_day).where(mine).distinct()).scalars()
    patients = [Patient(identity.number, address) for address in identity.addresses or [None]]
    made = [patient_keys(each, day, key) for day in days for each in patients]
    return _known(keys.number for keys in made), _known(keys.address for keys in made)


def _known(digests: Iterable[str | None]) -> Collection[str]:
    return {digest for digest in digests if digest}


def _existing(connection: Connection, facility_id: str, token_id: str | None) -> frozenset[str]:
    ids = (select(table.c.token_id).filter_by(facility_id=facility_id, token_id=token_id) for table in (token, patient))
    return frozenset(connection.execute(union(*ids)).scalars()) if token_id else frozenset()
