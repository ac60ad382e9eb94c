"""How to hold the card, and what is wrong with the camera, on the patient's first screen."""

import re
from pathlib import Path

import pytest

import kiosk.scanner
from kiosk.model import flow
from kiosk.model.aiming import Guidance, GuidanceChanged
from kiosk.model.health import RESOLUTION_LOW
from kiosk.model.qr import Reason
from kiosk.ports import CameraStateChanged, DeviceState
from kiosk.ui.patient.guide_panel import ADVICES
from kiosk.ui.reader_words import CODES, sentence_for
from kiosk.ui.theme import icon_path
from tests.ui.conftest import Rig
from tests.ui.test_window import MakeRig

INVITATION = "Show your ABHA card to the camera"
SOURCES = Path(kiosk.scanner.__file__).parent


def test_every_word_but_the_usual_has_its_own_picture_and_sentence() -> None:
    assert set(ADVICES) == set(Guidance) - {Guidance.NO_CODE}
    assert len({advice.title for advice in ADVICES.values()}) == len(ADVICES)
    assert len({advice.picture for advice in ADVICES.values()}) == len(ADVICES)
    assert all(icon_path(advice.picture).exists() for advice in ADVICES.values())


@pytest.mark.parametrize("guidance", ADVICES, ids=str)
def test_guidance_takes_the_invitations_place_and_gives_it_back(rig: Rig, guidance: Guidance) -> None:
    rig.scanner.tell(GuidanceChanged(guidance))
    rig.qtbot.waitUntil(lambda: ADVICES[guidance].title in rig.texts())
    assert INVITATION not in rig.texts()
    rig.scanner.tell(GuidanceChanged(Guidance.NO_CODE))
    rig.qtbot.waitUntil(lambda: INVITATION in rig.texts())


def test_guidance_speaks_hindi(rig: Rig) -> None:
    rig.scanner.tell(GuidanceChanged(Guidance.TOO_FAR))
    rig.qtbot.waitUntil(lambda: "Hold it closer" in rig.texts())
    rig.journey.choose_language("hi")
    rig.qtbot.waitUntil(lambda: "थोड़ा पास लाएँ" in rig.texts())


def test_a_wrong_code_and_a_failed_camera_come_before_guidance(rig: Rig) -> None:
    rig.scan("hello")
    rig.qtbot.waitUntil(lambda: rig.journey.state == flow.Scanning(Reason.PLAIN_TEXT))
    rig.scanner.tell(GuidanceChanged(Guidance.HOLD_STILL))
    rig.qtbot.waitUntil(lambda: "This QR code holds only text" in rig.texts())
    assert "Keep it like this" not in rig.texts()
    rig.journey.feed(flow.TimedOut())
    rig.qtbot.waitUntil(lambda: "Keep it like this" in rig.texts())
    rig.scanner.tell(CameraStateChanged(DeviceState.FAILED, "CAMERA_BLACK"))
    rig.qtbot.waitUntil(lambda: "The camera is not working" in rig.texts())


def test_guidance_while_somebody_chooses_changes_nothing_there(rig: Rig) -> None:
    rig.scan_patient()
    rig.scanner.tell(GuidanceChanged(Guidance.GLARE))
    rig.qtbot.wait(1)
    assert isinstance(rig.journey.state, flow.Choosing)
    assert ADVICES[Guidance.GLARE].title not in rig.texts()


def test_staff_are_told_what_is_wrong_with_the_camera(rig: Rig) -> None:
    rig.scanner.tell(CameraStateChanged(DeviceState.FAILED, "CAMERA_UNPLUGGED"))
    told = "For staff: CAMERA_UNPLUGGED. The camera was unplugged: plug it in again."
    rig.qtbot.waitUntil(lambda: told in rig.texts())


def test_a_camera_that_is_back_in_a_moment_has_not_failed_for_the_patient(make_rig: MakeRig) -> None:
    rig = make_rig(calm_ms=60_000)
    rig.scanner.tell(CameraStateChanged(DeviceState.FAILED, "SCANNER_CRASHED"))
    rig.scanner.tell(CameraStateChanged(DeviceState.RUNNING))
    rig.qtbot.waitUntil(lambda: rig.reports.camera.state is DeviceState.RUNNING)
    assert INVITATION in rig.texts()


def test_every_code_of_a_reader_has_its_own_sentence() -> None:
    named = {
        code
        for path in SOURCES.glob("*.py")
        for code in re.findall(r'"((?:CAMERA|SCANNER)_[A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert named | {RESOLUTION_LOW} == CODES
    assert len({sentence_for(code) for code in CODES}) == len(CODES)
    assert sentence_for("UNKNOWN") == ""
