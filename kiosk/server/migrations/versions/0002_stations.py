"""Facilities are imported and configured, stations enrol and sign, tokens of a day are counted."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

MADE = (
    "configuration",
    "station",
    "station_key",
    "pairing",
    "nonce",
    "series",
    "api_key",
    "alarm",
    "audit",
    "day_count",
)


def upgrade() -> None:
    _widen_facility()
    _make_configuration()
    _make_station()
    _make_station_key()
    _make_pairing()
    _make_nonce()
    _make_series()
    _make_api_key()
    _make_alarm()
    _make_audit()
    _make_day_count()
    _widen_store()
    _widen_parked()
    op.drop_index("token_by_state", table_name="token")
    queue = ["facility_id", "service_day", "queue_department", "state", "issued_at", "token_id"]
    op.create_index("token_queue", "token", queue)
    op.create_index("patient_received", "patient", ["facility_id", "received_at"])


def downgrade() -> None:
    op.drop_index("patient_received", table_name="patient")
    op.drop_index("token_queue", table_name="token")
    op.create_index("token_by_state", "token", ["facility_id", "service_day", "queue_department", "state"])
    op.drop_index("parked_token", table_name="parked")
    op.drop_column("parked", "token_id")
    for column in ("superseded_at", "station_id"):
        op.drop_column("store", column)
    for table in reversed(MADE):
        op.drop_table(table)
    for column in ("state", "facility_key", "config_revision"):
        op.drop_column("facility", column)


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def _of_facility() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["facility_id"], ["facility.facility_id"])


def _of_station() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["facility_id", "station_id"], ["station.facility_id", "station.station_id"])


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _widen_facility() -> None:
    op.add_column("facility", sa.Column("config_revision", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("facility", sa.Column("facility_key", _code(64), nullable=True))
    op.add_column("facility", sa.Column("state", sa.String(40), nullable=False, server_default=""))


def _make_configuration() -> None:
    op.create_table(
        "configuration",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        _instant("imported_at"),
        sa.PrimaryKeyConstraint("facility_id", "revision"),
        _of_facility(),
    )


def _make_station() -> None:
    op.create_table(
        "station",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("station_id", _code(20), nullable=False),
        sa.Column("kind", _code(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("store_id", _code(36), nullable=True),
        _instant("enrolled_at", nullable=True),
        _instant("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("facility_id", "station_id"),
        _of_facility(),
    )


def _make_station_key() -> None:
    op.create_table(
        "station_key",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("key_id", _code(36), nullable=False),
        sa.Column("station_id", _code(20), nullable=False),
        sa.Column("public_key", _code(64), nullable=False),
        _instant("made_at"),
        _instant("expires_at", nullable=True),
        _instant("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("facility_id", "key_id"),
        _of_station(),
    )


def _make_pairing() -> None:
    op.create_table(
        "pairing",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("station_id", _code(20), nullable=False),
        sa.Column("code_hash", _code(64), nullable=False),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("facility_id", "station_id"),
        _of_station(),
    )


def _make_nonce() -> None:
    op.create_table(
        "nonce",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("key_id", _code(36), nullable=False),
        sa.Column("nonce", _code(64), nullable=False),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("facility_id", "key_id", "nonce"),
    )
    op.create_index("nonce_expires", "nonce", ["facility_id", "expires_at"])


def _make_series() -> None:
    op.create_table(
        "series",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("series", _code(2), nullable=False),
        sa.Column("station_id", _code(20), nullable=False),
        sa.Column("store_id", _code(36), nullable=True),
        _instant("granted_at"),
        sa.PrimaryKeyConstraint("facility_id", "series"),
        _of_facility(),
    )


def _make_api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("key_id", _code(36), nullable=False),
        sa.Column("secret_hash", _code(64), nullable=False),
        sa.Column("role", _code(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        _instant("made_at"),
        _instant("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("facility_id", "key_id"),
    )


def _make_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("alarm_id", _code(36), nullable=False),
        sa.Column("kind", _code(40), nullable=False),
        sa.Column("station_id", _code(20), nullable=False),
        sa.Column("store_id", _code(36), nullable=False),
        _instant("raised_at"),
        _instant("cleared_at", nullable=True),
        sa.PrimaryKeyConstraint("facility_id", "alarm_id"),
    )


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("audit_id", _code(36), nullable=False),
        _instant("at"),
        sa.Column("act", _code(40), nullable=False),
        sa.Column("subject", _code(80), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "audit_id"),
    )
    op.create_index("audit_subject", "audit", ["facility_id", "act", "subject"])


def _make_day_count() -> None:
    op.create_table(
        "day_count",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("department", _code(20), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "service_day", "department"),
    )
    op.execute(
        "INSERT INTO day_count (facility_id, service_day, department, issued)"
        " SELECT facility_id, service_day, department, count(*) FROM token GROUP BY 1, 2, 3"
    )
    op.create_index("day_count_day", "day_count", ["service_day"])


def _widen_store() -> None:
    op.add_column("store", sa.Column("station_id", _code(20), nullable=True))
    op.add_column("store", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))


def _widen_parked() -> None:
    op.add_column("parked", sa.Column("token_id", _code(36), nullable=True))
    op.execute(
        "UPDATE parked SET token_id = (SELECT e.token_id FROM event e WHERE e.facility_id = parked.facility_id"
        " AND e.store_id = parked.store_id AND e.seq = parked.seq)"
    )
    with op.batch_alter_table("parked") as batch:
        batch.alter_column("token_id", existing_type=_code(36), nullable=False)
    op.create_index("parked_token", "parked", ["facility_id", "token_id"])
