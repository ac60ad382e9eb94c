"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

BY_FACILITY = "HASH (facility_id)"
PARTITIONED = ("event", "token", "patient")
PARTITIONS = 16


def upgrade() -> None:
    _make_facility()
    _make_store()
    _make_event()
    _make_token()
    _make_patient()
    _make_parked()
    if op.get_context().dialect.name == "postgresql":
        _make_partitions()


def downgrade() -> None:
    for table in ("parked", "patient", "token", "event", "store", "facility"):
        op.drop_table(table)


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def _make_facility() -> None:
    op.create_table(
        "facility",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id"),
    )


def _make_store() -> None:
    op.create_table(
        "store",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("store_id", _code(36), nullable=False),
        sa.Column("acked_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", _code(64), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("facility_id", "store_id"),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.facility_id"]),
    )


def _make_event() -> None:
    op.create_table(
        "event",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("store_id", _code(36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", _code(36), nullable=False),
        sa.Column("kind", _code(40), nullable=False),
        sa.Column("token_id", _code(36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", _code(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "store_id", "seq"),
        sa.UniqueConstraint("facility_id", "event_id"),
        sa.UniqueConstraint("facility_id", "revision"),
        sa.ForeignKeyConstraint(["facility_id", "store_id"], ["store.facility_id", "store.store_id"]),
        postgresql_partition_by=BY_FACILITY,
    )


def _make_token() -> None:
    op.create_table(
        "token",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("token_id", _code(36), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("department", _code(20), nullable=False),
        sa.Column("series", _code(2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", _code(20), nullable=False),
        sa.Column("queue_department", _code(20), nullable=False),
        sa.Column("store_id", _code(36), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number_key", _code(64), nullable=True),
        sa.Column("address_key", _code(64), nullable=True),
        sa.Column("source", _code(20), nullable=False),
        sa.Column("state", _code(20), nullable=False),
        sa.Column("slip", _code(20), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "token_id"),
        sa.UniqueConstraint("facility_id", "service_day", "department", "series", "number"),
        postgresql_partition_by=BY_FACILITY,
    )
    op.create_index("token_by_state", "token", ["facility_id", "service_day", "queue_department", "state"])


def _make_patient() -> None:
    op.create_table(
        "patient",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("token_id", _code(36), nullable=False),
        sa.Column("abha_number", sa.String(14), nullable=True),
        sa.Column("abha_address", sa.String(300), nullable=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sex", _code(1), nullable=False),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("birth_month", sa.SmallInteger(), nullable=True),
        sa.Column("birth_day", sa.SmallInteger(), nullable=True),
        sa.Column("mobile", sa.String(300), nullable=True),
        sa.Column("address", sa.String(300), nullable=True),
        sa.Column("district", sa.String(300), nullable=True),
        sa.Column("state", sa.String(300), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "token_id"),
        postgresql_partition_by=BY_FACILITY,
    )


def _make_parked() -> None:
    op.create_table(
        "parked",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("store_id", _code(36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", _code(40), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "store_id", "seq"),
        sa.ForeignKeyConstraint(
            ["facility_id", "store_id", "seq"], ["event.facility_id", "event.store_id", "event.seq"]
        ),
    )


def _make_partitions() -> None:
    """A partition holds many facilities; what a statement asks of one facility, one partition answers."""
    for table in PARTITIONED:
        for remainder in range(PARTITIONS):
            op.execute(
                f"CREATE TABLE {table}_{remainder:02} PARTITION OF {table}"
                f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {remainder})"
            )
