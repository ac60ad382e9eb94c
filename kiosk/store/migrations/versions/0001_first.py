"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "cursor",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "event",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("service_day", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "seq"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_table(
        "meta",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("facility_key", sa.LargeBinary(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.Column("last_at", sa.String(), nullable=True),
        sa.Column("last_service_day", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.String(), nullable=True),
        sa.Column("forked_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "number",
        sa.Column("facility_id", sa.String(), nullable=False),
        sa.Column("service_day", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "service_day", "department", "series"),
    )
    op.create_table(
        "patient",
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("abha_number", sa.String(), nullable=True),
        sa.Column("abha_address", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("birth_month", sa.Integer(), nullable=True),
        sa.Column("birth_day", sa.Integer(), nullable=True),
        sa.Column("mobile", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("district", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("token_id"),
    )
    op.create_table(
        "slip_job",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("people_ahead", sa.Integer(), nullable=True),
        sa.Column("queued_at", sa.String(), nullable=False),
        sa.Column("moved_at", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("slip_job_state", "slip_job", ["state", "queued_at"], unique=False)
    op.create_index("slip_job_token", "slip_job", ["token_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("facility_id", sa.String(), nullable=False),
        sa.Column("service_day", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("queue_department", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("issued_at", sa.String(), nullable=False),
        sa.Column("moved_at", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=True),
        sa.Column("address_key", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("slip", sa.String(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Boolean(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token_id"),
        sa.UniqueConstraint("facility_id", "service_day", "department", "series", "number"),
    )
    op.create_index("token_address_key", "token", ["address_key"], unique=False)
    op.create_index("token_number_key", "token", ["number_key"], unique=False)
    op.create_index(
        "token_queue",
        "token",
        ["service_day", "queue_department", "state", "facility_id", "issued_at", "token_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("token_queue", table_name="token")
    op.drop_index("token_number_key", table_name="token")
    op.drop_index("token_address_key", table_name="token")
    op.drop_table("token")
    op.drop_index("slip_job_token", table_name="slip_job")
    op.drop_index("slip_job_state", table_name="slip_job")
    op.drop_table("slip_job")
    op.drop_table("patient")
    op.drop_table("number")
    op.drop_table("meta")
    op.drop_table("event")
    op.drop_table("cursor")
