"""Pictures and colours: each named picture is there, each text can be told from its ground."""

import re

import pytest
from PySide6.QtGui import QColor
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from kiosk.model.qr import Reason
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.ui.patient.department_grid import grid_shape
from kiosk.ui.patient.notices import NOTICES
from kiosk.ui.theme import RESOURCES, Metrics, department_icon, icon_path, style_sheet

PAIRS = {
    "text on the window": ("#10302f", "#eef4f3"),
    "titles": ("#0b4a4e", "#eef4f3"),
    "details": ("#35514f", "#eef4f3"),
    "staff": ("#4a6361", "#eef4f3"),
    "old sync": ("#8a4b00", "#ffffff"),
    "primary buttons": ("#ffffff", "#0b5d62"),
    "pressed buttons": ("#ffffff", "#083f43"),
    "plain buttons": ("#0b5d62", "#ffffff"),
    "pressed plain buttons": ("#0b5d62", "#cfe6e3"),
    "sleeping buttons": ("#4f6664", "#d5e0df"),
    "notices": ("#4a2f00", "#fff3d9"),
    "good news": ("#0d4a2a", "#e2f4e8"),
    "crosses": ("#a33a1c", "#fff3d9"),
    "notice icons": ("#8a4b00", "#fff3d9"),
}


@pytest.mark.parametrize(("ink", "paper"), PAIRS.values(), ids=list(PAIRS))
def test_contrast_is_at_least_four_and_a_half(ink: str, paper: str) -> None:
    sheet = (RESOURCES / "style" / "patient.qss").read_text(encoding="utf-8")
    assert ink in sheet
    assert paper in sheet
    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_every_ink_of_the_sheet_was_looked_at() -> None:
    sheet = (RESOURCES / "style" / "patient.qss").read_text(encoding="utf-8")
    inks = set(re.findall(r"[{;] color: (#[0-9a-f]{6})", sheet))
    looked_at = {ink for ink, _ in PAIRS.values()}
    only_pictures = {"#1e7b4a", "#5d7573"}
    assert inks - looked_at <= only_pictures


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    shown = QColor(colour)
    red, green, blue = (linear(part) for part in (shown.redF(), shown.greenF(), shown.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def test_every_reason_has_a_notice_with_its_own_sentence() -> None:
    assert set(NOTICES) == set(Reason)
    assert len({notice.what for notice in NOTICES.values()}) == len(Reason)


def test_every_picture_can_be_drawn(qapp: QApplication) -> None:
    pictures = sorted((RESOURCES / "icons").rglob("*.svg"))
    assert len(pictures) > 40
    assert [path.name for path in pictures if not QSvgRenderer(str(path)).isValid()] == []
    assert all(icon_path(notice.icon).exists() for notice in NOTICES.values())


def test_departments_have_their_own_pictures() -> None:
    icons = [department_icon(each.code) for each in SAMPLE_FACILITY.departments]
    assert len(set(icons)) == len(icons)
    assert "department/other" not in icons


@pytest.mark.parametrize("code", ["", "XYZ", "../../x", "..", "m/d", "MED/../x", "ओपी"])
def test_other_departments_have_the_cross(code: str) -> None:
    expected = "department/MED" if code.startswith("MED") else "department/other"
    assert department_icon(code) == expected


@pytest.mark.parametrize(("code", "name"), [("OPHTHAL", "EYE"), ("PAED", "PED"), ("ortho", "ORT"), ("GYNAE", "OBG")])
def test_kindred_codes_share_a_picture(code: str, name: str) -> None:
    assert department_icon(code) == f"department/{name}"


def test_lengths_follow_the_shorter_side() -> None:
    assert "99u" not in style_sheet(Metrics(1080, 1920))
    assert not re.search(r"[0-9]u\b", style_sheet(Metrics(1080, 1920)).split("*/", 1)[1])
    assert Metrics(1920, 1080).px(10) == Metrics(1080, 1920).px(10) == 108


@pytest.mark.parametrize("portrait", [True, False])
def test_grids_have_room_for_all(portrait: bool) -> None:
    for count in range(13):
        columns, rows = grid_shape(count, portrait)
        assert columns * rows >= count
        assert (columns, rows) <= ((2, 6) if portrait else (4, 3))
