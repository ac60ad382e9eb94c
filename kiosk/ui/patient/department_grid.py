"""The departments as tiles in a grid that fills its place."""

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from kiosk.model.opd import Department
from kiosk.ui.patient.department_tile import DepartmentTile, Shape
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


class DepartmentGrid(QWidget):
    """Signals: ``chosen`` with a department's code."""

    chosen = Signal(str)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(metrics.px(2))
        self.tiles: dict[str, DepartmentTile] = {}

    def show_departments(self, shown: Sequence[Department], held: Mapping[str, str], language: str) -> None:
        """``held`` are labels by department. Tiles that are there already stay: a finger may be on one of them."""
        if list(self.tiles) != [department.code for department in shown]:
            self._remove()
            self._place(shown)
        for department in shown:
            tile, name, label = self.tiles[department.code], department.name(language), held.get(department.code, "")
            token = translate("Choosing", "your token: {label}").format(label=label)
            tile.show_words(name, f"{name}, {token}" if label else name)
            tile.show_held(label)

    def forget(self) -> None:
        """The tiles stay for the next patient, the labels go."""
        for tile in self.tiles.values():
            tile.show_held("")
            tile.setAccessibleName(tile.words.text())

    def _remove(self) -> None:
        for tile in self.tiles.values():
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        self.tiles = {}

    def _place(self, shown: Sequence[Department]) -> None:
        columns, rows = grid_shape(len(shown), self._metrics.portrait)
        shape = tile_shape(columns, rows, self._metrics.portrait)
        for place, department in enumerate(shown):
            tile = DepartmentTile(self._metrics, department.code, shape)
            tile.clicked.connect(lambda _=False, code=department.code: self.chosen.emit(code))
            self._grid.addWidget(tile, place // columns, place % columns)
            self._grid.setColumnStretch(place % columns, 1)
            self.tiles[department.code] = tile


def grid_shape(count: int, portrait: bool) -> tuple[int, int]:
    """Columns and rows for ``count`` tiles: wide screens fill rows, tall ones columns."""
    if portrait:
        columns = 1 if count <= 3 else 2
    else:
        columns = count if count <= 3 else 2 if count == 4 else 3 if count <= 9 else 4
    return max(1, columns), max(1, math.ceil(count / max(1, columns)))


def tile_shape(columns: int, rows: int, portrait: bool) -> Shape:
    """What fits into a grid of so many tiles."""
    if rows > (4 if portrait else 2):
        return Shape.SMALL
    tall = columns > 1 if portrait else rows == 1
    return Shape.TALL if tall else Shape.WIDE
