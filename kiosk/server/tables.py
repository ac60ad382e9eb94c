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
    text,
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


IS_BUSY = text("state IN ('called', 'serving')")
"""Tokens whose patients are in a room or on the way there: few at a time, however long the day is. Said in the very
words of the index, without which no database sees that it answers."""
WAS_CALLED = text("called_at IS NOT NULL")
IS_OPEN_PHONES = text("source = 'phone' AND state IN ('waiting', 'held', 'no_show', 'called', 'serving')")
"""Tokens of phones which may still lapse: one day's, of all facilities together."""
IS_DUE = text("state = 'due'")
"""Shares whose answer the gateway does not have yet: few at a time, in all facilities together."""

metadata = MetaData()

facility = Table(
    "facility",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    # Counts every event that any store of the facility brought; the cursor of what stations pull.
    Column("revision", BigInteger, nullable=False),
    # Counts imported configurations and changes of PINs; 0 for a facility that nobody has imported.
    Column("config_revision", BigInteger, nullable=False, server_default="0"),
    # Under which its stations recognise a patient within one day: 64 hexadecimal digits, made with the first import.
    Column("facility_key", _code(64)),
    # The State or union territory, for counts over many facilities.
    Column("state", String(40), nullable=False, server_default=""),
)

configuration = Table(
    "configuration",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("applies_from", Date, nullable=False),
    # JSON of ``model.configuration``'s shape, as it was imported.
    Column("document", Text, nullable=False),
    Column("imported_at", Instant, nullable=False),
    ForeignKeyConstraint(["facility_id"], ["facility.facility_id"]),
)

station = Table(
    "station",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("station_id", _code(20), primary_key=True),
    Column("kind", _code(20), nullable=False),
    Column("name", String(80), nullable=False),
    # The store it has now; one that it had before may not speak any more.
    Column("store_id", _code(36)),
    Column("enrolled_at", Instant),
    Column("revoked_at", Instant),
    ForeignKeyConstraint(["facility_id"], ["facility.facility_id"]),
)

station_key = Table(
    "station_key",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("key_id", _code(36), primary_key=True),
    Column("station_id", _code(20), nullable=False),
    Column("public_key", _code(64), nullable=False),  # Ed25519: 32 bytes in hexadecimal digits
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    ForeignKeyConstraint(["facility_id", "station_id"], ["station.facility_id", "station.station_id"]),
)

pairing = Table(
    "pairing",
    metadata,
    # One code at a time for each station. Once used, its hash is another, which only its user finds again.
    Column("facility_id", _code(40), primary_key=True),
    Column("station_id", _code(20), primary_key=True),
    Column("code_hash", _code(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
    ForeignKeyConstraint(["facility_id", "station_id"], ["station.facility_id", "station.station_id"]),
)

nonce = Table(
    "nonce",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("key_id", _code(36), primary_key=True),
    Column("nonce", _code(64), primary_key=True),
    Column("expires_at", Instant, nullable=False),
)

series = Table(
    "series",
    metadata,
    # Given once in the life of a facility.
    Column("facility_id", _code(40), primary_key=True),
    Column("series", _code(2), primary_key=True),
    Column("station_id", _code(20), nullable=False),
    Column("store_id", _code(36)),  # null: kept in reserve by the station
    Column("granted_at", Instant, nullable=False),
    ForeignKeyConstraint(["facility_id"], ["facility.facility_id"]),
)

api_key = Table(
    "api_key",
    metadata,
    # An empty facility: a key for counts over all of them.
    Column("facility_id", _code(40), primary_key=True),
    Column("key_id", _code(36), primary_key=True),
    Column("secret_hash", _code(64), nullable=False),
    Column("role", _code(20), nullable=False),
    Column("name", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

alarm = Table(
    "alarm",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("alarm_id", _code(36), primary_key=True),
    Column("kind", _code(40), nullable=False),
    Column("station_id", _code(20), nullable=False),
    Column("store_id", _code(36), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("cleared_at", Instant),
)

audit = Table(
    "audit",
    metadata,
    # What administrators did with patients' details and keys; only ever appended to.
    Column("facility_id", _code(40), primary_key=True),
    Column("audit_id", _code(36), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("act", _code(40), nullable=False),
    Column("subject", _code(80), nullable=False),
    Column("reason", String(200), nullable=False),
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
    # null: a store that was here before stations enrolled; empty: the server's own, see ``own_ledger``.
    Column("station_id", _code(20)),
    Column("superseded_at", Instant),  # when its station began another one
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
    Column("queued_at", Instant, nullable=False),
    Column("priority", _code(20), nullable=False),
    Column("room", String(20), nullable=False),
    Column("calls", Integer, nullable=False),
    Column("called_at", Instant),
    Column("started_at", Instant),
    Column("act_id", _code(36), nullable=False),
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
    Column("token_id", _code(36), nullable=False),
    ForeignKeyConstraint(["facility_id", "store_id", "seq"], ["event.facility_id", "event.store_id", "event.seq"]),
)

day_count = Table(
    "day_count",
    metadata,
    # Moved with each token, in its transaction: counting a State's tokens themselves would read them all.
    Column("facility_id", _code(40), primary_key=True),
    Column("service_day", Date, primary_key=True),
    Column("department", _code(20), primary_key=True),
    Column("issued", Integer, nullable=False),
)

opening = Table(
    "opening",
    metadata,
    # What a supervisor has said for one day; an empty room means the whole department, a null: as planned again.
    Column("facility_id", _code(40), primary_key=True),
    Column("service_day", Date, primary_key=True),
    Column("department", _code(20), primary_key=True),
    Column("room", String(20), primary_key=True),
    Column("is_open", Boolean),
    Column("changed_at", Instant, nullable=False),
    Column("event_id", _code(36), nullable=False),  # what said so: of two at the same time the higher id counts
)

staff_pin = Table(
    "staff_pin",
    metadata,
    Column("facility_id", _code(40), primary_key=True),
    Column("staff_id", _code(20), primary_key=True),
    # Argon2id over the PIN and a pepper that is not in the database.
    Column("pin_hash", _code(200), nullable=False),
    Column("set_at", Instant, nullable=False),
)

number = Table(
    "number",
    metadata,
    # The last number given to a token of the server's own; moved in the transaction that issues the token.
    Column("facility_id", _code(40), primary_key=True),
    Column("service_day", Date, primary_key=True),
    Column("department", _code(20), primary_key=True),
    Column("series", _code(2), primary_key=True),
    Column("last", Integer, nullable=False),
)

share = Table(
    "share",
    metadata,
    # What ABDM's gateway was told, or is to be told, of each profile that it brought.
    Column("facility_id", _code(40), primary_key=True),
    Column("request_id", _code(64), primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("sent_at", Instant),  # by the gateway's clock
    Column("counter", _code(250), nullable=False),
    # Whether a second delivery is of the same person, under the facility's key; empty once the person was erased.
    Column("address_digest", _code(64), nullable=False),
    # As it was sent and must be said again; null as soon as it was.
    Column("address", String(300)),
    Column("version", _code(10), nullable=False),
    Column("token_id", _code(36)),  # null: no token, and why is the outcome
    Column("outcome", _code(40), nullable=False),
    Column("label", _code(20), nullable=False),
    Column("message", String(200), nullable=False),
    Column("state", _code(20), nullable=False),  # due, sent, given_up
    Column("attempts", Integer, nullable=False),
    # From when on anybody may try; whoever tries moves it on first, and so has the answer to itself until then.
    Column("next_try_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("problem", _code(40), nullable=False),  # of the last try
    ForeignKeyConstraint(["facility_id"], ["facility.facility_id"]),
)

Index(
    "token_queue",
    token.c.facility_id,
    token.c.service_day,
    token.c.queue_department,
    token.c.state,
    token.c.priority,
    token.c.queued_at,
    token.c.token_id,
)
Index(
    "token_called",
    token.c.facility_id,
    token.c.service_day,
    token.c.queue_department,
    token.c.called_at,
    postgresql_where=WAS_CALLED,
    sqlite_where=WAS_CALLED,
)
Index("token_busy", token.c.facility_id, token.c.service_day, postgresql_where=IS_BUSY, sqlite_where=IS_BUSY)
Index(
    "token_open_phones",
    token.c.facility_id,
    token.c.issued_at,
    postgresql_where=IS_OPEN_PHONES,
    sqlite_where=IS_OPEN_PHONES,
)
Index("token_number_key", token.c.facility_id, token.c.number_key)
Index("token_address_key", token.c.facility_id, token.c.address_key)
Index("share_due", share.c.facility_id, share.c.next_try_at, postgresql_where=IS_DUE, sqlite_where=IS_DUE)
Index("share_received", share.c.facility_id, share.c.received_at)
Index("patient_received", patient.c.facility_id, patient.c.received_at)
Index("parked_token", parked.c.facility_id, parked.c.token_id)
Index("nonce_expires", nonce.c.facility_id, nonce.c.expires_at)
Index("audit_subject", audit.c.facility_id, audit.c.act, audit.c.subject)
Index("day_count_day", day_count.c.service_day)
