"""How the desk is, at the foot of its window: an icon, a word and a colour each; a touch says what to do."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from kiosk.model.health import Item, Level, Part
from kiosk.ui.arrange import ACROSS, icon, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.health_words import ICONS, advice, short_words
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics

LOOK_MS = 5000
SHOWN_MS = 15_000
_ROLES = {Level.GOOD: "health", Level.NOTICE: "health-notice", Level.BAD: "health-bad"}


class HealthWatch(QObject):
    """Asks every few seconds, where the store is read; the session tells whoever shows it."""

    def __init__(self, session: DeskSession, look: Callable[[], tuple[Item, ...]], *, every_ms: int = LOOK_MS) -> None:
        super().__init__(session)
        self._session, self._look = session, look
        self._again = QTimer(self, interval=every_ms)
        self._again.timeout.connect(self.ask)
        self._again.start()
        self.ask()

    def ask(self) -> None:
        self._session.send(self._look, self._session.tell_health)


class HealthLine(QWidget):
    """One button for each part that this desk has."""

    def __init__(self, metrics: Metrics, session: DeskSession) -> None:
        super().__init__()
        self._metrics = metrics
        self._items: dict[Part, Item] = {}
        self.buttons: dict[Part, DeskButton] = {}
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(metrics.px(0.6))
        self.bubble: Bubble | None = None
        session.health_changed.connect(self.show_items)

    def show_items(self, items: Sequence[Item]) -> None:
        self._items = {item.part: item for item in items}
        for part in self._items:
            if part not in self.buttons:
                self.buttons[part] = self._button(part)
                self._box.addWidget(self.buttons[part])
        self.redraw()

    def redraw(self) -> None:
        for part, button in self.buttons.items():
            item = self._items.get(part)
            button.setVisible(item is not None)
            if item is not None:
                button.show_words(short_words(item), f"{short_words(item)}. {advice(item)}")
                button.show_role(_ROLES[item.level])
                button.picture.show_icon(ICONS[part] if item.level is Level.GOOD else "warning")

    def tell(self, part: Part) -> None:
        """Say what to do, above the line, until somebody touches it or for a while."""
        self.hush()
        self.bubble = Bubble(self._metrics, self.window(), advice(self._items[part]))
        foot = self.buttons[part].mapTo(self.window(), QPoint(0, 0))
        self.bubble.stand_on(self.window(), foot)

    def hush(self) -> None:
        if self.bubble is not None:
            self.bubble.hide()
            self.bubble.deleteLater()
            self.bubble = None

    def _button(self, part: Part) -> DeskButton:
        button = DeskButton(self._metrics, "health", icon=ICONS[part], icon_u=2.8, height_u=5.9, tight=True)
        button.clicked.connect(lambda: self.tell(part))
        return button


class Bubble(QFrame):
    """A sentence that lies over the page."""

    def __init__(self, metrics: Metrics, window: QWidget, text: str) -> None:
        super().__init__(window)
        self.setProperty("role", "bubble")
        self._words = PlainLabel("strong", lines=4, text=text)
        self.setLayout(line_up(metrics, ACROSS, icon(metrics, "info", 5), (self._words, 1), gap_u=1.6, edge_u=2))
        self.setFixedSize(metrics.px(90), metrics.px(20))
        self._over = QTimer(self, interval=SHOWN_MS, singleShot=True)
        self._over.timeout.connect(self.hide)

    @property
    def text(self) -> str:
        return self._words.text()

    def stand_on(self, window: QWidget, foot: QPoint) -> None:
        """Above ``foot``, within ``window``."""
        left = max(0, min(foot.x(), window.width() - self.width()))
        self.move(left, max(0, foot.y() - self.height() - 4))
        self.show()
        self.raise_()
        self._over.start()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.hide()
