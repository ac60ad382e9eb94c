"""A table of figures: names on the left, numbers in columns."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from kiosk.ui.theme import Metrics

ROW_U = 5.9


class Figures(QTableWidget):
    """Cells are changed in place, so that nothing flickers and what is chosen stays chosen."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
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

    def show_lines(self, heads: Sequence[str], lines: Sequence[Sequence[str]], *, has_total: bool = False) -> None:
        """The first cell of a line is its name; a last line that ``has_total`` says is all together is bold.

        Each head stands in two lines.
        """
        self.setColumnCount(len(heads))
        self.setHorizontalHeaderLabels([head.replace(" ", "\n", 1) for head in heads])
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                self._set(row, column, text, is_bold=has_total and row == len(lines) - 1)

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
