"""Patients at the kiosk, from the first look to the last."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from threading import Event as Gate

import pytest

from kiosk.errors import DepartmentClosedError, QuotaReachedError
from kiosk.model import flow
from kiosk.model.opd import Department, Opening
from kiosk.model.qr import Reason
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import SlipState
from kiosk.ports import TwoCodesSeen
from kiosk.ui.patient.choosing import ChoosingScreen
from kiosk.ui.patient.issued import IssuedScreen
from kiosk.ui.patient.notices import NOTICES
from kiosk.ui.patient.scanning import ScanningScreen
from kiosk.ui.patient.see_desk import SeeDeskScreen
from kiosk.ui.patient.typed_number import TypingScreen
from tests.ui.conftest import Rig
from tests.ui.fakes import ABHA_NUMBER, card

MakeRig = Callable[..., Rig]

WRONG_CODES = {
    Reason.AADHAAR: '<?xml version="1.0"?><PrintLetterBarcodeData uid="0"/>',
    Reason.FACILITY: "https://phrsbx.abdm.gov.in/share-profile?hip-id=IN0&counter-id=1",
    Reason.WEB_ADDRESS: "https://example.org/menu",
    Reason.PAYMENT: "upi://pay?pa=someone@bank",
    Reason.CONTACT: "BEGIN:VCARD\nEND:VCARD",
    Reason.WIFI: "WIFI:T:WPA;S:x;;",
    Reason.PLAIN_TEXT: "hello",
    Reason.NOT_JSON: '{"hidn": ',
    Reason.NOT_AN_OBJECT: "[1, 2]",
    Reason.NESTED: '{"hidn": {"a": 1}}',
    Reason.NO_IDENTIFIER: '{"name": "Nobody"}',
    Reason.TOO_LARGE: '{"name": "' + "x" * 5000 + '"}',
    Reason.NUL_BYTES: '{"hidn": "91\x00"}',
    Reason.MARKUP: card(name="<script>"),
    Reason.FORMULA: card(name="=1+1"),
    Reason.FOREIGN_DIGITS: card().replace("91-0000", "९१-0000"),
    Reason.DIRECTION_CHARACTERS: card(name="A\u202eB"),
    Reason.SLIP: "01890000-0000-7000-8000-000000000000",
}


def test_scan_choose_token_and_back(rig: Rig) -> None:
    choosing = rig.scan_patient()
    assert {"Asha V.", "42 years · Female", "ABHA XX-XXXX-XXXX-0018"} <= set(rig.texts())
    rig.touch(choosing.tiles["PED"])
    issued = rig.wait_for(flow.Issued, IssuedScreen)
    assert issued.label.text() == "PA-017"
    assert {"Children", "Room", "7", "People ahead of you", "4", "Your slip is being printed"} <= set(rig.texts())
    rig.journey.on_slip_moved("token-PED-17", SlipState.PRINTED)
    rig.qtbot.waitUntil(lambda: "Please take your slip" in rig.texts())
    rig.touch(issued.done)
    rig.wait_for(flow.Scanning, ScanningScreen)


@pytest.mark.parametrize(("reason", "text"), WRONG_CODES.items(), ids=[reason.value for reason in WRONG_CODES])
def test_each_wrong_code_is_named_and_scanning_goes_on(rig: Rig, reason: Reason, text: str) -> None:
    rig.scan(text)
    rig.qtbot.waitUntil(lambda: rig.journey.state == flow.Scanning(reason))
    assert {NOTICES[reason].what, NOTICES[reason].advice} <= set(rig.texts())
    assert rig.store.calls == 0
    rig.scan_patient()


def test_two_codes_at_once(rig: Rig) -> None:
    rig.scanner.tell(TwoCodesSeen())
    rig.qtbot.waitUntil(lambda: "Please show one card at a time" in rig.texts())


def test_a_notice_goes_by_itself(make_rig: MakeRig) -> None:
    rig = make_rig(delays=flow.Delays(notice_s=0.05))
    states = rig.record_states()
    rig.scan("hello")
    rig.qtbot.waitUntil(lambda: states == [flow.Scanning(Reason.PLAIN_TEXT), flow.START])
    assert "Show your ABHA card to the camera" in rig.texts()


def test_a_typed_number_gets_a_token(rig: Rig) -> None:
    rig.type_number(ABHA_NUMBER)
    choosing = rig.wait_for(flow.Choosing, ChoosingScreen)
    assert "XX-XXXX-XXXX-0018" in rig.texts()
    rig.touch(choosing.tiles["MED"])
    assert rig.wait_for(flow.Issued, IssuedScreen).label.text() == "MA-017"


def test_typing_shows_groups_erases_and_hints(rig: Rig) -> None:
    rig.touch_named("Type the ABHA number")
    screen = rig.wait_for(flow.Typing, TypingScreen)
    assert not screen.confirm.isEnabled()
    for digit in ABHA_NUMBER[:13] + "7":
        rig.touch(screen.pad.keys[digit])
    assert [group.text() for group in screen.places.groups] == ["91", "0000", "0000", "0017"]
    assert "Please compare the number with your card once more" in rig.texts()
    assert screen.confirm.isEnabled()
    rig.touch(screen.pad.erase)
    assert [group.text() for group in screen.places.groups] == ["91", "0000", "0000", "001•"]
    assert not screen.confirm.isEnabled()
    rig.touch(screen.back)
    rig.wait_for(flow.Scanning, ScanningScreen)


def test_a_typed_number_with_a_token_tells_nothing_of_it(rig: Rig) -> None:
    rig.touch(rig.issue().done)
    rig.type_number(ABHA_NUMBER)
    rig.wait_for(flow.SeeDesk, SeeDeskScreen)
    assert "Please go to the help desk" in rig.texts()
    assert "MA-017" not in rig.all_texts()
    assert "Medicine" not in "\n".join(rig.texts())


def test_a_held_token_is_shown_and_comes_again_as_duplicate(rig: Rig) -> None:
    rig.touch(rig.issue().done)
    choosing = rig.scan_patient()
    rig.qtbot.waitUntil(lambda: "MA-017" in rig.texts())
    assert choosing.tiles["MED"].accessibleName() == "Medicine, your token: MA-017"
    rig.touch(choosing.tiles["MED"])
    issued = rig.wait_for(flow.Issued, IssuedScreen)
    assert issued.label.text() == "MA-017"
    assert {"You already have this token today", "DUPLICATE 1"} <= set(rig.texts())
    assert len(rig.store.issued) == 1


def test_the_fourth_reprint_is_sent_to_the_desk(rig: Rig) -> None:
    for _ in range(4):
        rig.touch(rig.issue().done)
    rig.issue()
    assert "For one more slip please ask at the help desk" in rig.texts()


def test_another_department_gives_a_second_token(rig: Rig) -> None:
    rig.touch(rig.issue("MED").done)
    assert rig.issue("EYE").label.text() == "EA-018"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (QuotaReachedError("x"), "No tokens are left here today. Please choose another department."),
        (DepartmentClosedError("24-11-2026 09:00"), "This department is closed. It opens on 24-11-2026 09:00."),
        (DepartmentClosedError(""), "This department is closed now. Please choose another."),
    ],
)
def test_a_refusal_leaves_the_choice(rig: Rig, error: QuotaReachedError, sentence: str) -> None:
    rig.store.refusal = error
    rig.touch(rig.scan_patient().tiles["MED"])
    rig.qtbot.waitUntil(lambda: sentence in rig.texts())
    rig.store.refusal = None
    choosing = rig.wait_for(flow.Choosing, ChoosingScreen)
    rig.touch(choosing.tiles["PED"])
    rig.wait_for(flow.Issued, IssuedScreen)


def test_only_open_departments_are_offered(make_rig: MakeRig) -> None:
    night = (Opening(time(20), time(0)),)
    departments = tuple(
        replace(each, openings=night) if each.code == "EYE" else each for each in SAMPLE_FACILITY.departments
    )
    rig = make_rig(replace(SAMPLE_FACILITY, departments=departments))
    assert list(rig.scan_patient().tiles) == ["MED", "PED", "OBG", "ENT", "SUR"]


def test_no_department_open(make_rig: MakeRig) -> None:
    rig = make_rig(replace(SAMPLE_FACILITY, departments=()))
    assert not rig.scan_patient().tiles
    assert "No department is open now. Please ask at the help desk." in rig.texts()


def test_more_than_twelve_departments_have_pages(make_rig: MakeRig) -> None:
    departments = tuple(
        Department(f"D{place:02}", prefix, {"en": f"Department {place}"})
        for place, prefix in enumerate("ABCDEFGHJKLMNP")
    )
    rig = make_rig(replace(SAMPLE_FACILITY, departments=departments))
    choosing = rig.scan_patient()
    assert len(choosing.tiles) == 12
    rig.touch(choosing.more)
    assert list(choosing.tiles) == ["D12", "D13"]
    rig.touch(choosing.tiles["D13"])
    rig.wait_for(flow.Issued, IssuedScreen)


@pytest.mark.parametrize(
    ("slip", "sentence"),
    [
        (SlipState.FAILED, "The slip could not be printed. Please remember your number."),
        (SlipState.IN_DOUBT, "If no slip comes out, remember your number. The help desk can print it."),
    ],
)
def test_a_printer_that_fails_leaves_the_label(rig: Rig, slip: SlipState, sentence: str) -> None:
    issued = rig.issue()
    rig.journey.on_slip_moved("token-MED-17", SlipState.SENDING)
    rig.journey.on_slip_moved("token-MED-17", slip)
    rig.qtbot.waitUntil(lambda: sentence in rig.texts())
    assert issued.label.text() == "MA-017"


def test_no_slips_wanted(make_rig: MakeRig) -> None:
    rig = make_rig(wants_slips=False)
    rig.issue()
    assert "There is no slip. Please remember your number." in rig.texts()


def test_a_printer_faster_than_the_answer(rig: Rig) -> None:
    rig.store.gate = Gate()
    rig.scan(card())
    choosing = rig.wait_for(flow.Choosing, ChoosingScreen)
    rig.touch(choosing.tiles["MED"])
    rig.journey.on_slip_moved("token-MED-17", SlipState.PRINTED)
    rig.qtbot.waitUntil(lambda: isinstance(rig.journey.state, flow.Issuing))
    with rig.qtbot.waitSignal(rig.journey.state_changed):
        rig.store.gate.set()
    rig.qtbot.waitUntil(lambda: "Please take your slip" in rig.texts())
