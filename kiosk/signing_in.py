"""The story of a PIN: who works at this desk, and whose word allows an act. No Qt; for a worker thread, as it is slow.

Wrong PINs are counted for each member of the staff in the store, through restarts. From the third on there is a growing
wait, never more than five minutes (``model.staff.wait_until``), so that nobody can lock a colleague out for ever.
"""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

import structlog

from kiosk.errors import NotAllowedError, PinError
from kiosk.model.configuration import StaffMember
from kiosk.model.desk import Failures, PinHash
from kiosk.model.staff import FREE_TRIES, Right, SignedIn, wait_until
from kiosk.pins import fits, is_usable
from kiosk.ports import Clock

_log = structlog.get_logger()


class PinStore(Protocol):
    """What this needs of the store; every ``desk_ports.DeskStore`` is one."""

    def pins(self) -> Sequence[PinHash]: ...

    def failures(self, staff_id: str) -> Failures: ...

    def note_failure(self, staff_id: str, now: datetime) -> Failures: ...

    def forget_failures(self, staff_id: str) -> None: ...

    def last_synced_at(self) -> datetime | None: ...


class SigningIn:
    """One desk's door. May be called from any thread; tries are made one after the other.

    ``staff`` alone decides who exists: the hash of somebody who has left opens nothing. ``pepper`` gives None where
    there is none; it is asked each time, as PINs may be set while a desk runs. ``valid_for`` is how long after a sync
    the staff list is good, None for a desk without a server. ``shown_pin`` is everybody's, where it stands on the
    screen for a demonstration.
    """

    def __init__(
        self,
        store: PinStore,
        staff: Sequence[StaffMember],
        pepper: Callable[[], bytes | None],
        clock: Clock,
        *,
        valid_for: timedelta | None,
        shown_pin: str = "",
    ) -> None:
        self._store, self._pepper, self._clock = store, pepper, clock
        self._staff = {member.staff_id: member for member in staff}
        self._valid_for, self._shown_pin = valid_for, shown_pin
        self._seen: dict[str, tuple[Failures, float]] = {}
        self._one_at_a_time = Lock()

    def sign_in(self, staff_id: str, untrusted_pin: str) -> SignedIn:
        """Who works here from now on.

        Raises:
            PinError: PIN_WRONG, PIN_WAIT, PIN_STALE, PIN_UNSET, STAFF_UNKNOWN
            StoreError: the try could not be counted, so it was not made.
        """
        signed_in = self._known(staff_id, untrusted_pin)
        _log.info("signed_in", role=signed_in.role)
        return signed_in

    def approve(self, staff_id: str, untrusted_pin: str, right: Right) -> SignedIn:
        """Whose word allows one act that needs ``right``; nobody is signed in by it.

        Raises:
            NotAllowedError: the PIN is right, and its owner may not allow this.
            PinError, StoreError: as ``sign_in``.
        """
        approver = self._known(staff_id, untrusted_pin)
        if not approver.may(right):
            _log.warning("approval_refused", right=right.value, role=approver.role)
            raise NotAllowedError(f"a {approver.role} may not allow this: ask a supervisor")
        _log.info("approved", right=right.value, role=approver.role)
        return approver

    def _known(self, staff_id: str, untrusted_pin: str) -> SignedIn:
        with self._one_at_a_time:
            try:
                member = self._tried(staff_id, untrusted_pin)
            except PinError as error:
                _log.warning("pin_refused", code=error.code, wait_s=round(error.wait_s))
                raise
        return SignedIn(member.staff_id, member.name, member.role, member.departments, self._clock.now())

    def _tried(self, staff_id: str, untrusted_pin: str) -> StaffMember:
        member = self._staff.get(staff_id)
        if member is None:
            raise PinError("nobody of this name works here any more", code="STAFF_UNKNOWN")
        self._refuse_stale()
        self._refuse_early(staff_id)
        is_right = self._trial_of(staff_id)
        # Counted before it is tried: nobody gets a try for nothing by pulling the plug, or on a full disk.
        failures = self._store.note_failure(staff_id, self._clock.now())
        if not is_right(untrusted_pin):
            tries_left = max(0, FREE_TRIES - failures.count)
            raise PinError("the PIN is wrong", wait_s=self._wait_s(staff_id, failures), tries_left=tries_left)
        self._store.forget_failures(staff_id)
        return member

    def _refuse_stale(self) -> None:
        if self._valid_for is None:
            return
        synced_at = self._store.last_synced_at()
        if synced_at is None or self._clock.now() - synced_at > self._valid_for:
            message = f"the staff list is good for {self._valid_for.days} days: this desk must reach its server first"
            raise PinError(message, code="PIN_STALE")

    def _refuse_early(self, staff_id: str) -> None:
        wait_s = self._wait_s(staff_id, self._store.failures(staff_id))
        if wait_s > 0:
            raise PinError(f"too many wrong PINs: wait {wait_s:.0f} s", code="PIN_WAIT", wait_s=wait_s)

    def _wait_s(self, staff_id: str, failures: Failures) -> float:
        """By the machine's clock, which goes on through restarts, or by a stop watch, whichever ends first.

        A clock that was set back would have somebody wait for as long again.
        """
        until = wait_until(failures)
        if until is None or failures.last_at is None:
            return 0.0
        watch_s = self._clock.monotonic()
        known, since_s = self._seen.get(staff_id, (None, 0.0))
        if known != failures:
            since_s = watch_s
            self._seen[staff_id] = (failures, since_s)
        by_watch_s = since_s + (until - failures.last_at).total_seconds() - watch_s
        return max(0.0, min((until - self._clock.now()).total_seconds(), by_watch_s))

    def _trial_of(self, staff_id: str) -> Callable[[str], bool]:
        """Tells whether a PIN is right. Raises PinError, PIN_UNSET."""
        if self._shown_pin:
            shown = self._shown_pin.encode()
            return lambda untrusted_pin: hmac.compare_digest(untrusted_pin.encode("utf-8", "replace"), shown)
        pin_hash = next((each.pin_hash for each in self._store.pins() if each.staff_id == staff_id), None)
        if pin_hash is None:
            raise PinError("no PIN has been set", code="PIN_UNSET")
        pepper = self._pepper()
        if pepper is None or not is_usable(pin_hash, pepper):
            message = "this desk has lost what PINs are tried with: enrol it again, or set new PINs"
            raise PinError(message, code="PIN_UNSET")
        return lambda untrusted_pin: fits(untrusted_pin, pin_hash, pepper)
