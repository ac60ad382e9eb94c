"""The station enrols, keeps the server's configuration, can begin a new store, and purges details."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("meta") as meta:
        meta.alter_column("series", existing_type=sa.String(), nullable=True)
        meta.add_column(sa.Column("adopted_seq", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "enrolment",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.String(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("server_url", sa.String(), nullable=False),
        sa.Column("public_url", sa.String(), nullable=False),
        sa.Column("ca_pem", sa.String(), nullable=False),
        sa.Column("reserve_series", sa.String(), nullable=True),
        sa.Column("enrolled_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "configuration",
        sa.Column("applies_from", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("pulled_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("applies_from"),
    )
    op.create_table(
        "former_store",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("acked_seq", sa.Integer(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.String(), nullable=False),
        sa.Column("adopted_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("store_id"),
    )
    op.create_table(
        "ack",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "unapplied",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "seq"),
    )
    op.create_index("unapplied_token", "unapplied", ["token_id"])


def downgrade() -> None:
    for table in ("unapplied", "ack", "former_store", "configuration", "enrolment"):
        op.drop_table(table)
    op.execute("UPDATE meta SET series = '' WHERE series IS NULL")
    with op.batch_alter_table("meta") as meta:
        meta.drop_column("adopted_seq")
        meta.alter_column("series", existing_type=sa.String(), nullable=False)
