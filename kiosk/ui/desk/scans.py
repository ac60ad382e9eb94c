"""Scans at the desk: a slip or a card opens its token, a card without one opens the form for a new token."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from kiosk.model.desk_scan import SlipScanned, read_scan
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient
from kiosk.model.qr import Reason
from kiosk.model.staff import Right
from kiosk.model.token import Token
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.patient.reports import ScannerReports
from kiosk.ui.patient.taken import TakenCodes


class TokenFinder(Protocol):
    """What this reads of the store; every ``ports.TokenStore`` is one. Raises StoreError."""

    def token(self, token_id: str) -> Token | None: ...

    def held_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]: ...

    def expected_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]: ...


class DeskScans(QObject):
    """Only while somebody works here: what is scanned before that is forgotten at once.

    Signals:
        token_found: id of the token to show, once the session knows its row.
        aadhaar_scanned: an Aadhaar QR's text, untrusted, where the hospital and who works here may use it.
        newcomer_found: a Patient without a token today, where who works here may give one.
    """

    token_found = Signal(str)
    newcomer_found = Signal(object)
    aadhaar_scanned = Signal(str)

    def __init__(self, session: DeskSession, finder: TokenFinder, reports: ScannerReports) -> None:
        super().__init__(session)
        self._session, self._finder = session, finder
        self._taken = TakenCodes()
        self._awaited = ""
        reports.code_read.connect(self.scanned)
        reports.code_spoiled.connect(self._refuse)
        session.rows_changed.connect(lambda _rows: self._show_awaited())

    def scanned(self, untrusted_text: str) -> None:
        """A code in view comes again and again: once is enough."""
        session, clock = self._session, self._session.clock
        if session.post is None or self._taken.still_there(untrusted_text, clock.monotonic()):
            return
        self._taken.take(untrusted_text, clock.monotonic())
        session.touch()
        self._awaited = ""
        scan = read_scan(untrusted_text, session.facility.local(clock.now()).date())
        if scan is Reason.AADHAAR and session.facility.aadhaar_at_desk and session.may(Right.REGISTER):
            self.aadhaar_scanned.emit(untrusted_text)
        else:
            self._open(scan)

    def _open(self, scan: Patient | SlipScanned | Reason) -> None:
        session = self._session
        match scan:
            case SlipScanned(token_id):
                session.send(partial(self._finder.token, token_id), self._take_slip)
            case Patient():
                look = partial(_tokens_of, self._finder, scan, session.facility, session.clock.now())
                session.send(look, partial(self._take_patient, scan))
            case Reason():
                self._refuse(scan)

    def _refuse(self, reason: Reason) -> None:
        if self._session.post is not None:
            self._session.told.emit("SCAN_UNREADABLE", {"reason": reason.value})

    def _take_slip(self, token: Token | None) -> None:
        if token is None:
            self._session.told.emit("SCAN_UNKNOWN", {})
        elif token.service_day != self._today() and token.token_id not in self._session.rows:
            self._session.told.emit("SCAN_OLD", {"label": token.label, "day": f"{token.service_day:%d-%m-%Y}"})
        else:
            self._take(token)

    def _take_patient(self, patient: Patient, tokens: Sequence[Token]) -> None:
        session = self._session
        if session.post is None:
            return
        if not tokens:
            session.told.emit("SCAN_NO_TOKEN", {})
            if session.may(Right.REGISTER):
                self.newcomer_found.emit(patient)
            return
        first, *others = sorted(tokens, key=self._away)
        if others:
            labels = ", ".join(token.label for token in (first, *others))
            session.told.emit("SCAN_SEVERAL", {"labels": labels})
        self._take(first)

    def _away(self, token: Token) -> bool:
        """Those that this desk serves come first."""
        return self._session.post is None or token.queue_department not in self._session.post.departments

    def _take(self, token: Token) -> None:
        """Show it; who holds a phone token and is scanned here has arrived."""
        session = self._session
        if session.post is None:
            return
        if token.is_expected and session.may(Right.REGISTER):
            session.arrive(token.token_id)
        self._awaited = token.token_id
        if token.token_id in session.rows:
            self._show_awaited()
        else:
            session.refresh()

    def _show_awaited(self) -> None:
        if self._awaited in self._session.rows and self._session.post is not None:
            token_id, self._awaited = self._awaited, ""
            self.token_found.emit(token_id)

    def _today(self) -> date:
        return self._session.facility.service_day(self._session.clock.now())


def _tokens_of(finder: TokenFinder, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
    """Where nothing waits, the newest of the phone's places that have lapsed: whoever comes has it back."""
    return finder.held_tokens(patient, facility, now) or finder.expected_tokens(patient, facility, now)[-1:]
