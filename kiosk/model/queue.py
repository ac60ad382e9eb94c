"""Whose turn it is: by class and place, never by number. Emergencies first; then priority and routine in turn."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TypeAlias

from kiosk.model.patient import PatientKeys
from kiosk.model.token import Priority, State, Token

MICROSECOND = timedelta(microseconds=1)


class Lane(IntEnum):
    """The three queues that one department's queue is made of."""

    EMERGENCY = 0
    PRIORITY = 1
    ROUTINE = 2


ALL_PRIORITIES = frozenset(Priority) - {Priority.EMERGENCY, Priority.ROUTINE}
Classes: TypeAlias = Mapping[str, frozenset[Priority]]
"""Which reasons count as priority, by department; a department that is not named takes ``ALL_PRIORITIES``."""


@dataclass(frozen=True)
class CallingRule:
    """How a hospital calls.

    Attributes:
        priority_per_routine: how many of the priority lane are called for each routine one while both wait.
        calls_before_no_show: a patient who does not come may be set aside after so many calls.
        returns_after: who comes back in time after a no-show waits behind so many others of the lane; 0 is next.
    """

    priority_per_routine: int = 2
    calls_before_no_show: int = 2
    returns_after: int = 3


USUAL_RULE = CallingRule()


def lane_of(token: Token, classes: Classes) -> Lane:
    if token.priority is Priority.EMERGENCY:
        return Lane.EMERGENCY
    counts = classes.get(token.queue_department, ALL_PRIORITIES)
    return Lane.PRIORITY if token.priority in counts else Lane.ROUTINE


def next_call(
    waiting: Iterable[Token],
    called: Iterable[Token],
    busy: Collection[PatientKeys],
    rule: CallingRule,
    classes: Classes,
) -> Token | None:
    """Whom to call now, or None.

    Args:
        waiting: tokens of the queues asked for; those that are not waiting or whose patients have not arrived are
            left out here.
        called: tokens that were called today from these queues, whatever became of them.
        busy: keys of patients who are called or served somewhere: they are skipped without losing their place.
    """
    first: dict[Lane, Token] = {}
    for token in sorted(filter(_is_there, waiting), key=place):
        lane = lane_of(token, classes)
        if lane not in first and not _is_busy(token, busy):
            first[lane] = token
    chosen = _lane_next(first, streak(called, classes), rule)
    return first[chosen] if chosen is not None else None


def place(token: Token) -> tuple[datetime, str]:
    """Sorts tokens of one lane."""
    return token.queued_at, token.token_id


def streak(called: Iterable[Token], classes: Classes) -> int:
    """How many of the priority lane were called since the last routine one; emergencies do not count."""
    count = 0
    latest = sorted(
        (token for token in called if token.called_at), key=lambda token: token.called_at or token.issued_at
    )
    for token in reversed(latest):
        lane = lane_of(token, classes)
        if lane is Lane.ROUTINE:
            break
        count += lane is Lane.PRIORITY
    return count


def _is_there(token: Token) -> bool:
    return token.state is State.WAITING and token.arrived


def _is_busy(token: Token, busy: Collection[PatientKeys]) -> bool:
    return any(token.keys.match(keys) for keys in busy)


def _lane_next(lanes: Collection[Lane], priority_streak: int, rule: CallingRule) -> Lane | None:
    """Of those in which somebody waits."""
    routine_is_due = Lane.ROUTINE in lanes and priority_streak >= rule.priority_per_routine
    if routine_is_due and Lane.EMERGENCY not in lanes:
        return Lane.ROUTINE
    return min(lanes, default=None)


def place_behind(waiting: Iterable[Token], returning: Token, count: int, classes: Classes) -> datetime:
    """The ``queued_at`` with which ``returning`` stands behind ``count`` others of its lane; never ahead of its own.

    Others are those who wait for the same department and are there: who has not come is nobody to stand behind.
    """
    lane, department = lane_of(returning, classes), returning.queue_department
    others = sorted(
        (
            token
            for token in waiting
            if _is_there(token)
            and token.token_id != returning.token_id
            and token.queue_department == department
            and lane_of(token, classes) is lane
        ),
        key=place,
    )
    if not others or count == 0:
        return returning.queued_at
    behind = others[min(count, len(others)) - 1]
    return max(returning.queued_at, behind.queued_at + MICROSECOND)
