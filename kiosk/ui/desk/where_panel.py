"""Where a walk-in goes, how urgently, and in which language the slip speaks."""

import math
from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from kiosk.model.opd import Department, Facility
from kiosk.model.token import Priority
from kiosk.ui.arrange import ACROSS, DOWN, line_up, panel
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.choices import Choices
from kiosk.ui.desk.questions import department_name
from kiosk.ui.desk.words import priority_word
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, department_icon

translate = QCoreApplication.translate

COLUMNS, ROWS = 4, 3
PAGE = COLUMNS * ROWS
OWN_NAMES = {"en": "English", "hi": "हिन्दी", "gu": "ગુજરાતી"}
SLIP_LANGUAGES = tuple(OWN_NAMES)
"""As many as stand side by side; slips have words in more."""
_ICONS = {
    Priority.ROUTINE: "queue",
    Priority.ELDERLY: "",
    Priority.PREGNANT: "",
    Priority.INFANT: "",
    Priority.DISABILITY: "",
    Priority.EMERGENCY: "emergency",
}


class WherePanel(QWidget):
    """Signals: ``issue_wished``; ``changed`` when something else was chosen."""

    issue_wished = Signal()
    changed = Signal()

    def __init__(self, metrics: Metrics, facility: Facility) -> None:
        super().__init__()
        self._metrics, self._facility = metrics, facility
        self._own: tuple[str, ...] = ()
        self._page = 0
        self._priority_by_age = Priority.ROUTINE
        self._priority_is_said = False
        self.department: str | None = None
        self.tiles: dict[str, DeskButton] = {}
        self._grid = QGridLayout()
        self._grid.setSpacing(metrics.px(0.8))
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        for row in range(ROWS):
            self._grid.setRowStretch(row, 1)
        self._titles = [PlainLabel("strong"), PlainLabel("caption"), PlainLabel("caption")]
        self.more = DeskButton(metrics, "plain", icon="next", icon_u=3, height_u=5.9)
        self.more.clicked.connect(self._turn)
        self.priorities: Choices[Priority] = Choices(metrics, _ICONS, columns=3, height_u=6.6)
        self.priorities.chosen.connect(self._say_priority)
        self.languages: Choices[str] = Choices(metrics, dict.fromkeys(SLIP_LANGUAGES, ""), columns=len(SLIP_LANGUAGES))
        self.languages.show_words(OWN_NAMES)
        self.languages.chosen.connect(self.changed)
        self.issue = DeskButton(metrics, "call-next", icon="slip", icon_u=5, height_u=10.5)
        self.issue.clicked.connect(self.issue_wished)
        self._arrange()

    @property
    def priority(self) -> Priority:
        return self.priorities.value or Priority.ROUTINE

    def begin(self, own: Sequence[str], language: str) -> None:
        """For the next patient: of the desk's own departments, the only one is chosen."""
        self._own = tuple(own)
        self.department = self._own[0] if len(self._own) == 1 else None
        self._page, self._priority_is_said = 0, False
        self._priority_by_age = Priority.ROUTINE
        self.priorities.choose(Priority.ROUTINE)
        self.languages.choose(language if language in SLIP_LANGUAGES else SLIP_LANGUAGES[0])

    def take_over(self, before: "WherePanel") -> None:
        """What was chosen in another panel."""
        self.department, self._page = before.department, before._page
        self._priority_by_age, self._priority_is_said = before._priority_by_age, before._priority_is_said
        self.priorities.choose(before.priority)
        self.languages.choose(before.languages.value)

    def suggest(self, priority: Priority) -> None:
        """What follows from the age, until somebody says otherwise."""
        self._priority_by_age = priority
        if not self._priority_is_said:
            self.priorities.choose(priority)

    def show_facility(self, facility: Facility, local: datetime, language: str) -> None:
        """The desk's own departments first; those that are closed now say so."""
        self._facility = facility
        own = [each for each in facility.departments if each.code in self._own]
        offered = own + [each for each in facility.departments if each.code not in self._own]
        pages = max(1, math.ceil(len(offered) / PAGE))
        self._page %= pages
        self.more.setVisible(pages > 1)
        shown = offered[self._page * PAGE : (self._page + 1) * PAGE]
        if list(self.tiles) != [each.code for each in shown]:
            self._place(shown)
        for department in shown:
            self._show_tile(department, local, language)
        self._redraw()

    def wake(self, is_awake: bool) -> None:
        """Whether a token can be asked for now."""
        can = is_awake and self.department is not None
        self.issue.setEnabled(can)
        self.issue.show_role("call-next" if can else "call-next-off")

    def _show_tile(self, department: Department, local: datetime, language: str) -> None:
        tile = self.tiles[department.code]
        tile.show_words(department_name(department, language, local))
        tile.show_role("tile-chosen" if department.code == self.department else "tile")

    def _redraw(self) -> None:
        words = (
            translate("WalkIn", "Which department?"),
            translate("WalkIn", "Priority"),
            translate("WalkIn", "Slip in"),
        )
        for label, text in zip(self._titles, words, strict=True):
            label.setText(text)
        self.more.show_words(translate("Desk", "More"))
        self.priorities.show_words({each: priority_word(each) for each in _ICONS})
        self.issue.show_words(translate("WalkIn", "Give token"))

    def _choose(self, code: str) -> None:
        self.department = code
        for each, tile in self.tiles.items():
            tile.show_role("tile-chosen" if each == code else "tile")
        self.changed.emit()

    def _say_priority(self) -> None:
        self._priority_is_said = self.priorities.value is not self._priority_by_age
        self.changed.emit()

    def _turn(self) -> None:
        self._page += 1
        self.changed.emit()

    def _place(self, shown: Sequence[Department]) -> None:
        for tile in self.tiles.values():
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = {}
        for place, department in enumerate(shown):
            tile = DeskButton(
                self._metrics,
                "tile",
                icon=department_icon(department.code),
                icon_u=4.4,
                lines=2,
                height_u=8,
                tight=True,
            )
            tile.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            tile.setMaximumHeight(self._metrics.px(13))
            tile.clicked.connect(lambda _=False, code=department.code: self._choose(code))
            self._grid.addWidget(tile, place // COLUMNS, place % COLUMNS)
            self.tiles[department.code] = tile

    def _arrange(self) -> None:
        metrics = self._metrics
        top = line_up(metrics, ACROSS, (self._titles[0], 1), self.more, gap_u=1)
        left = panel("panel", line_up(metrics, DOWN, top, (self._grid, 1), gap_u=0.8, edge_u=1.2))
        urgency = line_up(metrics, DOWN, self._titles[1], self.priorities.grid, gap_u=0.2)
        language = line_up(metrics, DOWN, self._titles[2], self.languages.grid, gap_u=0.2)
        right = panel(
            "panel", line_up(metrics, DOWN, urgency, language, (QWidget(), 1), self.issue, gap_u=0.8, edge_u=1.2)
        )
        right.setFixedWidth(metrics.px(66))
        self.setLayout(line_up(metrics, ACROSS, (left, 1), right, gap_u=1.4))
