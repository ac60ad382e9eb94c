"""Which tokens the list shows, and in which order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum
from typing import TypeAlias

from kiosk.model.desk import DeskRow
from kiosk.model.queue import Classes, lane_of
from kiosk.model.search import Entry, Query, finds
from kiosk.model.token import State

Key: TypeAlias = tuple[object, ...]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Group(Enum):
    """What the buttons above the list choose between."""

    WAITING = frozenset({State.WAITING})
    AT_DESKS = frozenset({State.CALLED, State.SERVING})
    HELD = frozenset({State.HELD})
    ABSENT = frozenset({State.NO_SHOW})
    DONE = frozenset({State.COMPLETED, State.CANCELLED, State.LAPSED})
    ALL = frozenset(State)


class Column(IntEnum):
    LABEL = 0
    PATIENT = 1
    WAITED = 2
    STATE = 3


@dataclass(frozen=True)
class Choice:
    """What shall be listed. ``departments`` None is all of them, ``source`` empty any; ``only`` names single tokens.

    ``wanted`` is the search.
    """

    group: Group = Group.WAITING
    departments: frozenset[str] | None = None
    source: str = ""
    wanted: Query | None = None
    only: frozenset[str] | None = None

    def takes(self, row: DeskRow, read: Callable[[DeskRow], Entry]) -> bool:
        """``read`` gives what a row can be found by."""
        token = row.token
        if self.only is not None:
            return token.token_id in self.only
        return (
            token.state in self.group.value
            and (self.departments is None or token.queue_department in self.departments)
            and (not self.source or token.source == self.source)
            and (self.wanted is None or finds(self.wanted, read(row)))
        )


_RANK = {state: place for place, state in enumerate((State.SERVING, State.CALLED, State.WAITING, State.HELD))}
_LAST = len(_RANK)


def key_of(row: DeskRow, column: Column, classes: Classes) -> Key:
    """What sorts the list by ``column``; no two rows have the same."""
    token = row.token
    match column:
        case Column.LABEL:
            return token.department, token.series, token.number, token.token_id
        case Column.PATIENT:
            return row.patient.name.casefold() if row.patient else "\uffff", token.token_id
        case Column.WAITED:
            rank = _RANK.get(token.state, _LAST)
            return rank, lane_of(token, classes), token.queued_at, token.token_id
        case Column.STATE:
            return _RANK.get(token.state, _LAST), token.state.value, token.moved_at or _LONG_AGO, token.token_id
