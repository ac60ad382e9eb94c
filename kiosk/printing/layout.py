"""Where everything stands on a slip. A QGuiApplication must exist; drawing may happen on any one thread."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QImage

from kiosk.errors import SettingError
from kiosk.model.scripts import BASE_FAMILY
from kiosk.model.slip import Slip
from kiosk.printing.raster import Raster, raster_of
from kiosk.printing.sheet import Sheet, qr_code

_LONGEST = 1600
"""Rows of the canvas. Each text has two lines at most, so the longest slip stays well below."""
_LEFT = Qt.AlignmentFlag.AlignLeft
_HYPHEN_KEPT = "\u2011"
"""Looks like ``-``, and no line is broken there."""
_SMALLEST = 24
"""Dots of font size below which thermal paper is hard to read."""


@dataclass(frozen=True)
class Paper:
    """One kind of paper and print head.

    Attributes:
        width: dots across.
        module: dots that one module of the QR measures.
        label_mm: height of the label's capitals and digits.
        big_mm: font size of department and room.
        person_mm: font size of the patient's line, which stands beside the QR.
    """

    width: int
    dots_per_mm: float
    module: int
    label_mm: float
    big_mm: float
    person_mm: float

    def dots(self, mm: float) -> int:
        return round(mm * self.dots_per_mm)


PAPERS = {
    576: Paper(576, 203 / 25.4, module=5, label_mm=14, big_mm=5.6, person_mm=3.5),
    512: Paper(512, 180 / 25.4, module=4, label_mm=14, big_mm=5.6, person_mm=3.5),
    384: Paper(384, 203 / 25.4, module=4, label_mm=12.25, big_mm=5, person_mm=3.1),
}
"""80 mm paper at 203 dpi, the same at 180 dpi (Epson TM-T81 and TM-T88), 58 mm paper at 203 dpi."""


class SlipPainter:
    """Draws slips for one width of paper. It keeps its fonts and its canvas, so only one thread may use it at a time.

    Raises:
        SettingError: for a width that no printer here has.
    """

    def __init__(self, width: int) -> None:
        if width not in PAPERS:
            allowed = ", ".join(map(str, PAPERS))
            raise SettingError(f"KIOSK_PRINTER_DOTS={width}: must be one of {allowed}")
        self._paper = PAPERS[width]
        self._canvas = QImage(width, _LONGEST, QImage.Format.Format_Grayscale8)
        self._small = self._font(3.1)
        self._when = self._font(3.4, bold=True)
        self._person = self._font(self._paper.person_mm)
        self._body = self._font(3.5)
        self._strong = self._font(3.9, bold=True)
        self._big = self._font(self._paper.big_mm, bold=True)
        self._label = self._font(20, bold=True)

    def render(self, slip: Slip) -> Raster:
        """The slip in dots, at most 200 mm long whatever its texts hold."""
        self._canvas.fill(Qt.GlobalColor.white)
        sheet = Sheet(self._canvas)
        try:
            self._draw(sheet, slip)
        finally:
            sheet.end()
        return raster_of(self._canvas.copy(0, 0, self._paper.width, sheet.y))

    def _draw(self, sheet: Sheet, slip: Slip) -> None:
        mm = self._paper.dots
        sheet.gap(mm(0.5))
        self._text(sheet, slip.facility, self._strong)
        self._text(sheet, slip.facility_english, self._small)
        sheet.gap(mm(0.75))
        sheet.rule(3, mm(1))
        if slip.duplicate:
            sheet.gap(mm(1))
            sheet.stamp(slip.duplicate, self._strong, mm(1), mm(0.25))
        sheet.gap(mm(0.5))
        self._text(sheet, slip.heading, self._small)
        sheet.gap(mm(1.25))
        sheet.label(slip.label, self._label, mm(self._paper.label_mm), sheet.width - 2 * mm(1.5))
        sheet.gap(mm(1))
        self._text(sheet, slip.department, self._big)
        self._text(sheet, slip.department_english, self._body)
        self._where(sheet, slip)
        sheet.gap(mm(0.75))
        self._text(sheet, slip.ahead, self._small)
        sheet.gap(mm(1))
        sheet.dashes(mm(1))
        self._footer(sheet, slip)

    def _where(self, sheet: Sheet, slip: Slip) -> None:
        """Where to go now: framed, since it is what the patient needs first."""
        if not slip.where:
            return
        mm = self._paper.dots
        sheet.gap(mm(1.25))
        top = sheet.y
        sheet.gap(mm(0.5))
        self._text(sheet, slip.where, self._big, inset=mm(2))
        self._text(sheet, slip.where_english, self._body, inset=mm(2))
        sheet.gap(mm(0.75))
        sheet.frame(top, mm(1), 4)

    def _footer(self, sheet: Sheet, slip: Slip) -> None:
        """When and who on the left, the QR on the right."""
        mm = self._paper.dots
        code = qr_code(slip.token_id, self._paper.module)
        top = sheet.y
        sheet.qr(code, sheet.width - code.side)
        below_code, sheet.y = sheet.y, top + mm(1.5)
        width = sheet.width - code.side - mm(1)
        sheet.text(slip.when, self._when, left=mm(1), width=width, align=_LEFT)
        sheet.gap(mm(0.5))
        sheet.text(slip.person, self._person, left=mm(1), width=width, align=_LEFT)
        sheet.text(slip.abha.replace("-", _HYPHEN_KEPT), self._person, left=mm(1), width=width, align=_LEFT)
        sheet.gap(mm(0.5))
        sheet.y = max(sheet.y, below_code)

    def _text(self, sheet: Sheet, text: str, font: QFont, inset: int = 0) -> None:
        sheet.text(text, font, left=inset, width=sheet.width - 2 * inset)

    def _font(self, size_mm: float, *, bold: bool = False) -> QFont:
        font = QFont(BASE_FAMILY)
        font.setPixelSize(max(_SMALLEST, self._paper.dots(size_mm)))
        font.setBold(bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font
