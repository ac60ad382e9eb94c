"""``python -m tests.gallery OUT``: every screen and every slip as PNGs in one HTML page, with no display needed."""

import html
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path

from PIL.Image import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from kiosk.checkin import Registration
from kiosk.model import flow
from kiosk.model.aiming import Guidance, GuidanceChanged
from kiosk.model.counter import NO_OFFER, PhoneOffer, share_url
from kiosk.model.opd import Department, Facility
from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.model.qr import Reason
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.slip import slip_of
from kiosk.model.token import SlipState
from kiosk.ports import CameraStateChanged, DeviceState, GunStateChanged, PreviewFrame
from kiosk.ui.icons import centred
from kiosk.ui.patient.journey import PatientJourney
from kiosk.ui.patient.reports import ScannerReports
from kiosk.ui.patient.window import PatientWindow
from kiosk.ui.theme import icon_path
from kiosk.ui.translation import Translation
from tests.desk_gallery import desk_screens
from tests.ui.fakes import ABHA_NUMBER, FakeClock, FakeStore, make_token

SIZES = ((1366, 768), (1920, 1080), (1080, 1920))
LANGUAGES = ("en", "hi")
SLIP_LANGUAGES = ("en", "hi", "gu")
SECTIONS = tuple(f"{width}x{height}" for width, height in SIZES)
PATIENT = Patient(abha_number=ABHA_NUMBER, name="सुनीता देवी श्रीवास्तव", sex=Sex.FEMALE, birth=BirthDate(1984, 3, 7))
TOKEN = replace(make_token("MED", "M", 17), label="MA-017")
LATER = replace(make_token("EYE", "E", 204), label="EA-204")
NEXT_STEP = replace(make_token("SUR", "S", 8), label="SA-008")
LONG_NAME = Patient(
    abha_address="long.name@abdm", name="Venkatanarasimharajuvaripeta" * 3 + " Ramachandra", sex=Sex.MALE
)
MANY = (
    ("MED", "General medicine", "सामान्य चिकित्सा"),
    ("PED", "Children", "बाल रोग"),
    ("OBG", "Women and maternity", "स्त्री एवं प्रसूति रोग"),
    ("EYE", "Eye", "नेत्र रोग"),
    ("ENT", "Ear, nose and throat", "कान, नाक और गला"),
    ("SUR", "General surgery", "सामान्य सर्जरी"),
    ("ORT", "Bones and joints", "हड्डी एवं जोड़ रोग"),
    ("DEN", "Teeth", "दंत रोग"),
    ("CAR", "Heart", "हृदय रोग"),
    ("PUL", "Chest and tuberculosis", "छाती एवं क्षय रोग"),
    ("NEU", "Brain and nerves", "मस्तिष्क एवं तंत्रिका रोग"),
    ("AYU", "Ayurveda, yoga & naturopathy", "आयुर्वेद, योग एवं प्राकृतिक चिकित्सा"),
)
TWELVE = replace(
    SAMPLE_FACILITY,
    departments=tuple(
        Department(code, "ABCDEFGHJKLM"[place], {"en": english, "hi": hindi}, room=str(place + 1))
        for place, (code, english, hindi) in enumerate(MANY)
    ),
)
THREE = replace(SAMPLE_FACILITY, departments=SAMPLE_FACILITY.departments[:3])
CLOSED = replace(SAMPLE_FACILITY, departments=())
PHONES = replace(SAMPLE_FACILITY, facility_id="IN0910000123")
FACILITIES = (SAMPLE_FACILITY, TWELVE, THREE, CLOSED, PHONES)
OFFER = PhoneOffer(share_url("phrsbx.abdm.gov.in", PHONES.facility_id, "REGISTRATION1"), ("MS", "ES", "RS"))
"""Of the kiosk at ``PHONES``."""


@dataclass(frozen=True)
class Shot:
    """One screen to grab."""

    name: str
    state: flow.State
    camera: DeviceState = DeviceState.RUNNING
    facility: Facility = SAMPLE_FACILITY
    gun: DeviceState = DeviceState.STOPPED
    guidance: Guidance = Guidance.NO_CODE
    code: str = "CAMERA_UNPLUGGED"
    """Of a camera that has failed."""
    paper_low: bool = False


def shots() -> Iterator[Shot]:
    """Every state that a patient can meet."""
    yield Shot("scanning", flow.START)
    for code in ("PAPER_OUT", "COVER_OPEN", "CUTTER_JAMMED", "PRINTER_UNREACHABLE", "PRINTER_FAILED", "PRINTER_NONE"):
        yield Shot(f"no slips {code}", flow.NoSlips(code))
    yield Shot("scanning paper low", flow.START, paper_low=True)
    yield Shot("scanning without slip", flow.Scanning(without_slip=True))
    yield Shot("camera starting", flow.START, DeviceState.STARTING)
    yield Shot("camera failed", flow.START, DeviceState.FAILED)
    yield Shot("camera failed gun", flow.START, DeviceState.FAILED, gun=DeviceState.RUNNING)
    yield Shot("gun", flow.START, DeviceState.STOPPED, gun=DeviceState.RUNNING)
    yield Shot("gun failed", flow.START, DeviceState.STOPPED, gun=DeviceState.FAILED)
    for guidance in Guidance:
        yield Shot(f"guide {guidance.value}", flow.START, guidance=guidance)
    for code in ("CAMERA_NOT_OPENED", "CAMERA_STREAM_GARBLED", "SCANNER_GARBLED"):
        yield Shot(f"reader {code}", flow.START, DeviceState.FAILED, code=code)
    for reason in Reason:
        yield Shot(f"notice {reason.value}", flow.Scanning(reason))
    yield Shot("typing empty", flow.Typing())
    yield Shot("typing", flow.Typing(ABHA_NUMBER[:9]))
    yield Shot("typing complete", flow.Typing(ABHA_NUMBER))
    yield Shot("typing doubtful", flow.Typing(ABHA_NUMBER[:13] + "7", doubtful=True))
    yield Shot("checking", flow.Checking(PATIENT))
    yield from _choosing()
    yield from _issued()
    yield from _phones()
    for code in ("ALREADY_HAS_TOKEN", "TOOK_TOO_LONG", "CLAIMS_PAUSED", "TOKEN_OVER", "STORE_FULL"):
        yield Shot(f"see desk {code}", flow.SeeDesk(code))
    for code in ("STORE_FULL", "STORE_UNUSABLE", "STORE_KEY_WRONG", "STORE_NEWER", "STORE_FORK", "CLOCK_WRONG", "BUG"):
        yield Shot(f"out of service {code}", flow.OutOfService(code))


def _choosing() -> Iterator[Shot]:
    typed = Patient(abha_number=ABHA_NUMBER)
    closed = "24-11-2026 09:00"
    yield Shot("choosing", flow.Choosing(PATIENT))
    yield Shot("choosing held", flow.Choosing(PATIENT, held=(TOKEN, LATER)))
    yield Shot("choosing typed", flow.Choosing(typed, typed=True))
    yield Shot("choosing closed", flow.Choosing(PATIENT, notice="DEPARTMENT_CLOSED", notice_text=closed))
    yield Shot("choosing quota", flow.Choosing(PATIENT, notice="QUOTA_REACHED"))
    yield Shot("choosing three", flow.Choosing(PATIENT), facility=THREE)
    yield Shot("choosing none open", flow.Choosing(PATIENT), facility=CLOSED)
    held = (TOKEN, LATER, replace(TOKEN, queue_department="AYU", label="MA-018"))
    crowded = flow.Choosing(LONG_NAME, held=held, notice="QUOTA_REACHED")
    yield Shot("choosing twelve", crowded, facility=TWELVE)
    yield Shot("issuing", flow.Issuing(PATIENT, "MED", typed=False))


def _phones() -> Iterator[Shot]:
    yield Shot("phones scanning", flow.START, facility=PHONES)
    yield Shot("phones guide", flow.START, facility=PHONES, guidance=Guidance.DARK)
    yield Shot("phones camera failed", flow.START, DeviceState.FAILED, PHONES)
    yield Shot("phones gun", flow.START, DeviceState.STOPPED, PHONES, gun=DeviceState.RUNNING)
    for reason in Reason:
        yield Shot(f"phones notice {reason.value}", flow.Scanning(reason), facility=PHONES)
    several = flow.Claiming(OFFER.prefixes)
    yield Shot("claiming empty", several, facility=PHONES)
    yield Shot("claiming label", replace(several, prefix="RS", number="1017"), facility=PHONES)
    mobile = replace(several, prefix="RS", number="17", at_mobile=True)
    yield Shot("claiming mobile", replace(mobile, last_digits="43"), facility=PHONES)
    yield Shot("claiming complete", replace(mobile, last_digits="4321"), facility=PHONES)
    yield Shot("claiming wrong", replace(several, prefix="RS", wrong=True), facility=PHONES)
    yield Shot("arriving", flow.Arriving(PATIENT), facility=PHONES)


def _issued() -> Iterator[Shot]:
    for slip in SlipState:
        yield Shot(f"issued {slip.value}", flow.Issued(TOKEN, False, 4, slip))
    yield Shot("issued held up", flow.Issued(TOKEN, False, 4, SlipState.QUEUED, held_up="PAPER_OUT"))
    yield Shot("issued next step", flow.Issued(NEXT_STEP, False, None, SlipState.PRINTED))
    yield Shot(
        "issued twelve", flow.Issued(replace(TOKEN, queue_department="AYU"), False, 0, SlipState.NONE), facility=TWELVE
    )
    yield Shot("already", flow.Issued(TOKEN, True, 2, SlipState.PRINTED, copy=1))
    yield Shot("already refused", flow.Issued(TOKEN, True, 2, SlipState.PRINTED, reprint_refused=True))
    wide = replace(TOKEN, label="QWSW-1017")
    yield Shot("issued wide label", flow.Issued(wide, False, 128, SlipState.IN_DOUBT))


def preview(width: int = 480, height: int = 270) -> PreviewFrame:
    """A drawn patient who holds a card up, in place of a camera."""
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(QColor("#c5cdcb"))
    painter = QPainter(image)
    painter.fillRect(0, 0, width, height // 2, QColor("#d6dcd9"))
    painter.fillRect(20, 20, 90, 130, QColor("#eef3f5"))
    for name, place in (("desk-person", QRectF(60, 20, 420, 315)), ("hand-card", QRectF(165, 95, 190, 190))):
        svg = QSvgRenderer(str(icon_path(name)))
        svg.render(painter, centred(svg.defaultSize(), place))
    painter.end()
    stride, rows = image.bytesPerLine(), bytes(image.constBits())
    return PreviewFrame(width, height, b"".join(rows[row * stride :][: width * 3] for row in range(height)))


class Stage:
    """One real window, put into any state."""

    def __init__(self, application: QApplication, facility: Facility) -> None:
        clock = FakeClock()
        self.facility = facility
        self.worker = ThreadPoolExecutor(max_workers=1)
        registration = Registration(FakeStore(), facility, clock)
        self.journey = PatientJourney(registration, self.worker, lambda: None, languages=LANGUAGES)
        self.reports = ScannerReports()
        self.translation = Translation(application)
        phones = OFFER if facility is PHONES else NO_OFFER
        self.window = PatientWindow(
            self.journey, self.reports, facility, clock, self.translation, shows_sync=True, phones=phones, calm_ms=0
        )
        self.window.on_synced(clock.now() - timedelta(minutes=2))
        self.window.show()

    def set(self, shot: Shot, language: str, size: tuple[int, int]) -> None:
        self.window.resize(*size)
        self.journey.choose_language(language)
        self.reports.report(CameraStateChanged(shot.camera, shot.code if shot.camera is DeviceState.FAILED else ""))
        self.reports.report(GuidanceChanged(shot.guidance))
        self.reports.report(GunStateChanged(shot.gun))
        self.window.on_paper(low=shot.paper_low)
        self.window.draw(shot.state)
        if shot.camera is DeviceState.RUNNING:
            self.reports.report(preview())
        for _ in range(2):  # a text that has grown gets its room in the second round
            QApplication.processEvents()

    def close(self) -> None:
        self.journey.close()
        self.window.close()
        self.translation.use("en")
        self.worker.shutdown()


def screens(application: QApplication, only: str = "") -> Iterator[tuple[str, QImage]]:
    """File name without ending, and picture."""
    wanted = [shot for shot in shots() if only in shot.name]
    for facility in FACILITIES:
        stage = Stage(application, facility)
        for size in SIZES:
            for shot in wanted:
                if shot.facility is facility:
                    yield from _grabs(stage, shot, size)
        stage.close()


def _grabs(stage: Stage, shot: Shot, size: tuple[int, int]) -> Iterator[tuple[str, QImage]]:
    for language in LANGUAGES:
        stage.set(shot, language, size)
        name = f"{shot.name} {size[0]}x{size[1]} {language}"
        yield name.replace(" ", "-").replace("_", "-").lower(), stage.window.grab().toImage()


def slips() -> Iterator[tuple[str, Image]]:
    """Every layout of the slip: languages, widths of paper, originals and duplicates."""
    from kiosk.printing.layout import PAPERS, SlipPainter

    for width in sorted(PAPERS, reverse=True):
        painter = SlipPainter(width)
        for language in SLIP_LANGUAGES:
            for name, token, patient, copy in (
                ("slip", TOKEN, PATIENT, 0),
                ("slip duplicate", NEXT_STEP, LONG_NAME, 1),
            ):
                slip = slip_of(token, patient, SAMPLE_FACILITY, language, people_ahead=4, copy=copy)
                yield f"{name} {width} dots {language}".replace(" ", "-"), painter.render(slip).image()


SLIPS = (("slip", TOKEN, PATIENT, 0), ("slip duplicate", NEXT_STEP, LONG_NAME, 1))


def page(titles: dict[str, list[str]]) -> str:
    """One page with a section for each title; file names are escaped, though they come from here."""
    sections = []
    for title, names in titles.items():
        cells = "".join(CELL.format(name=html.escape(name)) for name in names)
        sections.append(f"<h2>{html.escape(title)}</h2><div>{cells}</div>")
    return PAGE.format(sections="".join(sections))


CELL = '<a href="{name}.png"><img src="{name}.png" loading="lazy" alt=""><span>{name}</span></a>'
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Every screen and slip</title><style>
body {{ font-family: "Noto Sans", sans-serif; margin: 2rem; background: #eef4f3; color: #10302f }}
div {{ display: flex; flex-wrap: wrap; gap: 1rem; align-items: end }}
a {{ color: inherit; text-decoration: none; font-size: .75rem }}
img {{ display: block; max-height: 15rem; max-width: 24rem; border: 1px solid #9fbfbc; background: #fff }}
</style><h1>Every screen and slip</h1>{sections}</html>
"""


def main(out: Path, only: str = "") -> None:
    """Write the gallery to ``out``; ``only`` takes the screens with this in their names."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    titles: dict[str, list[str]] = {}
    for name, shown in chain(screens(application, only), desk_screens(application, only)):
        shown.save(str(out / f"{name}.png"))
        size = next(title for title in SECTIONS if title in name)
        titles.setdefault(f"desk {size}" if name.startswith("desk-") else size, []).append(name)
    for name, printed in slips():
        printed.save(out / f"{name}.png")
        titles.setdefault("slips", []).append(name)
    (out / "index.html").write_text(page(titles), encoding="utf-8")
    print(out / "index.html")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python -m tests.gallery OUT [PART-OF-NAME]")
    main(Path(sys.argv[1]), *sys.argv[2:])
