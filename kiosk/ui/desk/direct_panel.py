"""What a supervisor can say of one department now."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from kiosk.model.opd import Department
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, department_icon

translate = QCoreApplication.translate

MOST_ROOMS = 8


class DirectPanel(QFrame):
    """Signals: ``opening_wished`` with a room (empty: the department) and True, False or None (as planned);
    ``move_wished``, ``cancel_wished``: all who wait.
    """

    opening_wished = Signal(str, object)
    move_wished = Signal()
    cancel_wished = Signal()

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics
        self.setProperty("role", "panel")
        self._department: Department | None = None
        self._is_open = False
        self._sign = icon(metrics, "", 5)
        self._name = PlainLabel("heading", elides=True)
        self._state = PlainLabel("text", elides=True)
        self.toggle = DeskButton(metrics, "plain", icon="door", icon_u=3.2, height_u=6.6)
        self.toggle.clicked.connect(lambda: self.opening_wished.emit("", not self._is_open))
        self.planned = DeskButton(metrics, "plain", icon="clock", icon_u=3.2, height_u=6.6)
        self.planned.clicked.connect(lambda: self.opening_wished.emit("", None))
        self.move_all = DeskButton(metrics, "plain", icon="transfer", icon_u=3.2, height_u=6.6)
        self.move_all.clicked.connect(self.move_wished)
        self.cancel_all = DeskButton(metrics, "danger", icon="cancel", icon_u=3.2, height_u=6.6)
        self.cancel_all.clicked.connect(self.cancel_wished)
        self._rooms_title = PlainLabel("text")
        self.rooms: dict[str, DeskButton] = {}
        self._room_box = QHBoxLayout()
        self._room_box.setSpacing(metrics.px(1))
        names = line_up(metrics, DOWN, self._name, self._state, gap_u=0)
        acts = (self.toggle, self.planned, self.move_all, self.cancel_all)
        first = line_up(metrics, ACROSS, self._sign, (names, 1), *acts, gap_u=1.2)
        second = line_up(metrics, ACROSS, self._rooms_title, self._room_box, 1, gap_u=1.2)
        self.setLayout(line_up(metrics, DOWN, first, second, gap_u=1, edge_u=1.2))

    def show_department(
        self, department: Department | None, language: str, waiting: int, *, is_open: bool, is_busy: bool
    ) -> None:
        """None: no department is chosen."""
        self._department, self._is_open = department, is_open
        self._sign.show_icon(department_icon(department.code) if department else "info")
        hint = translate("Today", "Touch a department to open or close it, or to move its patients.")
        self._name.setText(department.name(language) if department else "")
        self._name.setVisible(department is not None)
        self._state.setText(_state(department, is_open=is_open) if department else hint)
        self.toggle.show_words(translate("Today", "Close now") if is_open else translate("Today", "Open now"))
        self.planned.show_words(translate("Today", "As planned"))
        self.move_all.show_words(translate("Today", "Move all waiting ({count})").format(count=waiting))
        self.cancel_all.show_words(translate("Today", "Cancel all waiting ({count})").format(count=waiting))
        is_there = department is not None
        for button in (self.toggle, self.planned, self.move_all, self.cancel_all):
            button.setVisible(is_there)
        can = is_there and not is_busy
        self.toggle.wake(can, "plain")
        self.planned.wake(can and department is not None and department.said_open is not None, "plain")
        self.move_all.wake(can and waiting > 0, "plain")
        self.cancel_all.wake(can and waiting > 0, "danger")
        self._show_rooms(department, is_busy=is_busy)

    def _show_rooms(self, department: Department | None, *, is_busy: bool) -> None:
        rooms = department.rooms[:MOST_ROOMS] if department is not None and len(department.rooms) > 1 else ()
        if list(self.rooms) != list(rooms):
            for button in self.rooms.values():
                self._room_box.removeWidget(button)
                button.hide()
                button.deleteLater()
            self.rooms = {room: self._room(room) for room in rooms}
        self._rooms_title.setText(translate("Today", "Rooms, touch to close or open:"))
        self._rooms_title.setVisible(bool(rooms))
        for room, button in self.rooms.items():
            is_open = department is not None and room in department.open_rooms
            name = translate("Desk", "Room {room}").format(room=room)
            button.show_words(name if is_open else translate("WalkIn", "{department} (closed)").format(department=name))
            button.wake(not is_busy, "chip-chosen" if is_open else "chip")

    def _room(self, room: str) -> DeskButton:
        button = DeskButton(self._metrics, "chip", height_u=5.9)
        button.clicked.connect(lambda: self._wish_room(room))
        self._room_box.addWidget(button)
        return button

    def _wish_room(self, room: str) -> None:
        """A room that was closed is open again when nothing is said of it any more."""
        is_open = self._department is not None and room in self._department.open_rooms
        self.opening_wished.emit(room, False if is_open else None)


def _state(department: Department, *, is_open: bool) -> str:
    if department.said_open is None:
        return translate("Today", "open as planned") if is_open else translate("Today", "closed as planned")
    return translate("Today", "opened for today") if is_open else translate("Today", "closed for today")
