"""What members of the staff may do, by role, and how long somebody waits after wrong PINs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kiosk.model.desk import Failures

ROLES = ("registrar", "caller", "supervisor", "admin")
FREE_TRIES = 3
"""Wrong PINs before the first wait; each one more doubles it."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
"""Never for ever: a queue must not stand because somebody played with the keys."""


class Right(StrEnum):
    """What an act needs."""

    REGISTER = "register"
    """Walk-ins, arrivals, slips."""
    CALL = "call"
    """Call, recall, start, complete, no-show, hold, return, transfer, refer."""
    SEE = "see"
    """The queue, and the details of a current patient."""
    OVERRIDE = "override"
    """Cancel, priority, undo of others' acts."""
    DIRECT = "direct"
    """Open and close, move whole queues, issue beyond hours and quota, accept a clock, today's figures."""


RIGHTS: dict[str, frozenset[Right]] = {
    "registrar": frozenset({Right.REGISTER, Right.SEE}),
    "caller": frozenset({Right.CALL, Right.REGISTER, Right.SEE}),
    "supervisor": frozenset(Right),
    "admin": frozenset(Right),
}


@dataclass(frozen=True)
class SignedIn:
    """Who works at this desk, since when."""

    staff_id: str
    name: str
    role: str
    departments: tuple[str, ...]
    since: datetime

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def serves(self, department: str) -> bool:
        """Whether the hospital lets this person work for the queue; no department named means all."""
        return not self.departments or department in self.departments


def wait_until(failures: Failures) -> datetime | None:
    """Until when no further PIN is tried, or None."""
    over = failures.count - FREE_TRIES
    if over < 0 or failures.last_at is None:
        return None
    return failures.last_at + min(LONGEST_WAIT, FIRST_WAIT * float(2 ** min(over, 10)))
