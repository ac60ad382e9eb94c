"""Questions that take the page's place until they are answered: which department, why, which class."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from kiosk.model.opd import Department
from kiosk.model.token import Priority
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.words import priority_word
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, department_icon

translate = QCoreApplication.translate

_REASONS = (
    QT_TRANSLATE_NOOP("Desk", "Patient has left"),
    QT_TRANSLATE_NOOP("Desk", "Issued by mistake"),
    QT_TRANSLATE_NOOP("Desk", "Second token of the same patient"),
    QT_TRANSLATE_NOOP("Desk", "Doctor is absent"),
    QT_TRANSLATE_NOOP("Desk", "Other reason"),
)
REASONS = tuple(str(each) for each in _REASONS)  # PySide's stubs call each of them an object
"""Events carry the English words: reports of several hospitals are read together."""
_PRIORITY_ICONS = {Priority.EMERGENCY: "emergency", Priority.ROUTINE: "queue"}


class Question(QWidget):
    """A title, a way back, and tiles. Signals: ``answered`` with a tile's value; ``left`` without an answer."""

    answered = Signal(object)
    left = Signal()

    def __init__(self, metrics: Metrics, icons: Mapping[str, str], columns: int) -> None:
        """``icons`` by value."""
        super().__init__()
        self.title = PlainLabel("title", elides=True)
        self.back = DeskButton(metrics, "plain", icon="back", icon_u=3.2)
        self.back.clicked.connect(self.left)
        self.tiles = {value: self._tile(metrics, value, name) for value, name in icons.items()}
        grid = QGridLayout()
        grid.setSpacing(metrics.px(1.6))
        for place, tile in enumerate(self.tiles.values()):
            grid.addWidget(tile, place // columns, place % columns)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        top = line_up(metrics, ACROSS, (self.title, 1), self.back, gap_u=2)
        self.setLayout(line_up(metrics, DOWN, top, grid, 1, gap_u=3, edge_u=2))

    def ask(self, title: str, words: Mapping[str, str], asleep: str = "") -> None:
        """``asleep`` is the value that cannot be chosen, as it is so already."""
        self.title.setText(title)
        self.back.show_words(translate("Desk", "Back"))
        self.show_words(words)
        for value, tile in self.tiles.items():
            tile.wake(value != asleep, "tile")

    def show_words(self, words: Mapping[str, str]) -> None:
        for value, tile in self.tiles.items():
            tile.show_words(words.get(value, value))

    def _tile(self, metrics: Metrics, value: str, name: str) -> DeskButton:
        tile = DeskButton(metrics, "tile", icon=name, icon_u=5, lines=2, height_u=11)
        tile.words.elides = True
        tile.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        tile.clicked.connect(lambda: self.answered.emit(value))
        return tile


def department_question(metrics: Metrics, departments: Sequence[Department], others: Sequence[str] = ()) -> Question:
    """Answered with a code, or with one of ``others``."""
    icons = dict.fromkeys(others, "queue") | {each.code: department_icon(each.code) for each in departments}
    return Question(metrics, icons, 3 if len(icons) <= 18 else 4)


def department_names(departments: Sequence[Department], language: str, local: datetime | None = None) -> dict[str, str]:
    """By code; of those that are closed at ``local`` the name says so."""
    return {each.code: department_name(each, language, local) for each in departments}


def department_name(department: Department, language: str, local: datetime | None) -> str:
    name = department.name(language)
    if local is None or department.is_open(local):
        return name
    return translate("WalkIn", "{department} (closed)").format(department=name)


def reason_question(metrics: Metrics) -> Question:
    """Answered with the reason in English."""
    return Question(metrics, dict.fromkeys(REASONS, "next"), 2)


def reason_words() -> dict[str, str]:
    return {reason: translate("Desk", reason) for reason in REASONS}


def priority_question(metrics: Metrics) -> Question:
    """Answered with the value of a Priority."""
    return Question(metrics, {each.value: _PRIORITY_ICONS.get(each, "priority") for each in Priority}, 2)


def priority_words() -> dict[str, str]:
    return {each.value: priority_word(each) for each in Priority}
