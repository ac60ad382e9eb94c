"""A table of figures: names on the left, numbers in columns."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QScroller, QTableWidget, QTableWidgetItem

from kiosk.ui.theme import Metrics, families

ROW_U = 5.9
HEAD_U = 2.6
"""The largest letters in the style sheet."""
LEAST_U = 6.0


class Figures(QTableWidget):
    """Cells are changed in place, so that nothing flickers and what is chosen stays chosen."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(metrics.px(ROW_U))
        self.verticalHeader().setMinimumSectionSize(metrics.px(ROW_U))
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setFixedHeight(metrics.px(7.6))
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)

    def show_lines(self, heads: Sequence[str], lines: Sequence[Sequence[str]], *, has_total: bool = False) -> None:
        """The first cell of a line is its name; a last line that ``has_total`` says is all together is bold.

        Each head stands in two lines.
        """
        self._show_heads([head.replace(" ", "\n", 1) for head in heads], lines)
        self.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                self._set(row, column, text, is_bold=has_total and row == len(lines) - 1)

    def _show_heads(self, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
        """Each column is as wide as its head or its widest cell, the first takes what is left."""
        self.setColumnCount(len(heads))
        self.setHorizontalHeaderLabels(list(heads))
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, head in enumerate(heads):
            self.setColumnWidth(column, self._width([*head.split("\n"), *(line[column] for line in lines)]))

    def _width(self, texts: Sequence[str]) -> int:
        font = QFont()
        font.setFamilies(families("".join(texts)))
        font.setPixelSize(self._metrics.px(HEAD_U))
        font.setBold(True)
        widest = max(map(QFontMetrics(font).horizontalAdvance, texts))
        return max(widest + self._metrics.px(1.9), self._metrics.px(LEAST_U))

    def _set(self, row: int, column: int, text: str, *, is_bold: bool) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(row, column, item)
        font = item.font()
        font.setBold(is_bold)
        item.setFont(font)
        item.setText(text)
