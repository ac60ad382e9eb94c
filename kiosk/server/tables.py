"""The server's tables. ``facility_id`` leads every key, so that PostgreSQL can be partitioned or distributed by it.

migrations/ makes them; a test holds that it makes exactly these. Every statement that a station waits for names its
``facility_id``, so that one partition (or, with Citus, one machine) answers it.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql

BY_FACILITY = "HASH (facility_id)"
"""How PostgreSQL partitions the tables that grow. By month it could not: their unique keys have no ``service_day``."""


def _code(length: int) -> String:
    """Identifiers and words of ours, in PostgreSQL sorted by bytes, as in SQLite.

    By a language's rules a new C library, with other rules, would silently break the indexes.
    """
    return String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


class Instant(TypeDecorator[datetime]):
    """A time in UTC. SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


metadata = MetaData()

facility = Table(
    "facility",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    # Counts every event that any store of the facility brought; the cursor of what stations pull.
    Column("revision", BigInteger, nullable=False),
)

store = Table(
    "store",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("store_id", _code(36), primary_key=True),
    Column("acked_seq", BigInteger, nullable=False),
    Column("last_hash", _code(64), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("quarantined_at", Instant),
    ForeignKeyConstraint(["facility_id"], ["facility.facility_id"]),
)

event = Table(
    "event",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("store_id", _code(36), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", _code(36), nullable=False),
    Column("kind", _code(40), nullable=False),
    Column("token_id", _code(36), nullable=False),
    Column("at", Instant, nullable=False),
    Column("service_day", Date, nullable=False),
    # Text, not JSON: a database that rewrites 1e2 as 100 would break the hash.
    Column("body", Text, nullable=False),
    Column("hash", _code(64), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("facility_id", "event_id"),
    UniqueConstraint("facility_id", "revision"),
    ForeignKeyConstraint(["facility_id", "store_id"], ["store.facility_id", "store.store_id"]),
    postgresql_partition_by=BY_FACILITY,
)

token = Table(
    "token",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("token_id", _code(36), primary_key=True),
    Column("service_day", Date, nullable=False),
    Column("department", _code(20), nullable=False),
    Column("series", _code(2), nullable=False),
    Column("number", Integer, nullable=False),
    Column("label", _code(20), nullable=False),
    Column("queue_department", _code(20), nullable=False),
    Column("store_id", _code(36), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("moved_at", Instant, nullable=False),
    Column("number_key", _code(64)),
    Column("address_key", _code(64)),
    Column("source", _code(20), nullable=False),
    Column("state", _code(20), nullable=False),
    Column("slip", _code(20), nullable=False),
    Column("copies", Integer, nullable=False),
    Column("arrived", Boolean, nullable=False),
    UniqueConstraint("facility_id", "service_day", "department", "series", "number"),
    postgresql_partition_by=BY_FACILITY,
)

patient = Table(
    "patient",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("token_id", _code(36), primary_key=True),
    Column("abha_number", String(14)),
    Column("abha_address", String(300)),
    Column("name", String(100), nullable=False),
    Column("sex", _code(1), nullable=False),
    Column("birth_year", SmallInteger),
    Column("birth_month", SmallInteger),
    Column("birth_day", SmallInteger),
    Column("mobile", String(300)),
    Column("address", String(300)),
    Column("district", String(300)),
    Column("state", String(300)),
    Column("received_at", Instant, nullable=False),
    postgresql_partition_by=BY_FACILITY,
)

parked = Table(
    "parked",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("store_id", _code(36), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("code", _code(40), nullable=False),
    Column("parked_at", Instant, nullable=False),
    ForeignKeyConstraint(["facility_id", "store_id", "seq"], ["event.facility_id", "event.store_id", "event.seq"]),
)

Index("token_by_state", token.c.facility_id, token.c.service_day, token.c.queue_department, token.c.state)
