"""Patients scan with their phones: the server gives numbers of its own, and answers ABDM's gateway."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_AWAITED = "NOT arrived AND state = 'waiting'"
_DUE = "state = 'due'"


def upgrade() -> None:
    op.create_table(
        "number",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("department", _code(20), nullable=False),
        sa.Column("series", _code(2), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "service_day", "department", "series"),
    )
    _make_share()
    _index("share_due", "share", ["facility_id", "next_try_at"], _DUE)
    op.create_index("share_received", "share", ["facility_id", "received_at"])
    _index("token_awaited", "token", ["facility_id", "issued_at"], _AWAITED)
    op.create_index("token_number_key", "token", ["facility_id", "number_key"])
    op.create_index("token_address_key", "token", ["facility_id", "address_key"])


def downgrade() -> None:
    for name in ("token_address_key", "token_number_key", "token_awaited"):
        op.drop_index(name, table_name="token")
    op.drop_table("share")
    op.drop_table("number")


def _make_share() -> None:
    op.create_table(
        "share",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("request_id", _code(64), nullable=False),
        _instant("received_at"),
        _instant("sent_at", nullable=True),
        sa.Column("counter", _code(250), nullable=False),
        sa.Column("address_digest", _code(64), nullable=False),
        sa.Column("address", sa.String(300), nullable=True),
        sa.Column("version", _code(10), nullable=False),
        sa.Column("token_id", _code(36), nullable=True),
        sa.Column("outcome", _code(40), nullable=False),
        sa.Column("label", _code(20), nullable=False),
        sa.Column("message", sa.String(200), nullable=False),
        sa.Column("state", _code(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _instant("next_try_at"),
        _instant("answered_at", nullable=True),
        sa.Column("problem", _code(40), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "request_id"),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.facility_id"]),
    )


def _index(name: str, table: str, columns: list[str], rows: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(rows), sqlite_where=sa.text(rows))


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
