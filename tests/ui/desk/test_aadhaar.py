"""Aadhaar cards at a desk: not unless the hospital said so, not without the notice, and three fields at most."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.model.aadhaar import Proof
from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.ui.desk.aadhaar import AadhaarCards, Trust, notice_words, trust_words
from kiosk.ui.desk.walk_in import WalkInPage
from kiosk.ui.labels import PlainLabel
from tests.aadhaar_cards import OLD, secure_qr, signed_part
from tests.ui.desk.test_scans import ScanDesk

ASHA = Patient(name="Asha Devi", sex=Sex.FEMALE, birth=BirthDate(1984))
SECURE = secure_qr(signed_part())


class AadhaarDesk(ScanDesk):
    """One that may use Aadhaar cards, and has a certificate to check them by."""

    genuine = True

    def __init__(self, qtbot: QtBot, application: QApplication, folder: Path) -> None:
        super().__init__(qtbot, application, folder)
        self.cards = AadhaarCards(self.window, self.session, self._is_genuine)
        self.scans.aadhaar_scanned.connect(self.cards.take)
        self.agreed: list[Patient] = []
        self.cards.agreed.connect(self.agreed.append)
        self.cards.agreed.connect(self.window.show_newcomer)

    def _is_genuine(self, _proof: Proof) -> bool:
        return self.genuine

    def allow_aadhaar(self, is_allowed: bool) -> None:
        self.session.facility = replace(self.session.facility, aadhaar_at_desk=is_allowed)

    def wait_for_notice(self) -> list[str]:
        self.qtbot.waitUntil(lambda: self.cards.notice is not None)
        assert self.cards.notice is not None
        return [label.text() for label in self.cards.notice.findChildren(PlainLabel)]


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[AadhaarDesk]:
    desk = AadhaarDesk(qtbot, qapp, tmp_path)
    desk.allow_aadhaar(True)
    yield desk
    desk.window.close()
    desk.desk.close()


def test_an_agreed_card_fills_three_fields(desk: AadhaarDesk) -> None:
    desk.enter("R1")
    desk.scan(SECURE)
    assert {notice_words(), trust_words(Trust.GENUINE)} <= set(desk.wait_for_notice())
    assert desk.agreed == []
    assert desk.cards.notice is not None
    desk.cards.notice.yes.click()
    assert desk.agreed == [ASHA]
    assert desk.cards.notice is None
    page = desk.window.page_shown
    assert isinstance(page, WalkInPage)
    assert page.form.understand(desk.day.clock.now().date()).patient == ASHA


def test_a_declined_card_is_forgotten(desk: AadhaarDesk) -> None:
    desk.enter("R1")
    desk.scan(OLD)
    assert trust_words(Trust.UNSIGNED) in desk.wait_for_notice()
    assert desk.cards.notice is not None
    desk.cards.notice.no.click()
    assert desk.cards.notice is None
    assert desk.agreed == []


def test_a_card_does_not_outlive_the_sitting(desk: AadhaarDesk) -> None:
    desk.enter("R1")
    desk.scan(SECURE)
    desk.wait_for_notice()
    desk.session.sign_out()
    desk.qtbot.waitUntil(lambda: desk.cards.notice is None)
    assert desk.agreed == []


def test_a_forged_card_fills_nothing(desk: AadhaarDesk) -> None:
    desk.genuine = False
    desk.enter("R1")
    desk.scan(SECURE)
    desk.wait_for_told("AADHAAR_FORGED")
    assert desk.cards.notice is None


@pytest.mark.parametrize(
    ("text", "code"),
    [(secure_qr(signed_part(version="V5")), "AADHAAR_VERSION"), ("7" * 900, "AADHAAR_DAMAGED")],
)
def test_what_cannot_be_read_is_told(desk: AadhaarDesk, text: str, code: str) -> None:
    desk.enter("R1")
    desk.scan(text)
    desk.wait_for_told(code)


def test_where_the_hospital_did_not_allow_it_the_card_is_only_named(desk: AadhaarDesk) -> None:
    desk.allow_aadhaar(False)
    desk.enter("R1")
    desk.scan(SECURE)
    assert desk.wait_for_told("SCAN_UNREADABLE") == {"reason": "aadhaar"}
    assert desk.cards.notice is None
