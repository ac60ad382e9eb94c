"""A QR on the screen, for phones."""

import segno
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.theme import Metrics

QUIET = 4
"""Modules of white around it, as the standard wants."""
SIDE_U = 20.0
"""About 37 mm on a 15.6 inch panel: a phone reads it from an arm's length."""
LEAST_PX = 2


class QrCode(QWidget):
    """``text`` in whole pixels for each module, so that its edges are crisp at any size."""

    def __init__(self, metrics: Metrics, text: str) -> None:
        super().__init__()
        self._rows = tuple(bytes(row) for row in segno.make_qr(text, error="m", boost_error=True).matrix)
        self._module = max(LEAST_PX, round(metrics.px(SIDE_U) / (len(self._rows) + 2 * QUIET)))
        side = self._module * (len(self._rows) + 2 * QUIET)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        side = self._module
        for y, row in enumerate(self._rows, QUIET):
            for x, is_dark in enumerate(row, QUIET):
                if is_dark:
                    painter.fillRect(x * side, y * side, side, side, Qt.GlobalColor.black)
        painter.end()
