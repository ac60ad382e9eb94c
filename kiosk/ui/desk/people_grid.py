"""Members of the staff as tiles; more than a dozen come in pages, with a search and a keyboard for it."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from kiosk.model.configuration import StaffMember
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.keyboard import Keyboard
from kiosk.ui.desk.keyboards import Layout
from kiosk.ui.desk.search_field import SearchField
from kiosk.ui.desk.words import role_word
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

COLUMNS, ROWS, ROWS_WITH_KEYS = 3, 4, 1
TILE_U = 13.0


class PeopleGrid(QWidget):
    """Signals: ``chosen`` with a StaffMember."""

    chosen = Signal(object)

    def __init__(
        self, metrics: Metrics, people: Sequence[StaffMember], layouts: Sequence[Layout], columns: int = COLUMNS
    ) -> None:
        super().__init__()
        self._metrics = metrics
        self._people = sorted(people, key=lambda each: each.name.casefold())
        self._layouts, self._columns, self._rows = layouts, columns, ROWS
        self._page = 0
        self.keyboard: Keyboard | None = None
        self.chosen_id = ""
        self.tiles: dict[str, DeskButton] = {}
        self.search = SearchField()
        self.search.textChanged.connect(self._search)
        self.search.touched.connect(self._open_keyboard)
        self.more = DeskButton(metrics, "plain", icon="next", icon_u=3.2)
        self.more.clicked.connect(self._turn)
        self._grid = QGridLayout()
        self._grid.setSpacing(metrics.px(1.4))
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)
        finds = line_up(metrics, ACROSS, (self.search, 1), self.more, gap_u=1.4)
        self._lines = line_up(metrics, DOWN, finds, self._grid, 1, gap_u=1.4)
        self.setLayout(self._lines)
        self.search.setVisible(len(self._people) > columns * ROWS)
        self._show()

    def redraw(self) -> None:
        self.search.setPlaceholderText(translate("Desk", "Search a name"))
        self.search.setAccessibleName(translate("Desk", "Search a name"))
        self.more.show_words(translate("Desk", "More"))
        if self.keyboard is not None:
            self.keyboard.redraw()
        self._show()

    def forget(self) -> None:
        """For the next one."""
        self.search.clear()
        self._close_keyboard()

    def choose(self, staff_id: str) -> None:
        """Mark one tile; empty marks none."""
        self.chosen_id = staff_id
        self._show()

    def _search(self) -> None:
        self._page = 0
        self._show()

    def _open_keyboard(self) -> None:
        """In the place of most of the tiles."""
        if self.keyboard is None:
            self.keyboard = Keyboard(self._metrics, self._layouts)
            self.keyboard.aim(self.search)
            self.keyboard.closed.connect(self._close_keyboard)
            self.keyboard.redraw()
            self._lines.addWidget(self.keyboard)
        self.keyboard.show()
        self._rows = ROWS_WITH_KEYS
        self._search()

    def _close_keyboard(self) -> None:
        if self.keyboard is not None:
            self.keyboard.hide()
        self.search.clearFocus()
        self._rows = ROWS
        self._search()

    def _turn(self) -> None:
        self._page += 1
        self._show()

    def _found(self) -> list[StaffMember]:
        wanted = self.search.text().casefold().split()
        return [each for each in self._people if all(word in each.name.casefold() for word in wanted)]

    def _show(self) -> None:
        found = self._found()
        size = self._columns * self._rows
        pages = max(1, math.ceil(len(found) / size))
        self._page %= pages
        self.more.setVisible(pages > 1)
        shown = found[self._page * size : (self._page + 1) * size]
        if list(self.tiles) != [each.staff_id for each in shown]:
            self._place(shown)
        for member in shown:
            tile = self.tiles[member.staff_id]
            tile.show_words(f"{member.name}\n{role_word(member.role)}", f"{member.name}, {role_word(member.role)}")
            tile.show_role("tile-chosen" if member.staff_id == self.chosen_id else "tile")

    def _place(self, shown: Sequence[StaffMember]) -> None:
        for tile in self.tiles.values():
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = {}
        for place, member in enumerate(shown):
            tile = DeskButton(self._metrics, "tile", lines=2, height_u=TILE_U)
            tile.words.elides = True
            tile.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            tile.clicked.connect(lambda _=False, who=member: self._tell(who))
            self._grid.addWidget(tile, place // self._columns, place % self._columns)
            self.tiles[member.staff_id] = tile

    def _tell(self, who: StaffMember) -> None:
        self._close_keyboard()
        self.choose(who.staff_id)
        self.chosen.emit(who)
