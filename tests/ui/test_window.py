"""Patients at the kiosk, from the first look to the last."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from threading import Event as Gate

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from kiosk.errors import DepartmentClosedError, QuotaReachedError, StoreFullError, StoreKeyError
from kiosk.model import flow
from kiosk.model.opd import Department, Opening
from kiosk.model.patient import Patient
from kiosk.model.qr import Reason
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import SlipState
from kiosk.ports import CameraStateChanged, DeviceState, PreviewFrame, TwoCodesSeen
from kiosk.ui.labels import PlainLabel
from kiosk.ui.patient.choosing import ChoosingScreen
from kiosk.ui.patient.issued import IssuedScreen
from kiosk.ui.patient.notices import NOTICES
from kiosk.ui.patient.out_of_service import OutOfServiceScreen
from kiosk.ui.patient.scanning import ScanningScreen
from kiosk.ui.patient.see_desk import SeeDeskScreen
from kiosk.ui.patient.typed_number import TypingScreen
from kiosk.ui.patient.waiting import WaitingScreen
from tests.ui.conftest import Rig
from tests.ui.fakes import ABHA_NUMBER, HOSTILE_NAME, FakeStore, card

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


# --- faults ----------------------------------------------------------------------------------------------------------


def test_a_store_that_fails_at_the_scan_and_comes_back(rig: Rig) -> None:
    rig.store.fault = StoreFullError("x")
    rig.scan(card())
    rig.wait_for(flow.OutOfService, OutOfServiceScreen)
    assert "For staff: STORE_FULL. The disk is full: free some room." in rig.texts()
    rig.scan(card())
    assert isinstance(rig.journey.state, flow.OutOfService)
    rig.store.fault = None
    rig.wait_for(flow.Scanning, ScanningScreen)
    rig.issue()


def test_a_store_that_fails_at_the_token_sends_to_the_desk_then_closes(rig: Rig) -> None:
    choosing = rig.scan_patient()
    rig.store.fault = StoreKeyError("x")
    rig.touch(choosing.tiles["MED"])
    desk = rig.wait_for(flow.SeeDesk, SeeDeskScreen)
    rig.touch(desk.restart)
    rig.wait_for(flow.OutOfService, OutOfServiceScreen)
    assert rig.journey.state == flow.OutOfService("STORE_KEY_WRONG")
    rig.store.fault = None
    rig.wait_for(flow.Scanning, ScanningScreen)


def test_a_bug_is_told_and_survived(rig: Rig) -> None:
    rig.store.fault = KeyError("Asha Verma")
    rig.scan(card())
    rig.wait_for(flow.OutOfService, OutOfServiceScreen)
    assert rig.journey.state == flow.OutOfService("BUG")
    rig.store.fault = None
    rig.wait_for(flow.Scanning, ScanningScreen)


def test_a_fault_from_elsewhere_lets_a_patient_finish(rig: Rig) -> None:
    issued = rig.issue()
    rig.journey.lose_service("sync", "STORE_FORK")
    QApplication.processEvents()
    assert isinstance(rig.journey.state, flow.Issued)
    rig.touch(issued.done)
    rig.wait_for(flow.OutOfService, OutOfServiceScreen)
    rig.journey.restore_service("sync")
    rig.wait_for(flow.Scanning, ScanningScreen)


def test_one_of_two_faults_repaired_is_not_enough(rig: Rig) -> None:
    rig.journey.lose_service("clock", "CLOCK_WRONG")
    rig.journey.lose_service("sync", "STORE_FORK")
    rig.qtbot.waitUntil(lambda: rig.journey.state == flow.OutOfService("STORE_FORK"))
    rig.journey.restore_service("sync")
    rig.qtbot.waitUntil(lambda: rig.journey.state == flow.OutOfService("CLOCK_WRONG"))
    rig.journey.restore_service("clock")
    rig.wait_for(flow.Scanning, ScanningScreen)


def test_camera_failed_offers_typing(rig: Rig) -> None:
    rig.scanner.tell(CameraStateChanged(DeviceState.FAILED, "CAMERA_FAILED"))
    rig.qtbot.waitUntil(lambda: "The camera is not working" in rig.texts())
    rig.scanner.tell(CameraStateChanged(DeviceState.RUNNING))
    rig.qtbot.waitUntil(lambda: "Show your ABHA card to the camera" in rig.texts())


# --- time ------------------------------------------------------------------------------------------------------------


def test_who_leaves_without_choosing_is_forgotten(make_rig: MakeRig) -> None:
    rig = make_rig(delays=flow.Delays(choosing_s=0.05))
    states = rig.record_states()
    rig.scan(card())
    rig.qtbot.waitUntil(lambda: len(states) > 1 and states[-1] == flow.START)
    assert isinstance(states[0], flow.Choosing)
    assert "Asha" not in rig.all_texts()


def test_who_leaves_with_a_token_is_forgotten(make_rig: MakeRig) -> None:
    rig = make_rig(delays=flow.Delays(issued_s=0.05))
    states = rig.record_states()
    rig.touch(rig.scan_patient().tiles["MED"])
    rig.qtbot.waitUntil(lambda: len(states) > 1 and states[-1] == flow.START)
    assert isinstance(states[-2], flow.Issued)
    assert "MA-017" not in rig.all_texts()


def test_the_time_that_is_left_is_shown(rig: Rig) -> None:
    bar = rig.window.time_bar
    assert bar.part_left == 0
    choosing = rig.scan_patient()
    assert bar.part_left == 1
    rig.touch(choosing.restart)
    rig.wait_for(flow.Scanning, ScanningScreen)
    assert bar.part_left == 0


def test_a_slow_store_never_stops_the_screen(make_rig: MakeRig) -> None:
    store = FakeStore()
    rig = make_rig(store=store)
    choosing = rig.scan_patient()
    store.gate = Gate()
    rig.touch(choosing.tiles["MED"])
    rig.wait_for(flow.Issuing, WaitingScreen)
    beats: list[int] = []
    heart = QTimer(interval=5)
    heart.timeout.connect(lambda: beats.append(1))
    heart.start()
    rig.qtbot.waitUntil(lambda: len(beats) > 20, timeout=2000)
    rig.touch(rig.window.header.languages["hi"])
    rig.qtbot.waitUntil(lambda: "कृपया थोड़ा रुकें" in rig.texts())
    store.gate.set()
    rig.wait_for(flow.Issued, IssuedScreen)


def test_a_late_answer_is_dropped(make_rig: MakeRig) -> None:
    store = FakeStore()
    rig = make_rig(store=store, delays=flow.Delays(issuing_s=0.05))
    second = card("Ravi Kumar", "91000000000026")
    rig.touch(rig.issue("EYE", second).done)
    choosing = rig.scan_patient()
    gate = store.gate = Gate()
    rig.touch(choosing.tiles["MED"])
    desk = rig.wait_for(flow.SeeDesk, SeeDeskScreen)
    assert rig.journey.state == flow.SeeDesk("TOOK_TOO_LONG")
    rig.touch(desk.restart)
    rig.scan(second)
    rig.wait_for(flow.Choosing, ChoosingScreen)
    store.gate = None
    gate.set()
    # What the store knows of the second patient comes after the late answer to the first.
    rig.qtbot.waitUntil(lambda: "EA-017" in rig.texts())
    assert isinstance(rig.journey.state, flow.Choosing)
    assert "MA-018" not in rig.all_texts()
    assert [token.label for token in store.issued] == ["EA-017", "MA-018"]


def test_tiles_stay_under_the_finger(rig: Rig) -> None:
    rig.touch(rig.issue("EYE").done)
    rig.scan(card())
    choosing = rig.wait_for(flow.Choosing, ChoosingScreen)
    before = choosing.tiles["MED"]
    rig.qtbot.waitUntil(lambda: "EA-017" in rig.texts())
    rig.touch(rig.window.header.languages["hi"])
    assert choosing.tiles["MED"] is before
    assert before.words.text() == "मेडिसिन"


def test_a_short_wait_is_not_shown(make_rig: MakeRig) -> None:
    rig = make_rig(calm_ms=60_000)
    shown: list[str] = []
    rig.window.pages.currentChanged.connect(lambda _: shown.append(type(rig.window.screen_shown).__name__))
    rig.issue()
    assert shown == ["ChoosingScreen", "IssuedScreen"]


def test_a_wait_that_was_shown_stays_a_moment(make_rig: MakeRig) -> None:
    store = FakeStore()
    rig = make_rig(store=store, calm_ms=80)
    choosing = rig.scan_patient()
    store.gate = Gate()
    rig.touch(choosing.tiles["MED"])
    rig.wait_for(flow.Issuing, WaitingScreen)
    with rig.qtbot.waitSignal(rig.journey.state_changed):
        store.gate.set()
    assert isinstance(rig.window.screen_shown, WaitingScreen)
    rig.wait_for(flow.Issued, IssuedScreen)


# --- privacy ---------------------------------------------------------------------------------------------------------


def test_nothing_remains_of_a_patient(rig: Rig) -> None:
    number = "91000000000059"
    choosing = rig.scan_patient(card("Meena Rathod", number))
    assert isinstance(rig.journey.state, flow.Choosing)
    patient = weakref.ref(rig.journey.state.patient)
    rig.touch(choosing.tiles["MED"])
    rig.touch(rig.wait_for(flow.Issued, IssuedScreen).done)
    rig.wait_for(flow.Scanning, ScanningScreen)
    rig.store.orders.clear()
    QApplication.processEvents()
    gc.collect()
    assert patient() is None
    assert not [each for each in gc.get_objects() if isinstance(each, Patient) and each.abha_number == number]
    texts = rig.all_texts()
    assert not [word for word in ("Meena", "0059", "MA-017") if word in texts]


def test_typed_digits_are_forgotten(rig: Rig) -> None:
    rig.touch_named("Type the ABHA number")
    screen = rig.wait_for(flow.Typing, TypingScreen)
    for digit in ABHA_NUMBER:
        rig.touch(screen.pad.keys[digit])
    assert "0018" in rig.all_texts()
    rig.touch(screen.back)
    rig.wait_for(flow.Scanning, ScanningScreen)
    assert "0018" not in rig.all_texts()


def test_the_camera_picture_is_forgotten(rig: Rig) -> None:
    rig.scanner.tell(CameraStateChanged(DeviceState.RUNNING))
    rig.scanner.tell(PreviewFrame(4, 2, bytes(24)))
    rig.qtbot.waitUntil(lambda: rig.window.scanning.camera.has_frame)
    rig.scan_patient()
    assert not rig.window.scanning.camera.has_frame
    rig.scanner.tell(PreviewFrame(4, 2, bytes(24)))
    QApplication.processEvents()
    assert not rig.window.scanning.camera.has_frame


def test_hostile_names_stay_text(rig: Rig) -> None:
    choosing = rig.scan_patient()
    choosing.show_state(flow.Choosing(Patient(abha_number=ABHA_NUMBER, name=HOSTILE_NAME)), "en")
    label = next(each for each in choosing.findChildren(PlainLabel) if "<" in each.text())
    assert label.text() == "<img <."
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.fitted()[1] == "<img <."


def test_department_names_keep_their_ampersand(make_rig: MakeRig) -> None:
    departments = (Department("EYE", "E", {"en": "Eye & <b>vision</b>"}, room="<i>7</i>"),)
    rig = make_rig(replace(SAMPLE_FACILITY, departments=departments))
    tile = rig.scan_patient().tiles["EYE"]
    assert tile.text() == ""
    assert tile.words.fitted()[1] == "Eye & <b>vision</b>"


# --- languages -------------------------------------------------------------------------------------------------------


def test_every_screen_changes_its_language(rig: Rig) -> None:
    hindi: dict[flow.State, str] = {
        flow.START: "अपना आभा कार्ड कैमरे को दिखाएँ",
        flow.Typing(): "अपने आभा नंबर के 14 अंक टाइप करें",
        flow.Choosing(Patient(abha_number=ABHA_NUMBER)): "किस विभाग में दिखाना है?",
        flow.SeeDesk("X"): "कृपया सहायता केंद्र पर जाएँ",
        flow.OutOfService("X"): "यह मशीन अभी बंद है",
    }
    for state, sentence in hindi.items():
        rig.window.draw(state)
        assert sentence not in rig.texts()
        rig.touch(rig.window.header.languages["hi"])
        assert sentence in rig.texts()
        rig.touch(rig.window.header.languages["en"])
        assert sentence not in rig.texts()


def test_the_slip_speaks_the_chosen_language_and_the_next_patient_finds_the_first(make_rig: MakeRig) -> None:
    rig = make_rig(languages=("hi", "en"))
    assert "अपना आभा कार्ड कैमरे को दिखाएँ" in rig.texts()
    rig.touch(rig.window.header.languages["en"])
    issued = rig.issue()
    assert rig.store.jobs[-1].language == "en"
    rig.touch(issued.done)
    rig.wait_for(flow.Scanning, ScanningScreen)
    assert rig.journey.language == "hi"
    rig.issue("PED")
    assert rig.store.jobs[-1].language == "hi"


def test_a_language_chosen_by_somebody_who_left(make_rig: MakeRig) -> None:
    rig = make_rig(delays=flow.Delays(choosing_s=0.05))
    rig.touch(rig.window.header.languages["hi"])
    assert rig.journey.language == "hi"
    rig.qtbot.waitUntil(lambda: rig.journey.language == "en")
    assert "Show your ABHA card to the camera" in rig.texts()


def test_a_wrong_code_keeps_the_chosen_language(make_rig: MakeRig) -> None:
    rig = make_rig(delays=flow.Delays(notice_s=0.05))
    states = rig.record_states()
    rig.touch(rig.window.header.languages["hi"])
    rig.scan("hello")
    rig.qtbot.waitUntil(lambda: len(states) == 2)
    assert states[-1] == flow.START
    assert rig.journey.language == "hi"
