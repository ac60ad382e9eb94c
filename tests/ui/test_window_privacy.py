"""Nothing of one patient is left for the next: no text, no object, no language."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from kiosk.model import flow
from kiosk.model.opd import Department
from kiosk.model.patient import Patient
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.ports import CameraStateChanged, DeviceState, PreviewFrame
from kiosk.ui.labels import PlainLabel
from kiosk.ui.patient.issued import IssuedScreen
from kiosk.ui.patient.scanning import ScanningScreen
from kiosk.ui.patient.typed_number import TypingScreen
from tests.ui.conftest import Rig
from tests.ui.fakes import ABHA_NUMBER, HOSTILE_NAME, card

MakeRig = Callable[..., Rig]


def test_nothing_remains_of_a_patient(rig: Rig) -> None:
    number = "91000000000059"
    rig.touch(rig.issue("MED", card("Meena Rathod", number)).done)
    choosing = rig.scan_patient(card("Meena Rathod", number))
    rig.qtbot.waitUntil(lambda: "MA-017" in rig.texts())
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


# --- languages --------------------------------------------------------------------------------------------------------


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
    spoken: list[str] = []
    rig.journey.language_changed.connect(spoken.append)
    rig.touch(rig.window.header.languages["hi"])
    rig.qtbot.waitUntil(lambda: spoken == ["hi", "en"])
    assert "Show your ABHA card to the camera" in rig.texts()


def test_a_wrong_code_keeps_the_chosen_language(make_rig: MakeRig) -> None:
    rig = make_rig(delays=flow.Delays(notice_s=0.05))
    states = rig.record_states()
    rig.touch(rig.window.header.languages["hi"])
    rig.scan("hello")
    rig.qtbot.waitUntil(lambda: len(states) == 2)
    assert states[-1] == flow.START
    assert rig.journey.language == "hi"
