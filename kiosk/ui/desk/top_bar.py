"""The bar above the desk's pages: the pages, who works where, the language, the way out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedLayout, QWidget

from kiosk.model.staff import Right
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up, panel, picture
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics
from kiosk.ui.translation import OWN_NAMES

translate = QCoreApplication.translate

HEIGHT_U = 8.4


@dataclass(frozen=True)
class Tab:
    """How a page is called in the bar. ``words`` is a source text of the context Desk; ``right`` is what it needs."""

    name: str
    icon: str
    words: str
    right: Right = Right.SEE


class TopBar(QFrame):
    """Signals: ``page_wished`` with a tab's name."""

    page_wished = Signal(str)

    def __init__(self, metrics: Metrics, session: DeskSession, tabs: Sequence[Tab]) -> None:
        super().__init__()
        self.setProperty("role", "top")
        self.setFixedHeight(metrics.px(HEIGHT_U))
        self._session, self._tabs = session, tuple(tabs)
        self._chosen, self._left_s = "", 0
        self._counts: dict[str, int] = {}
        self.tabs = {tab.name: self._tab(metrics, tab) for tab in tabs}
        self._who = PlainLabel("top-name", elides=True)
        self._where = PlainLabel("top-small", elides=True)
        self.place = DeskButton(metrics, "top-button", icon="door", icon_u=3, height_u=5.9, tight=True)
        self.place.clicked.connect(session.leave_place)
        self.language = DeskButton(metrics, "top-button", icon="globe", icon_u=3, height_u=5.9)
        self.language.clicked.connect(self._next_language)
        self.sign_out = DeskButton(metrics, "top-button", icon="sign-out", icon_u=3, height_u=5.9)
        self.sign_out.clicked.connect(session.sign_out)
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._count_down)
        session.idle_warned.connect(self._warn)
        self._arrange(metrics)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Whoever touches the warning stays; there is nothing else to do for it."""
        event.accept()

    def redraw(self, chosen: str) -> None:
        """``chosen`` is the page shown."""
        self._chosen = chosen
        session = self._session
        for tab in self._tabs:
            button, count = self.tabs[tab.name], self._counts.get(tab.name, 0)
            words = translate("Desk", tab.words)
            button.show_words(f"{words} ({count})" if count else words)
            button.setVisible(session.post is not None and session.may(tab.right))
            button.show_role("tab-chosen" if tab.name == chosen else "tab-count" if count else "tab")
        self._show_who()
        following = session.languages[(session.languages.index(session.language) + 1) % len(session.languages)]
        self.language.show_words(OWN_NAMES.get(following, following))
        self.language.setVisible(len(session.languages) > 1)
        self.sign_out.show_words(translate("Desk", "Sign out"))
        self.sign_out.setVisible(session.who is not None)
        self.place.show_words("", translate("Desk", "Change room and departments"))
        self.place.setVisible(session.who is not None and session.place is not None)

    def show_count(self, name: str, count: int) -> None:
        """How many things wait on a page; 0 shows none."""
        self._counts[name] = count
        self.redraw(self._chosen)

    def _show_who(self) -> None:
        session = self._session
        words = translate("Desk", "Signing out in {count} s: touch the screen to stay")
        self._warning.setText(words.format(count=self._left_s) if self._left_s else "")
        self._layers.setCurrentIndex(1 if self._left_s else 0)
        self._who.setText(session.who.name if session.who is not None else session.facility.name(session.language))
        self._where.setText(self._place_words())
        self._where.setVisible(bool(self._where.text()))

    def _place_words(self) -> str:
        post = self._session.post
        if post is None:
            return translate("Desk", "Front desk")
        facility, language = self._session.facility, self._session.language
        names = [each.name(language) for each in facility.departments if each.code in post.departments]
        shown = (
            ", ".join(names) if len(names) <= 2 else translate("Desk", "{count} departments").format(count=len(names))
        )
        if not post.room:
            return translate("Desk", "Registration")
        return translate("Desk", "Room {room} · {departments}").format(room=post.room, departments=shown)

    def _warn(self, seconds: float) -> None:
        self._left_s = math.ceil(seconds)
        if self._left_s:
            self._second.start()
        else:
            self._second.stop()
        self._show_who()

    def _count_down(self) -> None:
        self._left_s = max(1, self._left_s - 1)
        self._show_who()

    def _next_language(self) -> None:
        session = self._session
        place = session.languages.index(session.language) + 1
        session.choose_language(session.languages[place % len(session.languages)])

    def _tab(self, metrics: Metrics, tab: Tab) -> DeskButton:
        button = DeskButton(metrics, "tab", icon=tab.icon, icon_u=3.4, height_u=6.6)
        button.clicked.connect(lambda: self.page_wished.emit(tab.name))
        return button

    def _arrange(self, metrics: Metrics) -> None:
        for label in (self._who, self._where):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        names = line_up(metrics, DOWN, 1, self._who, self._where, 1, gap_u=0)
        emblem = picture(metrics, "emblem", 5.6, 5.6)
        tabs = line_up(metrics, ACROSS, *self.tabs.values(), gap_u=1)
        ends = line_up(metrics, ACROSS, self.place, self.language, self.sign_out, gap_u=1)
        usual = QWidget()
        usual.setLayout(line_up(metrics, ACROSS, emblem, tabs, (names, 1), ends, gap_u=1.4, edge_u=0.9))
        self._warning = PlainLabel("idle-words", align=CENTRE)
        clock = icon(metrics, "hourglass", 4.4, "warning")
        banner = panel("idle", line_up(metrics, ACROSS, 1, clock, self._warning, 1, gap_u=2))
        self._layers = QStackedLayout(self)
        for layer in (usual, banner):
            self._layers.addWidget(layer)
