"""Tokens are called to rooms, in order of priority and place; staff sign in; departments close by hand."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
_QUEUE = ["facility_id", "service_day", "queue_department", "state"]
_NEW = ("queued_at", "priority", "room", "calls", "called_at", "started_at", "act_id")

_PARTIAL = (
    ("token_called", ["facility_id", "service_day", "queue_department", "called_at"], "called_at IS NOT NULL"),
    ("token_busy", ["facility_id", "service_day"], "state IN ('called', 'serving')"),
)


def upgrade() -> None:
    op.drop_index("token_queue", table_name="token")
    op.add_column("token", _instant("queued_at", nullable=True))
    op.add_column("token", sa.Column("priority", _code(20), nullable=False, server_default="routine"))
    op.add_column("token", sa.Column("room", sa.String(20), nullable=False, server_default=""))
    op.add_column("token", sa.Column("calls", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("token", _instant("called_at", nullable=True))
    op.add_column("token", _instant("started_at", nullable=True))
    op.add_column("token", sa.Column("act_id", _code(36), nullable=False, server_default=""))
    op.execute("UPDATE token SET queued_at = issued_at")
    with op.batch_alter_table("token") as token:
        token.alter_column("queued_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        for name in ("priority", "room", "calls", "act_id"):
            token.alter_column(name, server_default=None)
    op.create_index("token_queue", "token", [*_QUEUE, "priority", "queued_at", "token_id"])
    for name, columns, rows in _PARTIAL:
        op.create_index(name, "token", columns, postgresql_where=sa.text(rows), sqlite_where=sa.text(rows))
    op.create_table(
        "opening",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("department", _code(20), nullable=False),
        sa.Column("room", sa.String(20), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=True),
        _instant("changed_at"),
        sa.Column("event_id", _code(36), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "service_day", "department", "room"),
    )
    op.create_table(
        "staff_pin",
        sa.Column("facility_id", _code(40), nullable=False),
        sa.Column("staff_id", _code(20), nullable=False),
        sa.Column("pin_hash", _code(200), nullable=False),
        _instant("set_at"),
        sa.PrimaryKeyConstraint("facility_id", "staff_id"),
    )


def downgrade() -> None:
    op.drop_table("staff_pin")
    op.drop_table("opening")
    for name in ("token_busy", "token_called", "token_queue"):
        op.drop_index(name, table_name="token")
    for name in _NEW:
        op.drop_column("token", name)
    op.create_index("token_queue", "token", [*_QUEUE, "issued_at", "token_id"])


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
