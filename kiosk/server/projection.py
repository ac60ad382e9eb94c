"""Events applied to the server's tokens. What cannot be applied gets a code and is left behind."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from kiosk.model.events import Event
from kiosk.model.patient import PatientKeys
from kiosk.model.token import IllegalMoveError, SlipState, State, Token, apply
from kiosk.server.database import insert_new
from kiosk.server.tables import token

_LONGEST = {"department": 20, "series": 2, "label": 20, "queue_department": 20, "source": 20}
_CHANGING = ("queue_department", "moved_at", "number_key", "address_key", "state", "slip", "copies", "arrived")
_LARGEST_NUMBER = 2**31 - 1


class Projection:
    """The tokens of one facility, within one transaction that holds the facility's lock."""

    def __init__(self, connection: Connection, facility_id: str) -> None:
        self._connection = connection
        self._facility_id = facility_id
        self._tokens: dict[str, Token] = {}

    def take(self, events: Sequence[Event]) -> list[tuple[int, str]]:
        """Apply all that can be applied. Returns seq and code of the others."""
        self._load({event.token_id for event in events})
        moved: set[str] = set()
        unfit = []
        for event in events:
            try:
                after = self._after(event)
            except IllegalMoveError as error:
                unfit.append((event.seq, error.code))
                continue
            if event.token_id in self._tokens:
                moved.add(event.token_id)
            self._tokens[event.token_id] = after
        self._write(self._tokens[token_id] for token_id in moved)
        return unfit

    def _after(self, event: Event) -> Token:
        known = self._tokens.get(event.token_id)
        after = apply(known, event)
        _refuse_misfit(after, self._facility_id)
        if known is None and not insert_new(self._connection, token, row_of(after)):
            raise IllegalMoveError("NUMBER_TAKEN", "another token has this number")
        return after

    def _load(self, token_ids: set[str]) -> None:
        mine = select(token).where(token.c.facility_id == self._facility_id, token.c.token_id.in_(token_ids))
        self._tokens = {row["token_id"]: token_of(row) for row in self._connection.execute(mine).mappings()}

    def _write(self, moved: Iterable[Token]) -> None:
        rows = [{f"new_{name}": value for name, value in row_of(after).items()} for after in moved]
        if not rows:
            return
        mine = (token.c.facility_id == bindparam("new_facility_id")) & (token.c.token_id == bindparam("new_token_id"))
        changed = {name: bindparam(f"new_{name}", type_=token.c[name].type) for name in _CHANGING}
        self._connection.execute(update(token).where(mine).values(changed), rows)


def _refuse_misfit(after: Token, facility_id: str) -> None:
    """What the model leaves open and the tables bound."""
    if after.facility_id != facility_id:
        raise IllegalMoveError("FACILITY_OTHER", "a token of another facility")
    texts_fit = all(len(getattr(after, name)) <= longest for name, longest in _LONGEST.items())
    keys_fit = all(key is None or len(key) <= 64 for key in (after.keys.number, after.keys.address))
    if after.number > _LARGEST_NUMBER or not texts_fit or not keys_fit or _has_nul(after):
        raise IllegalMoveError("BODY_INVALID", "a value is longer than any real one")


def _has_nul(after: Token) -> bool:
    return any("\0" in getattr(after, name) for name in _LONGEST)


def row_of(after: Token) -> dict[str, Any]:
    row = {**vars(after), "number_key": after.keys.number, "address_key": after.keys.address}
    del row["keys"]
    return row


def token_of(row: RowMapping) -> Token:
    fields = dict(row)
    keys = PatientKeys(fields.pop("number_key"), fields.pop("address_key"))
    return Token(**fields | {"keys": keys, "state": State(fields["state"]), "slip": SlipState(fields["slip"])})
