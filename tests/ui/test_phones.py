"""What the kiosk has for phones: the hospital's QR on its first screen, and their tokens by card or by typing."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import segno
import zxingcpp
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from kiosk.model import flow
from kiosk.model.counter import PhoneOffer, share_url
from kiosk.model.opd import Department
from kiosk.model.qr import parse
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import SlipState, Token
from kiosk.ui.patient.choosing import ChoosingScreen
from kiosk.ui.patient.claiming import ClaimingScreen
from kiosk.ui.patient.issued import IssuedScreen
from kiosk.ui.patient.qr_code import QUIET, QrCode
from kiosk.ui.patient.scanning import ScanningScreen
from kiosk.ui.patient.see_desk import SeeDeskScreen
from kiosk.ui.theme import Metrics
from tests.ui.conftest import Rig
from tests.ui.fakes import NOW, card, keys_of, make_token

MakeRig = Callable[..., Rig]
URL = share_url("phrsbx.abdm.gov.in", "IN0910000123", "REGISTRATION1")
OFFER = PhoneOffer(URL, ("MS",))
REG = Department("REG", "R", {"en": "Registration"}, registration=True)
NAMED = "I have a token on my phone"


def phone_token(rig: Rig, department: str = "MED", text: str = "") -> Token:
    """The server has given the patient of ``text`` a token; the kiosk has pulled it."""
    patient = parse(text or card(), NOW.date())
    keys = keys_of(patient, NOW.date())
    made = make_token(department, "M", 17)
    token = replace(made, label="MS-017", series="S", source="phone", arrived=False, keys=keys)
    rig.store.issued.append(token)
    rig.store.proofs["MS-017", "4321"] = token
    return token


def type_digits(rig: Rig, screen: ClaimingScreen, digits: str) -> None:
    for digit in digits:
        rig.touch(screen.pad.keys[digit])
    rig.touch(screen.confirm)


def claim(rig: Rig, number: str, digits: str) -> None:
    rig.touch_named(NAMED)
    screen = rig.wait_for(flow.Claiming, ClaimingScreen)
    type_digits(rig, screen, number)
    type_digits(rig, screen, digits)


# --- the hospital's own QR --------------------------------------------------------------------------------------------


def grey(image: QImage) -> tuple[int, int, bytes]:
    image = image.convertToFormat(QImage.Format.Format_Grayscale8)
    stride, rows = image.bytesPerLine(), bytes(image.constBits())
    return image.width(), image.height(), b"".join(rows[y * stride :][: image.width()] for y in range(image.height()))


@pytest.mark.parametrize("size", [(1366, 768), (1080, 1920), (3840, 2160), (800, 480)])
def test_the_qr_is_crisp_at_every_size(qapp: QApplication, size: tuple[int, int]) -> None:
    code = QrCode(Metrics(*size), URL)
    width, height, pixels = grey(code.grab().toImage())
    modules = len(segno.make_qr(URL, error="m").matrix) + 2 * QUIET
    assert width == height
    assert width % modules == 0, "a module is a whole number of pixels"
    assert set(pixels) == {0, 255}, "and no edge is grey"
    code.deleteLater()


@pytest.mark.parametrize("size", [(1366, 768), (1080, 1920)])
def test_a_phone_reads_it_from_the_first_screen(make_rig: MakeRig, size: tuple[int, int]) -> None:
    rig = make_rig(phones=OFFER, size=size)
    image = rig.window.grab().toImage()
    width, height, pixels = grey(image)
    found = zxingcpp.read_barcodes(np.frombuffer(pixels, np.uint8).reshape(height, width))
    assert URL in [each.text for each in found]
    assert "Or scan this with your ABHA app" in rig.texts()


def test_without_counters_nothing_is_offered(rig: Rig) -> None:
    assert not rig.window.findChildren(QrCode)
    assert not any("phone" in text.lower() for text in rig.texts() if text != "Card, phone or paper")


def test_what_is_offered_may_be_one_of_both(make_rig: MakeRig) -> None:
    rig = make_rig(phones=PhoneOffer("", ("MS",)))
    assert not rig.window.findChildren(QrCode)
    rig.touch_named(NAMED)
    rig.wait_for(flow.Claiming, ClaimingScreen)
    alone = make_rig(phones=PhoneOffer(URL))
    assert NAMED not in alone.texts()


# --- who has come -----------------------------------------------------------------------------------------------------


def test_the_card_brings_the_phones_token_at_once(make_rig: MakeRig) -> None:
    rig = make_rig(phones=OFFER)
    phone_token(rig)
    rig.scan(card())
    screen = rig.wait_for(flow.Issued, IssuedScreen)
    assert screen.label.text() == "MS-017"
    assert "Your token" in rig.texts()
    (job,) = rig.store.jobs
    assert (job.copy, job.state) == (0, SlipState.QUEUED)
    assert rig.store.issued[0].arrived


def test_once_come_the_departments_are_there_to_choose(make_rig: MakeRig) -> None:
    rig = make_rig(phones=OFFER)
    phone_token(rig)
    rig.scan(card())
    rig.touch(rig.wait_for(flow.Issued, IssuedScreen).done)
    rig.wait_for(flow.Scanning, ScanningScreen)
    choosing = rig.scan_patient()
    assert isinstance(choosing, ChoosingScreen)
    rig.touch(choosing.tiles["EYE"])
    assert rig.wait_for(flow.Issued, IssuedScreen).label.text() == "EA-018"


def test_a_registration_queue_has_no_tile_and_its_token_a_slip(make_rig: MakeRig) -> None:
    facility = replace(SAMPLE_FACILITY, departments=(*SAMPLE_FACILITY.departments, REG))
    rig = make_rig(facility, phones=OFFER)
    choosing = rig.scan_patient(card(number="91000000000026"))
    assert "REG" not in choosing.tiles
    rig.touch(choosing.restart)
    phone_token(rig, "REG")
    rig.scan(card())
    rig.wait_for(flow.Issued, IssuedScreen)
    assert "Registration" in rig.texts()


def test_label_and_digits_bring_the_slip_and_show_no_name(make_rig: MakeRig) -> None:
    rig = make_rig(phones=OFFER)
    phone_token(rig)
    claim(rig, "17", "4321")
    assert rig.wait_for(flow.Issued, IssuedScreen).label.text() == "MS-017"
    assert "Asha" not in rig.all_texts()
    rig.journey.feed(flow.Cancelled())
    rig.wait_for(flow.Scanning, ScanningScreen)
    shown = rig.all_texts()
    assert "017" not in shown
    assert "4321" not in shown


def test_wrong_digits_are_typed_anew_and_five_of_them_make_a_pause(make_rig: MakeRig) -> None:
    rig = make_rig(phones=OFFER)
    phone_token(rig)
    claim(rig, "17", "0000")
    screen = rig.wait_for(flow.Claiming, ClaimingScreen)
    assert "Token and mobile number do not fit together. Please try again." in rig.texts()
    for _ in range(3):
        type_digits(rig, screen, "17")
        type_digits(rig, screen, "0000")
        rig.wait_for(flow.Claiming, ClaimingScreen)
        rig.qtbot.waitUntil(lambda: rig.journey.state == flow.Claiming(("MS",), "MS", wrong=True))
    type_digits(rig, screen, "17")
    type_digits(rig, screen, "0000")
    desk = rig.wait_for(flow.SeeDesk, SeeDeskScreen)
    assert "Please show your ABHA card instead" in rig.texts()
    rig.touch(desk.restart)
    claim(rig, "17", "4321")
    rig.wait_for(flow.SeeDesk, SeeDeskScreen)
    assert not rig.store.issued[0].arrived


def test_of_several_queues_the_letters_are_touched(make_rig: MakeRig) -> None:
    rig = make_rig(phones=PhoneOffer(URL, ("MS", "RS")))
    rig.touch_named(NAMED)
    screen = rig.wait_for(flow.Claiming, ClaimingScreen)
    assert not screen.confirm.isEnabled()
    rig.touch(screen.prefixes["RS"])
    rig.touch(screen.pad.keys["5"])
    assert "RS-5" in rig.texts()
    rig.touch(screen.confirm)
    assert "RS-005" in rig.texts()
    rig.touch(screen.pad.erase)
    assert "RS-5" in rig.texts()
    rig.touch(screen.back)
    rig.wait_for(flow.Scanning, ScanningScreen)


def test_one_queue_needs_no_choice(make_rig: MakeRig) -> None:
    rig = make_rig(phones=OFFER)
    rig.touch_named(NAMED)
    screen = rig.wait_for(flow.Claiming, ClaimingScreen)
    assert not screen.prefixes["MS"].isVisible()
