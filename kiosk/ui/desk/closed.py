"""What staff see while the desk cannot even start."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from kiosk.ui.arrange import DOWN, icon, line_up
from kiosk.ui.closed import RETRY_S, Closed
from kiosk.ui.desk.metrics import desk_metrics
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.out_of_service import what_staff_do
from kiosk.ui.theme import style_sheet

translate = QCoreApplication.translate


class DeskClosedWindow(Closed):
    """The code and what to do."""

    def __init__(self, code: str, *, retry_s: float = RETRY_S) -> None:
        super().__init__(retry_s)
        self.setProperty("role", "desk")
        self._code = code

    def drawn(self, width: int, height: int) -> QWidget:
        metrics = desk_metrics(width, height)
        self.setStyleSheet(style_sheet(metrics, "desk"))
        title = PlainLabel("title", align=CENTRE, text=translate("Desk", "This desk cannot open now"))
        what = PlainLabel("text", lines=3, align=CENTRE, text=f"{self._code}. {what_staff_do(self._code)}")
        again = PlainLabel("small", align=CENTRE, text=translate("Desk", "It tries again by itself."))
        sign = icon(metrics, "wrench", 14, "warning")
        parts = (2, line_up(metrics, DOWN, sign), title, what, again, 3)
        shown = QWidget()
        shown.setLayout(line_up(metrics, DOWN, *parts, gap_u=3, edge_u=6))
        return shown
