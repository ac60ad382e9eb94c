"""One act of the staff on a token, whichever station issued it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from kiosk.model.events import Json, Kind
from kiosk.model.moves import IllegalMoveError
from kiosk.model.token import Token
from kiosk.store.ledger import Ledger, find_token


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
    token = find_token(connection, token_id)
    if token is None:
        raise IllegalMoveError("TOKEN_UNKNOWN", f"{kind} for a token that is not known here")
    after = ledger.act(kind, token, at, body)
    ledger.close()
    return after
