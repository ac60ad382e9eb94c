"""Which tokens of a facility's whole past are one patient's."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, text, union

from kiosk.errors import KioskError
from kiosk.model.patient import Patient, patient_keys
from kiosk.server.tables import facility, patient, token

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


def tokens_of(connection: Connection, facility_id: str, asked: Asked) -> list[str]:
    """Ids of the patient's tokens, in order: those whose details say so, and those whose digests do, details or none.

    Details may be held of a token that is not, because its number was taken.

    The same patient is who is so for tokens: by the ABHA number, or by the address unless numbers differ. There is no
    index for this: it reads all of the facility's details and tokens, seconds for a large one.

    Raises:
        KioskError: FACILITY_UNKNOWN; PATIENT_AMBIGUOUS, where one address came with several numbers.
    """
    key = _facility_key(connection, facility_id)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    identity = _identity(connection, facility_id, asked)
    found = _by_details(connection, facility_id, identity) | _by_digests(connection, facility_id, identity, key)
    return sorted(found | _existing(connection, facility_id, asked.token_id))


def _facility_key(connection: Connection, facility_id: str) -> bytes | None:
    """None for a facility that nobody has imported: each of its stations has a key of its own, unknown here."""
    row = connection.execute(select(facility.c.facility_key).filter_by(facility_id=facility_id)).first()
    if row is None:
        raise KioskError(f"there is no facility {facility_id!r} here", code="FACILITY_UNKNOWN")
    return bytes.fromhex(row.facility_key) if row.facility_key else None


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


def _by_details(connection: Connection, facility_id: str, identity: _Identity) -> frozenset[str]:
    by_address = and_(_p.abha_number.is_(None), _folded().in_(identity.addresses))
    same = or_(_p.abha_number == identity.number, by_address) if identity.number else by_address
    return frozenset(connection.execute(select(_p.token_id).where(_p.facility_id == facility_id, same)).scalars())


def _by_digests(connection: Connection, facility_id: str, identity: _Identity, key: bytes | None) -> frozenset[str]:
    """Also those whose details retention has deleted."""
    if key is None:
        return frozenset()
    numbers, addresses = _digests(connection, facility_id, identity, key)
    by_address = and_(token.c.number_key.is_(None), token.c.address_key.in_(addresses))
    same = or_(token.c.number_key.in_(numbers), by_address)
    rows = select(token.c.token_id).where(token.c.facility_id == facility_id, same)
    return frozenset(connection.execute(rows).scalars())


def _digests(
    connection: Connection, facility_id: str, identity: _Identity, key: bytes
) -> tuple[Collection[str], Collection[str]]:
    """Of each service day on which there were tokens: of the number, of the addresses."""
    days = connection.execute(select(token.c.service_day).filter_by(facility_id=facility_id).distinct()).scalars()
    patients = [Patient(identity.number, address) for address in identity.addresses or [None]]
    made = [patient_keys(each, day, key) for day in days for each in patients]
    return _known(keys.number for keys in made), _known(keys.address for keys in made)


def _known(digests: Iterable[str | None]) -> Collection[str]:
    return {digest for digest in digests if digest}


def _existing(connection: Connection, facility_id: str, token_id: str | None) -> frozenset[str]:
    ids = (select(table.c.token_id).filter_by(facility_id=facility_id, token_id=token_id) for table in (token, patient))
    return frozenset(connection.execute(union(*ids)).scalars()) if token_id else frozenset()
