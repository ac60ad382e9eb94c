"""A keyboard on the screen for desks without one. It types into one text field by plain insertion."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QTextBoundaryFinder, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QStackedWidget, QWidget

from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.keyboards import Layout, load_layout, shown_key
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

GAP_U = 0.6
KEY_U = 5.9
"""45 px on a screen of 1366x768: 11 mm on a panel of 15.6 inches."""


class Keyboard(QWidget):
    """One board of keys for each script; ``aim`` says where they type. A real keyboard works beside it.

    Its keys take no focus, so that the field keeps its cursor.

    Signals:
        closed: somebody has touched "Done".
    """

    closed = Signal()

    def __init__(self, metrics: Metrics, layouts: Sequence[Layout]) -> None:
        super().__init__()
        self._field: QLineEdit | None = None
        self.boards = {layout.code: Board(metrics, layout) for layout in layouts}
        self.digits = Board(metrics, load_layout("digits"))
        self._pages = QStackedWidget()
        for board in (*self.boards.values(), self.digits):
            board.typed.connect(self._type)
            self._pages.addWidget(board)
        self.scripts = {layout.code: self._script_button(metrics, layout) for layout in layouts}
        self.capitals = DeskButton(metrics, "plain", height_u=KEY_U, tight=True)
        self.capitals.show_words("A/a")
        self.capitals.clicked.connect(lambda: self._show_case(not self._latin.is_capital))
        self.blank = DeskButton(metrics, "key-wide", height_u=KEY_U)
        self.blank.clicked.connect(lambda: self._type(" "))
        self.erase = DeskButton(metrics, "key-wide", icon="backspace", height_u=KEY_U)
        self.erase.clicked.connect(self._erase)
        self.done = DeskButton(metrics, "primary", icon="tick", height_u=KEY_U, tight=True)
        self.done.clicked.connect(self.closed)
        scripts = list(self.scripts.values()) if len(layouts) > 1 else []
        shares = [(button, 3) for button in (*scripts, self.capitals)]
        bottom = line_up(metrics, ACROSS, *shares, (self.blank, 9), (self.erase, 4), (self.done, 4), gap_u=GAP_U)
        self.setLayout(line_up(metrics, DOWN, (self._pages, 1), bottom, gap_u=GAP_U))
        self.choose(layouts[0].code)

    def redraw(self) -> None:
        self.blank.show_words(translate("Keyboard", "space"))
        self.erase.show_words("", translate("Keyboard", "Delete the last letter"))
        self.done.show_words(translate("Keyboard", "Done"))

    def aim(self, field: QLineEdit, *, digits: bool = False) -> None:
        """Type into ``field`` from now on, with the board that it needs."""
        self._field = field
        self._pages.setCurrentWidget(self.digits if digits else self.boards[self.script])
        for button in (*self.scripts.values(), self.capitals, self.blank):
            button.setVisible(not digits)
        self.capitals.setVisible(not digits and self.boards[self.script].layout_shown.has_cases)
        self._follow_case()

    def choose(self, script: str) -> None:
        """Show the keys of a script; the field stays."""
        self.script = script
        board = self.boards[script]
        self._pages.setCurrentWidget(board)
        self.capitals.setVisible(board.layout_shown.has_cases)
        for code, button in self.scripts.items():
            button.show_role("chosen" if code == script else "plain")
        self._follow_case()

    @property
    def _latin(self) -> "Board":
        return next(board for board in self.boards.values() if board.layout_shown.has_cases)

    def _type(self, text: str) -> None:
        if self._field is not None:
            self._field.insert(text)
            self._field.setFocus()
            self._follow_case()

    def _erase(self) -> None:
        if self._field is not None:
            erase_letter(self._field)
            self._field.setFocus()
            self._follow_case()

    def _follow_case(self) -> None:
        """Names begin with capitals."""
        before = self._field.text()[: self._field.cursorPosition()] if self._field is not None else ""
        self._show_case(not before or before[-1] in " .-")

    def _show_case(self, is_capital: bool) -> None:
        self._latin.show_case(is_capital)
        self.capitals.show_role("chosen" if is_capital else "plain")

    def _script_button(self, metrics: Metrics, layout: Layout) -> DeskButton:
        button = DeskButton(metrics, "plain", height_u=KEY_U, tight=True)
        button.show_words(layout.name)
        button.clicked.connect(lambda: self.choose(layout.code))
        return button


class Board(QWidget):
    """The keys of one script.

    Signals:
        typed: the text of a key.
    """

    typed = Signal(str)

    def __init__(self, metrics: Metrics, layout: Layout) -> None:
        super().__init__()
        self.layout_shown = layout
        self.is_capital = True
        self.keys: dict[str, DeskButton] = {}
        rows = [self._row(metrics, keys) for keys in layout.rows]
        self.setLayout(line_up(metrics, DOWN, *((row, 1) for row in rows), gap_u=GAP_U))

    def show_case(self, is_capital: bool) -> None:
        if self.layout_shown.has_cases and is_capital != self.is_capital:
            self.is_capital = is_capital
            for key, button in self.keys.items():
                button.show_words(key if is_capital else key.lower())

    def _row(self, metrics: Metrics, keys: Sequence[str]) -> QGridLayout:
        """Shorter rows stand in the middle, their keys as wide as all others, in half columns."""
        row = QGridLayout()
        row.setSpacing(metrics.px(GAP_U))
        columns = self.layout_shown.columns
        start = columns - len(keys)
        for place, key in enumerate(reversed(keys) if self.layout_shown.right_to_left else keys):
            row.addWidget(self._key(metrics, key), 0, start + place * 2, 1, 2)
        for column in range(columns * 2):
            row.setColumnStretch(column, 1)
        return row

    def _key(self, metrics: Metrics, key: str) -> DeskButton:
        button = DeskButton(metrics, "key-letter", height_u=KEY_U, tight=True)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        button.show_words(shown_key(key))
        button.clicked.connect(lambda: self.typed.emit(key if self.is_capital else key.lower()))
        self.keys[key] = button
        return button


def erase_letter(field: QLineEdit) -> None:
    """Delete what is selected, or what a reader takes for the last letter: with all its signs."""
    if field.hasSelectedText():
        field.del_()
        return
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, field.text())
    cursor = field.cursorPosition()
    finder.setPosition(cursor)
    start = finder.toPreviousBoundary()
    if start >= 0:
        field.setSelection(start, cursor - start)
        field.del_()
