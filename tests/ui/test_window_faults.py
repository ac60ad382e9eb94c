"""What breaks while patients are there, and what only takes its time."""

from collections.abc import Callable
from threading import Event as Gate

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from kiosk.errors import StoreFullError, StoreKeyError
from kiosk.model import flow
from kiosk.model.qr import Reason
from kiosk.model.token import SlipState
from kiosk.ports import CameraStateChanged, CodeSpoiled, DeviceState, GunStateChanged
from kiosk.ui.patient.choosing import ChoosingScreen
from kiosk.ui.patient.issued import IssuedScreen
from kiosk.ui.patient.out_of_service import OutOfServiceScreen
from kiosk.ui.patient.scanning import ScanningScreen
from kiosk.ui.patient.see_desk import SeeDeskScreen
from kiosk.ui.patient.waiting import WaitingScreen
from tests.ui.conftest import Rig
from tests.ui.fakes import FakeStore, card

MakeRig = Callable[..., Rig]


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


def test_beside_a_failed_camera_only_a_gun_that_works_is_offered(rig: Rig) -> None:
    rig.scanner.tell(CameraStateChanged(DeviceState.FAILED, "CAMERA_FAILED"))
    rig.qtbot.waitUntil(lambda: "Please type your ABHA number" in rig.texts())
    rig.scanner.tell(GunStateChanged(DeviceState.RUNNING))
    rig.qtbot.waitUntil(lambda: "Please type your ABHA number, or use the hand scanner" in rig.texts())
    rig.scanner.tell(GunStateChanged(DeviceState.FAILED, "GUN_LOST"))
    rig.qtbot.waitUntil(lambda: "Please type your ABHA number" in rig.texts())


def test_without_a_camera_the_screen_speaks_of_the_scanner(rig: Rig) -> None:
    rig.scanner.tell(CameraStateChanged(DeviceState.STOPPED))
    rig.scanner.tell(GunStateChanged(DeviceState.STARTING))
    rig.qtbot.waitUntil(lambda: "Show your ABHA card to the scanner" in rig.texts())
    rig.scanner.tell(GunStateChanged(DeviceState.FAILED, "GUN_MISSING"))
    rig.qtbot.waitUntil(lambda: "The scanner is not working" in rig.texts())
    rig.scanner.tell(GunStateChanged(DeviceState.RUNNING))
    rig.qtbot.waitUntil(lambda: "Show your ABHA card to the scanner" in rig.texts())
    rig.window.resize(1080, 1920)
    rig.qtbot.waitUntil(lambda: "Show your ABHA card to the scanner" in rig.texts())


def test_a_scan_that_is_no_text_is_told_while_scanning_goes_on(rig: Rig) -> None:
    rig.scanner.tell(CodeSpoiled(Reason.TEXT_MALFORMED))
    rig.qtbot.waitUntil(lambda: rig.journey.state == flow.Scanning(Reason.TEXT_MALFORMED))
    rig.scan_patient()
    rig.scanner.tell(CodeSpoiled(Reason.TOO_LARGE))
    QApplication.processEvents()
    assert isinstance(rig.journey.state, flow.Choosing)


# --- time -------------------------------------------------------------------------------------------------------------


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


def test_a_printer_that_cannot_be_reached_holds_no_label_up(rig: Rig) -> None:
    rig.issue()
    states = rig.record_states()
    given: list[float] = []
    rig.journey.time_given.connect(given.append)
    for slip in [SlipState.SENDING, SlipState.QUEUED] * 5:
        rig.journey.on_slip_moved("token-MED-17", slip)
    QApplication.processEvents()
    assert (states, given) == ([], [])
    for slip in (SlipState.FAILED, SlipState.QUEUED, SlipState.PRINTED):
        rig.journey.on_slip_moved("token-MED-17", slip)
    rig.qtbot.waitUntil(lambda: "Please take your slip" in rig.texts())
    assert given == [flow.Delays().issued_s]


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
    rig.qtbot.waitUntil(lambda: len(beats) > 20)
    rig.touch(rig.window.header.languages["hi"])
    rig.qtbot.waitUntil(lambda: "कृपया थोड़ा रुकें" in rig.texts())
    store.gate.set()
    rig.wait_for(flow.Issued, IssuedScreen)


def test_a_late_answer_is_dropped(make_rig: MakeRig) -> None:
    store = FakeStore()
    rig = make_rig(store=store, delays=flow.Delays(issuing_s=1.0))
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
