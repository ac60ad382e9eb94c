"""Where this desk stands: the room that patients are called to, and the departments whose queues it serves."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from kiosk.model.moves import MAX_ROOM
from kiosk.model.opd import Department, Facility
from kiosk.ui.arrange import ACROSS, DOWN, line_up, panel
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.digit_pad import DigitPad
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.questions import department_names
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, department_icon

translate = QCoreApplication.translate

COLUMNS = 3
MOST_TYPED = 4
"""Digits of a room that is in no list."""


class PlacePage(Page):
    """Departments are chosen by touching them, the room among theirs; another room's number can be typed."""

    def __init__(self, metrics: Metrics, session: DeskSession, today: DeskToday | None = None) -> None:
        super().__init__(metrics, session)
        self._today = today
        if today is not None:
            today.changed.connect(self.redraw)
            today.look()
        self._codes: set[str] = set()
        self._room, self._typed = "", ""
        self._titles = [PlainLabel("heading"), PlainLabel("heading")]
        self.departments = {each.code: self._tile(each) for each in self._offered()}
        self.rooms: dict[str, DeskButton] = {}
        self._room_grid = QGridLayout()
        self._room_grid.setSpacing(metrics.px(1.4))
        self._typed_label = PlainLabel("strong")
        self.pad = DigitPad(metrics)
        self.pad.typed.connect(self._type)
        self.pad.erased.connect(lambda: self._type(""))
        self.begin = DeskButton(metrics, "primary", icon="tick", height_u=10)
        self.begin.clicked.connect(self._begin)
        self._arrange()

    def redraw(self) -> None:
        for title, text in zip(
            self._titles,
            (translate("Desk", "Whose patients are called here?"), translate("Desk", "To which room?")),
            strict=True,
        ):
            title.setText(text)
        names = self._names()
        for code, tile in self.departments.items():
            tile.show_words(names[code])
            tile.show_role("tile-chosen" if code in self._codes else "tile")
        self._show_rooms()
        self.pad.redraw()
        typed = translate("Desk", "Another room: {number}").format(number=self._typed or "–")
        self._typed_label.setText(typed)
        self.begin.show_words(translate("Desk", "Begin"))
        self.begin.wake(bool(self._codes and self._room), "primary")

    def forget(self) -> None:
        self._codes, self._room, self._typed = set(), "", ""

    def _facility(self) -> Facility:
        """With what supervisors have closed for today."""
        return self._today.facility if self._today is not None else self.session.facility

    def _names(self) -> dict[str, str]:
        """By code; closed ones say so: whoever works there may have patients left."""
        facility, session = self._facility(), self.session
        return department_names(facility.departments, session.language, facility.local(session.clock.now()))

    def _offered(self) -> tuple[Department, ...]:
        """Somebody's own departments, or all."""
        who, all_of_them = self.session.who, self.session.facility.departments
        own = tuple(each for each in all_of_them if who is None or not who.departments or each.code in who.departments)
        return own or all_of_them

    def _choose(self, code: str) -> None:
        self._codes ^= {code}
        rooms = self._known_rooms()
        if not self._typed and self._room not in rooms:
            self._room = rooms[0] if len(rooms) == 1 else ""
        self.redraw()

    def _known_rooms(self) -> list[str]:
        chosen = [each for each in self.session.facility.departments if each.code in self._codes]
        return list(dict.fromkeys(room for department in chosen for room in department.rooms))

    def _closed_rooms(self) -> set[str]:
        """Of the departments chosen, the rooms that none of them has open."""
        chosen = [each for each in self._facility().departments if each.code in self._codes]
        opened = {room for department in chosen for room in department.open_rooms}
        return {room for department in chosen for room in department.closed_rooms} - opened

    def _choose_room(self, room: str) -> None:
        self._room, self._typed = room, ""
        self.redraw()

    def _type(self, digit: str) -> None:
        """An empty ``digit`` takes the last one back."""
        self._typed = (self._typed + digit)[:MOST_TYPED] if digit else self._typed[:-1]
        self._room = self._typed
        self.redraw()

    def _begin(self) -> None:
        codes = [each.code for each in self.session.facility.departments if each.code in self._codes]
        self.session.choose_place(self._room[:MAX_ROOM], codes)

    def _show_rooms(self) -> None:
        rooms = self._known_rooms()[: COLUMNS * 3]
        if list(self.rooms) != rooms:
            for tile in self.rooms.values():
                self._room_grid.removeWidget(tile)
                tile.hide()
                tile.deleteLater()
            self.rooms = {room: self._room_tile(room, place) for place, room in enumerate(rooms)}
        closed = self._closed_rooms()
        for room, tile in self.rooms.items():
            words = translate("Desk", "Room {room} (closed)") if room in closed else translate("Desk", "Room {room}")
            tile.show_words(words.format(room=room))
            tile.show_role("tile-chosen" if room == self._room and not self._typed else "tile")

    def _room_tile(self, room: str, place: int) -> DeskButton:
        tile = DeskButton(self.metrics, "tile", icon="door", height_u=9)
        tile.words.elides = True
        tile.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        tile.clicked.connect(lambda: self._choose_room(room))
        self._room_grid.addWidget(tile, place // COLUMNS, place % COLUMNS)
        return tile

    def _tile(self, department: Department) -> DeskButton:
        tile = DeskButton(self.metrics, "tile", icon=department_icon(department.code), icon_u=5, lines=2, height_u=10)
        tile.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        tile.clicked.connect(lambda: self._choose(department.code))
        return tile

    def _arrange(self) -> None:
        metrics = self.metrics
        grid = QGridLayout()
        grid.setSpacing(metrics.px(1.4))
        columns = 2 if len(self.departments) <= 12 else 3
        for place, tile in enumerate(self.departments.values()):
            grid.addWidget(tile, place // columns, place % columns)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        for column in range(COLUMNS):
            self._room_grid.setColumnStretch(column, 1)
        left = line_up(metrics, DOWN, self._titles[0], grid, 1, gap_u=2)
        typing = (self._typed_label, self.pad, self.begin)
        right = line_up(metrics, DOWN, self._titles[1], self._room_grid, 1, *typing, gap_u=1.6, edge_u=2)
        rooms = panel("panel", right)
        rooms.setFixedWidth(metrics.px(70))
        self.setLayout(line_up(metrics, ACROSS, (left, 1), rooms, gap_u=3, edge_u=3))
