"""What staff see while the desk cannot even start."""

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from kiosk.ui.arrange import DOWN, icon, line_up
from kiosk.ui.desk.metrics import desk_metrics
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.closed import RETRY_S
from kiosk.ui.patient.out_of_service import what_staff_do
from kiosk.ui.theme import style_sheet

translate = QCoreApplication.translate


class DeskClosedWindow(QWidget):
    """The code and what to do, for ``retry_s``; then it closes itself, so that the start is tried again.

    Attributes:
        timed_out: it closed by itself, not by a person.
    """

    def __init__(self, code: str, *, retry_s: float = RETRY_S) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("role", "desk")
        self.timed_out = False
        self._code = code
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._shown = QWidget()
        self._retry = QTimer(self, interval=round(retry_s * 1000), singleShot=True)
        self._retry.timeout.connect(self._try_again)
        self._retry.start()
        self.resize(1366, 768)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        metrics = desk_metrics(self.width(), self.height())
        self.setStyleSheet(style_sheet(metrics, "desk"))
        layout = self.layout()
        assert layout is not None
        layout.removeWidget(self._shown)
        self._shown.deleteLater()
        title = PlainLabel("title", align=CENTRE, text=translate("Desk", "This desk cannot open now"))
        what = PlainLabel("text", lines=3, align=CENTRE, text=f"{self._code}. {what_staff_do(self._code)}")
        again = PlainLabel("small", align=CENTRE, text=translate("Desk", "It tries again by itself."))
        self._shown = QWidget()
        sign = icon(metrics, "wrench", 14, "warning")
        parts = (2, line_up(metrics, DOWN, sign), title, what, again, 3)
        column = line_up(metrics, DOWN, *parts, gap_u=3, edge_u=6)
        self._shown.setLayout(column)
        layout.addWidget(self._shown)

    def _try_again(self) -> None:
        self.timed_out = True
        self.close()
