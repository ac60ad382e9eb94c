"""The story of a check-in: a patient becomes a token. The same patient, department and day get the same token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.errors import (
    AlreadyHasTokenError,
    DepartmentClosedError,
    DepartmentUnknownError,
    PhoneTokenError,
    ReprintLimitError,
)
from kiosk.model.arrival import WrongTries
from kiosk.model.desk import OpeningChange
from kiosk.model.exchange import synced_since
from kiosk.model.moves import IllegalMoveError
from kiosk.model.opd import Department, Facility, department_with_openings, with_openings
from kiosk.model.patient import Patient
from kiosk.model.priority import priority_of
from kiosk.model.token import SlipState, State, Token
from kiosk.ports import ArrivalOrder, CheckInStore, Clock, IssueOrder, SlipJob

NOTICE_VERSION = "2026-11"
"""Which wording of the privacy notice the first screen shows; written into every token_issued event."""


@dataclass(frozen=True)
class CheckedIn:
    """The patient's token, committed.

    Attributes:
        already: it is the token of an earlier check-in today.
        job: the slip queued now, if any.
        reprint_refused: the kiosk has reprinted this slip often enough; the desk may go on.
    """

    token: Token
    already: bool
    people_ahead: int | None
    job: SlipJob | None
    reprint_refused: bool = False

    @property
    def slip(self) -> SlipState:
        return self.job.state if self.job else self.token.slip


@dataclass(frozen=True)
class Registration:
    """Where patients become tokens. One per station; all that it knows is in the store.

    ``has_printer`` says whether there is a printer at all: one may be plugged in for the first time at any moment.
    """

    store: CheckInStore
    facility: Facility
    clock: Clock
    wants_slips: bool = True
    has_server: bool = False
    reprint_limit: int = 3
    wrong_tries: WrongTries = field(default_factory=WrongTries)
    has_printer: Callable[[], bool] = lambda: True

    @property
    def prints(self) -> bool:
        """Whether slips are worth queueing."""
        return self.wants_slips and self.has_printer()

    def facility_now(self) -> Facility:
        """The hospital with what supervisors have opened and closed for today. Raises StoreError."""
        day = self.facility.service_day(self.clock.now())
        return with_openings(self.facility, self.store.openings(self.facility.facility_id, day))

    def held_tokens(self, patient: Patient) -> tuple[Token, ...]:
        """The live tokens that the patient has today."""
        return self.store.held_tokens(patient, self.facility, self.clock.now())

    def check_in(self, patient: Patient, department_code: str, language: str, *, typed: bool = False) -> CheckedIn:
        """Give ``patient`` the token of the department, a new one or the one already there, and queue its slip.

        ``typed`` says that the patient showed no QR, only knows a number: then a token that is already there is
        neither told nor reprinted.

        Raises:
            DeskError: unknown or closed department, quota reached, a token already there for a typed number.
            StoreError: nothing was issued.
        """
        department = self.facility.department(department_code)
        if department is None:
            raise _unknown(department_code, self.facility)
        try:
            issued = self.store.issue(self._order(patient, department, language, typed))
        except PhoneTokenError:
            return self.arrive(patient, language)
        except DepartmentClosedError:
            held = () if typed else self.held_tokens(patient)
            for token in held:  # who has one here may still lose the slip and wait to be called
                if token.queue_department == department.code:
                    return self._again(token, None, language)
            raise
        if issued.created:
            return CheckedIn(issued.token, False, issued.people_ahead, issued.job)
        if typed:
            raise AlreadyHasTokenError("this number has a token today; the desk can reprint it")
        if issued.token.has_no_slip:
            return self._come(issued.token, language, "card", patient)
        return self._again(issued.token, issued.people_ahead, language)

    def expected_tokens(self, patient: Patient) -> tuple[Token, ...]:
        """Phone tokens of the patient who has not come yet: of lapsed ones the newest, where nothing else waits."""
        expected = self.store.expected_tokens(patient, self.facility, self.clock.now())
        return _welcome(expected, self.held_tokens(patient)) if expected else ()

    def arrive(self, patient: Patient, language: str) -> CheckedIn:
        """The patient has shown the card: all phone tokens are with somebody who is here. Tells of the first.

        Raises:
            PhoneTokenError: code TOKEN_OVER, none is expected any more.
            StoreError
        """
        come = [self._come(token, language, "card", patient) for token in self.expected_tokens(patient)]
        if not come:
            raise PhoneTokenError("nobody is expected with a phone token of theirs", code="TOKEN_OVER")
        return come[0]

    def claim(self, label: str, last_digits: str, language: str) -> CheckedIn:
        """Somebody has typed a phone token's label and the end of its mobile number, and tells nothing else.

        Raises:
            PhoneTokenError
            StoreError
        """
        now_s = self.clock.monotonic()
        if not self.wrong_tries.pause_s(now_s):
            token = self.store.claimed_token(self.facility, label, last_digits, self.clock.now())
            if token is not None:
                return self._come(token, language, "label")
            self.wrong_tries.note(now_s)
        if self.wrong_tries.pause_s(now_s):
            raise PhoneTokenError("too many wrong labels or digits: wait some minutes", code="CLAIMS_PAUSED")
        raise PhoneTokenError("label and digits prove no phone token of today")

    def _come(self, token: Token, language: str, how: str, patient: Patient | None = None) -> CheckedIn:
        now = self.clock.now()
        order = ArrivalOrder(
            token_id=token.token_id,
            facility=self.facility,
            now=now,
            language=language,
            patient=patient,
            wants_slip=self.prints,
            synced_since=synced_since(now, has_server=self.has_server),
            remarks={"how": how},
        )
        try:
            issued = self.store.arrive(order)
        except IllegalMoveError as error:
            raise PhoneTokenError(f"{token.label} is used up", code="TOKEN_OVER") from error
        if issued.job is None and self.prints:
            return self._again(issued.token, issued.people_ahead, language)
        return CheckedIn(issued.token, False, issued.people_ahead, issued.job)

    def _again(self, token: Token, people_ahead: int | None, language: str) -> CheckedIn:
        if not self.prints:
            return CheckedIn(token, True, people_ahead, None)
        try:
            job = self.store.reprint(token.token_id, language, self.clock.now(), self.reprint_limit)
        except ReprintLimitError:
            return CheckedIn(token, True, people_ahead, None, reprint_refused=True)
        return CheckedIn(token, True, people_ahead, job)

    def _order(self, patient: Patient, department: Department, language: str, typed: bool) -> IssueOrder:
        now = self.clock.now()

        def judge(tokens: Sequence[Token], openings: Sequence[OpeningChange]) -> None:
            if not typed:
                self._refuse_expected(tokens, department, now)
            _refuse_closed(self.facility, department_with_openings(department, openings), now)

        return IssueOrder(
            patient=patient,
            facility=self.facility,
            department=department,
            now=now,
            language=language,
            notice_version=NOTICE_VERSION,
            wants_slip=self.prints,
            synced_since=synced_since(now, has_server=self.has_server),
            priority=priority_of(patient, self.facility.local(now).date()),
            judge=judge,
        )

    def _refuse_expected(self, tokens: Sequence[Token], department: Department, now: datetime) -> None:
        """Who is expected with a phone token here gets that one."""
        expected = [token for token in tokens if token.is_expected]
        held = [token for token in tokens if token.is_live(now, self.facility.return_window)]
        if any(token.queue_department == department.code for token in _welcome(expected, held)):
            raise PhoneTokenError("their phone token waits for them", code="TOKEN_EXPECTED")


def _welcome(expected: Sequence[Token], held: Sequence[Token]) -> tuple[Token, ...]:
    """The phone tokens that a patient who ``held`` these can come with: of lapsed ones the newest of a free queue."""
    taken = {token.queue_department for token in held}
    lapsed = {token.queue_department: token for token in expected if token.state is State.LAPSED}
    back = [token for queue, token in lapsed.items() if queue not in taken]
    return (*(token for token in expected if token.state is not State.LAPSED), *back)


def _refuse_closed(facility: Facility, department: Department, now: datetime) -> None:
    if not department.is_offered:
        raise _unknown(department.code, facility)
    local = facility.local(now)
    if not department.is_open(local):
        opening = department.next_opening(local)
        raise DepartmentClosedError(f"{opening:%d-%m-%Y %H:%M}" if opening else "")


def _unknown(code: str, facility: Facility) -> DepartmentUnknownError:
    known = ", ".join(each.code for each in facility.departments if each.is_offered)
    return DepartmentUnknownError(f"no department {code[:20]!r} here; there are {known}")
