"""Who the patient is, ready for the hospital's own program: each field can be selected, and copied with one touch."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QLabel, QSizePolicy

from kiosk.model.abha import masked_address, masked_number
from kiosk.model.desk import DeskRow
from kiosk.model.patient import Patient
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, families

translate = QCoreApplication.translate
MISSING = "–"
FIELD_U = 7.7


@dataclass(frozen=True)
class Shown:
    """What one field shows, and what it gives to the clipboard."""

    text: str
    copied: str = ""


class ValueLabel(QLabel):
    """Plain text that can be selected; it is cut off at its end where it is too long, and whole as a tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "value")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_whole(self, text: str) -> None:
        """``text``, or its beginning where the place is too narrow; a tool tip has all of it."""
        self._whole = text
        font = self.font()
        font.setFamilies(families(text))
        self.setFont(font)
        self.setToolTip(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.ensurePolished()
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        if shown != self.text():
            self.setText(shown)


class Field(QFrame):
    """A caption, a value, and a button. Signals: ``copied`` with the caption."""

    copied = Signal(str)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "field")
        self._shown, self._was_copied = Shown(""), False
        self.caption = PlainLabel("caption")
        self.value = ValueLabel()
        self.copy = DeskButton(metrics, "copy", icon="copy", icon_u=3, height_u=5.9, tight=True)
        self.copy.clicked.connect(self._copy)
        words = line_up(metrics, DOWN, self.caption, self.value, gap_u=0)
        layout = line_up(metrics, ACROSS, (words, 1), self.copy, gap_u=0.6)
        layout.setContentsMargins(metrics.px(1), metrics.px(0.2), metrics.px(0.5), metrics.px(0.2))
        self.setLayout(layout)
        self.setFixedHeight(metrics.px(FIELD_U))

    def show_value(self, caption: str, shown: Shown) -> None:
        self._shown = shown
        self.caption.setText(caption)
        self.value.show_whole(shown.text or MISSING)
        self.copy.show_words("", translate("Desk", "Copy: {what}").format(what=caption))
        self.copy.setVisible(bool(shown.copied))

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._shown.copied)
        self._was_copied = True
        self.copied.emit(self.caption.text())

    def forget(self) -> None:
        """What came from here leaves the clipboard, unless somebody has copied something else since."""
        if self._was_copied and QApplication.clipboard().text() == self._shown.copied:
            QApplication.clipboard().clear()
        self._was_copied = False


class PatientCard(QFrame):
    """Signals: ``show_wished``; ``copied`` with what was."""

    show_wished = Signal()
    copied = Signal(str)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.fields = {name: Field(metrics) for name in ("name", "person", "number", "address", "mobile", "home")}
        for field in self.fields.values():
            field.copied.connect(self.copied)
        self.show_number = DeskButton(metrics, "copy", icon="eye", icon_u=3, height_u=5.9, tight=True)
        self.show_number.clicked.connect(self.show_wished)
        place = self.fields["number"].layout()
        assert place is not None
        place.addWidget(self.show_number)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(metrics.px(0.6))
        for number, field in enumerate(self.fields.values()):
            grid.addWidget(field, number // 2, number % 2)
        for column in range(2):
            grid.setColumnStretch(column, 1)

    def show_row(self, row: DeskRow | None, person: Callable[[Patient], str], *, is_open: bool) -> None:
        """``person`` words age and sex; ``is_open`` shows the ABHA number and address whole."""
        patient = row.patient if row is not None else None
        captions = {
            "name": translate("Desk", "Name"),
            "person": translate("Desk", "Age and sex"),
            "number": translate("Desk", "ABHA number"),
            "address": translate("Desk", "ABHA address"),
            "mobile": translate("Desk", "Mobile"),
            "home": translate("Desk", "Address"),
        }
        shown = _shown(patient, person, is_open=is_open)
        for name, field in self.fields.items():
            field.show_value(captions[name], shown[name])
        hides = patient is not None and bool(patient.abha_number or patient.abha_address) and not is_open
        self.show_number.show_words("", translate("Desk", "Show the ABHA number"))
        self.show_number.setVisible(hides)

    def forget(self) -> None:
        for field in self.fields.values():
            field.forget()


def _shown(patient: Patient | None, person: Callable[[Patient], str], *, is_open: bool) -> dict[str, Shown]:
    if patient is None:
        return dict.fromkeys(("name", "person", "number", "address", "mobile", "home"), Shown(""))
    number, address = patient.abha_number or "", patient.abha_address or ""
    home = ", ".join(part for part in (patient.address, patient.district, patient.state) if part)
    return {
        "name": Shown(patient.name, patient.name),
        "person": Shown(person(patient), person(patient)),
        "number": Shown(_grouped(number), number) if is_open else Shown(masked_number(number or None)),
        "address": Shown(address, address) if is_open else Shown(masked_address(address or None)),
        "mobile": Shown(patient.mobile or "", patient.mobile or ""),
        "home": Shown(home, home),
    }


def _grouped(number: str) -> str:
    """``91-0000-0000-0018``, as on the card."""
    return "-".join((number[:2], number[2:6], number[6:10], number[10:])) if number else ""
