"""A text field of the desk's forms, with its caption."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from kiosk.ui.arrange import DOWN, line_up
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, families, show_role

HEIGHT_U = 6.2
"""As in the style sheet, for what stands beside it."""


class Entry(QWidget):
    """Signals: ``changed`` with every letter; ``entered`` when the cursor comes in, True by a finger."""

    changed = Signal()
    entered = Signal(bool)

    def __init__(self, metrics: Metrics, longest: int, *, is_number: bool = False) -> None:
        super().__init__()
        self.is_number = is_number
        self.caption = PlainLabel("caption")
        self.edit = _Edit()
        self.edit.setMaxLength(longest)
        self.edit.setProperty("role", "entry")
        self.edit.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.edit.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.edit.textChanged.connect(self._follow)
        self.edit.entered.connect(self.entered)
        self.setLayout(line_up(metrics, DOWN, self.caption, self.edit, gap_u=0.2))

    @property
    def text(self) -> str:
        return self.edit.text()

    def show_caption(self, text: str) -> None:
        self.caption.setText(text)
        self.edit.setAccessibleName(text)

    def show_fault(self, is_wrong: bool) -> None:
        show_role(self.edit, "entry-wrong" if is_wrong else "entry")

    def fill(self, text: str) -> None:
        self.edit.setText(text)

    def _follow(self, text: str) -> None:
        font = self.edit.font()
        font.setFamilies(families(text))
        self.edit.setFont(font)
        self.changed.emit()


class _Edit(QLineEdit):
    entered = Signal(bool)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.entered.emit(True)
