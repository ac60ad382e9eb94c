"""Plain text in its place, whoever wrote it."""

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel

import kiosk.ui
from kiosk.ui.labels import ELLIPSIS, PlainLabel
from kiosk.ui.patient.window import PatientWindow
from kiosk.ui.theme import families
from tests.ui.conftest import Rig

UI = Path(kiosk.ui.__file__).parent
TEXT_WIDGETS = {"QLabel", "QPushButton", "QToolButton", "QTextEdit", "QMessageBox", "QLineEdit"}


def label_of(text: str, width: int, height: int, **options: int | float) -> PlainLabel:
    label = PlainLabel("text", lines=int(options.get("lines", 1)), elides=True, text=text)
    label.setStyleSheet("font-size: 30px")
    label.resize(QSize(width, height))
    return label


@given(st.text(min_size=1, max_size=120), st.integers(40, 900), st.integers(20, 200), st.integers(1, 3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_drawn_as_it_is_or_shortened(
    qapp: QApplication, qtlog: object, text: str, width: int, height: int, lines: int
) -> None:
    label = label_of(text.encode("ascii", "ignore").decode() or "x", width, height, lines=lines)
    font, drawn = label.fitted()
    assert drawn == label.text() or drawn.endswith(ELLIPSIS)
    assert 18 <= font.pixelSize() <= 30
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_a_long_name_is_shortened(qapp: QApplication) -> None:
    label = label_of("Venkata" * 20, 300, 50)
    assert label.fitted()[1].startswith("Venkata")
    assert label.fitted()[1].endswith(ELLIPSIS)


def test_a_text_that_nearly_fits_is_drawn_smaller(qapp: QApplication) -> None:
    label = label_of("Medicine and more", 200, 50)
    font, drawn = label.fitted()
    assert drawn == "Medicine and more"
    assert font.pixelSize() < 30


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Asha 12", ["Noto Sans"]),
        ("आशा", ["Noto Sans Devanagari", "Noto Sans"]),
        ("આશા", ["Noto Sans Gujarati", "Noto Sans"]),
        ("ஆஷா", ["Noto Sans Tamil", "Noto Sans"]),
        ("آشا", ["Noto Sans Arabic", "Noto Sans"]),
    ],
)
def test_each_script_has_its_font(text: str, own: list[str]) -> None:
    assert families(text) == own


def test_no_other_widget_shows_text() -> None:
    """Texts of strangers reach the screen through PlainLabel alone."""
    made = [
        f"{path.name}:{node.lineno}"
        for path in UI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXT_WIDGETS
    ]
    assert not made


def test_all_labels_of_the_window_are_plain(rig: Rig) -> None:
    assert isinstance(rig.window, PatientWindow)
    labels = rig.window.findChildren(QLabel)
    assert labels
    assert all(isinstance(label, PlainLabel) for label in labels)
