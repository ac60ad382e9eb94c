"""``kiosk doctor --camera``: each figure has a line, and each bad one says what to do."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kiosk import doctor_camera
from kiosk.doctor_camera import camera_findings
from kiosk.finding import Finding
from kiosk.model.aiming import Guidance
from kiosk.scanner.camera_figures import UNKNOWN, Figures
from kiosk.scanner.child import ChildMain
from tests.scanner import rogues

CARD = Path(__file__).parent.parent / "resources" / "cards" / "02-hindi-app.png"
TODAY = date(2026, 11, 22)
GOOD = Figures(
    device="/dev/v4l/by-id/usb-A_camera-video-index0",
    guidance=Guidance.HOLD_STILL,
    width=1920,
    height=1080,
    is_jpeg=True,
    fps=29.8,
    told_fps=30.0,
    latency_ms=48.0,
    luma=130.0,
    burnt=0.02,
    sharpness=0.6,
    sees_code=True,
    module_px=4.1,
    autofocus=1.0,
    focus=30.0,
    auto_exposure=3.0,
    exposure=156.0,
    read_s=0.4,
    has_network=False,
    texts=('{"hidn":"91-0000-0000-0018","name":"Asha Devi"}',),
)


def test_a_card_before_the_virtual_camera(tmp_path: Path) -> None:
    found = {finding.name: finding for finding in camera_findings(f"file:{CARD}", tmp_path / "seen.jpg")}
    assert list(found) == ["camera", "picture", "latency", "exposure", "focus", "card", "limits", "seen"]
    assert found["picture"].text.startswith("1280x720, ")
    assert "abha" in found["card"].text
    assert (tmp_path / "seen.jpg").read_bytes().startswith(b"\xff\xd8")
    assert not any("सुनीता" in finding.line() or "hidn" in finding.line() for finding in found.values())


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    *_, seen = camera_findings(f"file:{CARD}", tmp_path / "missing" / "seen.jpg")
    assert not seen.ok
    assert "--picture" in seen.advice


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("file:/nowhere.png", "CAMERA_FILE_UNREADABLE"),
        ("/dev/video98", "CAMERA_NOT_FOUND"),
        ("http://user:secret@127.0.0.1:9/", "CAMERA_UNREACHABLE"),
    ],
)
def test_a_camera_that_does_not_open_is_named_by_its_code(setting: str, code: str, tmp_path: Path) -> None:
    [finding] = camera_findings(setting, tmp_path / "seen.jpg")
    assert finding.text.startswith(f"{code}: ")
    assert finding.advice
    assert "secret" not in finding.line()


@pytest.mark.parametrize("main", [rogues.swear, rogues.say_nothing])
def test_what_a_process_gone_wrong_says_is_not_shown(
    main: ChildMain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_camera, "measure", main)
    [finding] = camera_findings("auto", tmp_path / "seen.jpg")
    assert finding.text == "SCANNER_GARBLED: auto"


def test_no_camera_is_told(tmp_path: Path) -> None:
    [finding] = camera_findings("none", tmp_path / "seen.jpg")
    assert not finding.ok


def lines(told: Figures) -> dict[str, Finding]:
    judges = (doctor_camera.picture, doctor_camera.latency, doctor_camera.light, doctor_camera.focus)
    return {finding.name: finding for finding in (*(judge(told) for judge in judges), doctor_camera.card(told, TODAY))}


def test_a_good_camera_is_well_all_over() -> None:
    found = lines(GOOD)
    assert all(finding.ok for finding in found.values())
    assert found["picture"].text == "1920x1080, 29.8 frames a second of 30 promised as MJPG"
    assert found["latency"].text == "48 ms from sensor to program"
    assert found["exposure"].text == "brightness 130 of 255, 2% burnt out, automatic, 16 ms"
    assert found["focus"].text == "sharpness 0.60 of 1 on the code, autofocus on, at 30"
    assert found["card"].text == "read after 0.4 s: abha, 4.1 pixels a module"
    assert "Asha" not in "".join(finding.line() for finding in found.values())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("picture", replace(GOOD, width=640, height=480)),
        ("picture", replace(GOOD, fps=5.0)),
        ("latency", replace(GOOD, latency_ms=400.0)),
        ("exposure", replace(GOOD, luma=20.0)),
        ("exposure", replace(GOOD, burnt=0.5, texts=())),
        ("focus", replace(GOOD, sharpness=0.1)),
        ("focus", replace(GOOD, sees_code=False, texts=(), guidance=Guidance.BLURRED)),
        ("card", replace(GOOD, texts=(), read_s=UNKNOWN)),
        *(("card", replace(GOOD, texts=(), guidance=guidance)) for guidance in Guidance),
        ("card", replace(GOOD, texts=(), sees_code=False, module_px=UNKNOWN)),
        ("card", replace(GOOD, module_px=1.5)),
    ],
)
def test_each_fault_is_told_with_what_to_do(name: str, told: Figures) -> None:
    finding = lines(told)[name]
    assert not finding.ok
    assert finding.advice


def test_what_a_camera_does_not_say_is_no_fault() -> None:
    found = lines(replace(GOOD, latency_ms=UNKNOWN, fps=UNKNOWN, autofocus=UNKNOWN, auto_exposure=UNKNOWN))
    assert all(finding.ok for finding in found.values())
    assert "unknown" in found["picture"].text


def test_whether_the_process_has_a_network_is_told_and_why() -> None:
    assert "no network" in doctor_camera.limits(GOOD, is_far=False).text
    free = replace(GOOD, has_network=True)
    assert "namespaces" in doctor_camera.limits(free, is_far=False).text
    assert "over it" in doctor_camera.limits(free, is_far=True).text


def test_whoever_looks_is_asked_for_a_card_first(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    camera_findings("file:/nowhere.png", tmp_path / "seen.jpg")
    assert "resources/cards" in capsys.readouterr().err
