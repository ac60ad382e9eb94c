"""Tokens are called to rooms, in order of priority and place; staff sign in; departments close by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
_QUEUE = ["service_day", "queue_department", "state", "facility_id"]
_NEW = ("queued_at", "priority", "room", "calls", "called_at", "started_at", "act_id", "touched")


def upgrade() -> None:
    op.drop_index("token_queue", table_name="token")
    for column in (
        sa.Column("queued_at", sa.String(), nullable=False, server_default=""),
        sa.Column("priority", sa.String(), nullable=False, server_default="routine"),
        sa.Column("room", sa.String(), nullable=False, server_default=""),
        sa.Column("calls", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("called_at", sa.String(), nullable=True),
        sa.Column("started_at", sa.String(), nullable=True),
        sa.Column("act_id", sa.String(), nullable=False, server_default=""),
        sa.Column("touched", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("token", column)
    op.execute("UPDATE token SET queued_at = issued_at, touched = rowid")
    with op.batch_alter_table("token") as token:
        for name in ("queued_at", "priority", "room", "calls", "act_id", "touched"):
            token.alter_column(name, server_default=None)
    op.create_index("token_queue", "token", [*_QUEUE, "queued_at", "token_id"])
    op.create_index("token_touched", "token", ["touched"])
    op.create_index("event_token", "event", ["token_id"])
    op.create_table(
        "opening",
        sa.Column("facility_id", sa.String(), nullable=False),
        sa.Column("service_day", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=True),
        sa.Column("changed_at", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "service_day", "department", "room"),
    )
    op.create_table(
        "staff_pin",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("set_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_table(
        "staff_failure",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id"),
    )


def downgrade() -> None:
    for table in ("staff_failure", "staff_pin", "opening"):
        op.drop_table(table)
    op.drop_index("event_token", table_name="event")
    op.drop_index("token_touched", table_name="token")
    op.drop_index("token_queue", table_name="token")
    for name in _NEW:
        op.drop_column("token", name)
    op.create_index("token_queue", "token", [*_QUEUE, "issued_at", "token_id"])
