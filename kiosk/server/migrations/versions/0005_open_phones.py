"""Tokens of phones lapse with the day as well, so that the index which finds them holds all that are open."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_OPEN = "source = 'phone' AND state IN ('waiting', 'held', 'no_show', 'called', 'serving')"
_AWAITED = "NOT arrived AND state = 'waiting'"


def upgrade() -> None:
    op.drop_index("token_awaited", table_name="token")
    _index("token_open_phones", _OPEN)


def downgrade() -> None:
    op.drop_index("token_open_phones", table_name="token")
    _index("token_awaited", _AWAITED)


def _index(name: str, rows: str) -> None:
    where = sa.text(rows)
    op.create_index(name, "token", ["facility_id", "issued_at"], postgresql_where=where, sqlite_where=where)
