"""The server's tables. ``facility_id`` leads every key, so that PostgreSQL can be partitioned or distributed by it.

The tables are made as they stand here; Alembic takes over from this first version when PostgreSQL comes in.
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
    Column("facility_id", String(40), primary_key=True),
    # Counts every event that any store of the facility brought; the cursor of what stations pull.
    Column("revision", BigInteger, nullable=False),
)

store = Table(
    "store",
    metadata,
    Column("facility_id", String(40), primary_key=True),
    Column("store_id", String(36), primary_key=True),
    Column("acked_seq", BigInteger, nullable=False),
    Column("last_hash", String(64), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("quarantined_at", Instant),
    ForeignKeyConstraint(["facility_id"], ["facility.facility_id"]),
)

event = Table(
    "event",
    metadata,
    Column("facility_id", String(40), primary_key=True),
    Column("store_id", String(36), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", String(36), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("token_id", String(36), nullable=False),
    Column("at", Instant, nullable=False),
    Column("service_day", Date, nullable=False),
    # Text, not JSON: a database that rewrites 1e2 as 100 would break the hash.
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("facility_id", "event_id"),
    UniqueConstraint("facility_id", "revision"),
    ForeignKeyConstraint(["facility_id", "store_id"], ["store.facility_id", "store.store_id"]),
)

token = Table(
    "token",
    metadata,
    Column("facility_id", String(40), primary_key=True),
    Column("token_id", String(36), primary_key=True),
    Column("service_day", Date, nullable=False),
    Column("department", String(20), nullable=False),
    Column("series", String(2), nullable=False),
    Column("number", Integer, nullable=False),
    Column("label", String(20), nullable=False),
    Column("queue_department", String(20), nullable=False),
    Column("store_id", String(36), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("moved_at", Instant, nullable=False),
    Column("number_key", String(64)),
    Column("address_key", String(64)),
    Column("source", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("slip", String(20), nullable=False),
    Column("copies", Integer, nullable=False),
    Column("arrived", Boolean, nullable=False),
    UniqueConstraint("facility_id", "service_day", "department", "series", "number"),
)

patient = Table(
    "patient",
    metadata,
    Column("facility_id", String(40), primary_key=True),
    Column("token_id", String(36), primary_key=True),
    Column("abha_number", String(14)),
    Column("abha_address", String(300)),
    Column("name", String(100), nullable=False),
    Column("sex", String(1), nullable=False),
    Column("birth_year", SmallInteger),
    Column("birth_month", SmallInteger),
    Column("birth_day", SmallInteger),
    Column("mobile", String(300)),
    Column("address", String(300)),
    Column("district", String(300)),
    Column("state", String(300)),
    Column("received_at", Instant, nullable=False),
)

parked = Table(
    "parked",
    metadata,
    Column("facility_id", String(40), primary_key=True),
    Column("store_id", String(36), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("code", String(40), nullable=False),
    Column("parked_at", Instant, nullable=False),
    ForeignKeyConstraint(["facility_id", "store_id", "seq"], ["event.facility_id", "event.store_id", "event.seq"]),
)

Index("token_by_state", token.c.facility_id, token.c.service_day, token.c.queue_department, token.c.state)
