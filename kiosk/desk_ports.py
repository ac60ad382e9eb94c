"""What the stories of the front desk need of the world, beside ``ports``."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from kiosk.model.desk import Called, CallOrder, DeskRows, Failures, OpenSlip, PinHash
from kiosk.model.events import Event, Json, Kind
from kiosk.model.opd import Facility
from kiosk.model.queue import CallingRule, Classes
from kiosk.model.token import Token
from kiosk.ports import NO_REMARKS, Issued, IssueOrder, SlipJob, TokenStore


class DeskStore(TokenStore, Protocol):
    """What a front desk needs besides. ``remarks`` say in an event who answers for it."""

    def reprint(
        self, token_id: str, language: str, now: datetime, limit: int, remarks: Mapping[str, Json] = NO_REMARKS
    ) -> SlipJob: ...

    def call(self, order: CallOrder, rule: CallingRule, classes: Classes, now: datetime) -> Called | None:
        """Call from this station's own knowledge, as ``model.queue`` says; None where nobody waits.

        Raises:
            CalledElsewhereError: the token that was named is in another room.
            IllegalMoveError, ClockError, StoreForkError
        """
        ...

    def take_called(self, called: Called, now: datetime) -> None:
        """Write down what the server has called for this desk; its event comes with a later pull."""
        ...

    def refer(self, token_id: str, order: IssueOrder, body: Mapping[str, Json]) -> Issued:
        """Complete a token and issue its patient another in ``order.department``, at the end, in one transaction.

        ``order.patient`` is ignored: the details are the token's own, as far as they are here.
        """
        ...

    def declare(self, kind: Kind, facility: Facility, now: datetime, body: Mapping[str, Json]) -> None:
        """Write a fact about the whole facility: a kind of ``events.OF_FACILITY``."""
        ...

    def waiting(self, facility_id: str, service_day: date, departments: Sequence[str]) -> Sequence[Token]:
        """The tokens that wait in these queues, in the order of their places."""
        ...

    def desk_rows(self, facility_id: str, service_day: date, since: int) -> DeskRows:
        """The day's tokens written after the mark ``since`` (0: all of them), with the details that are here.

        With them come those of the days before that are at a desk still, and after a mark whatever was written of
        those days.
        """
        ...

    def open_slips(self, service_day: date) -> Sequence[OpenSlip]:
        """The newest copy's job of each token, where it failed, is in doubt, or waits no more for a patient.

        The oldest first; none of patients who are through. Of other stations' slips no job is here: they go by their
        token's id, which ``slip_moved`` takes too.
        """
        ...

    def history(self, token_id: str) -> Sequence[Event]:
        """All events of a token that are known here, oldest first."""
        ...

    def own_events(self, seqs: Sequence[int]) -> Sequence[Event]:
        """Own events by number, such as those that the server has parked."""
        ...

    def keep_pins(self, pins: Sequence[PinHash], now: datetime) -> None:
        """In place of all that were kept."""
        ...

    def pins(self) -> Sequence[PinHash]: ...

    def failures(self, staff_id: str) -> Failures: ...

    def note_failure(self, staff_id: str, now: datetime) -> Failures: ...

    def forget_failures(self, staff_id: str) -> None: ...


class CallServer(Protocol):
    """Where two desks never call the same token."""

    def call(self, order: CallOrder) -> Called | None:
        """The token that is this room's from now on; None where nobody waits.

        The same order again gets the same answer. Within a finite time.

        Raises:
            CalledElsewhereError: the token that was named is in another room.
            NotAllowedError: it cannot be called, such as one that is completed.
            ServerError: nothing is known to have been called; the same order may be tried again.
        """
        ...
