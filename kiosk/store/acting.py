"""One act of the staff on a token, whichever station issued it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from kiosk.model.events import Json, Kind
from kiosk.model.token import Token
from kiosk.store.ledger import Ledger, known_token


def act(
    connection: Connection,
    new_id: Callable[[], str],
    kind: Kind,
    token_id: str,
    now: datetime,
    body: Mapping[str, Json],
) -> Token:
    """See ``TokenStore.act``. Time must be right, as for issuing: it decides whose turn it is."""
    ledger = Ledger(connection, new_id)
    at = ledger.time_at(now)
    after = ledger.act(kind, known_token(connection, token_id), at, body)
    ledger.close()
    return after
