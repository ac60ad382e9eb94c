"""The desk's one window: who works here, where, and the pages on which they do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLayout, QStackedWidget, QVBoxLayout, QWidget

from kiosk.model.patient import Patient
from kiosk.model.staff import Right
from kiosk.ui.desk.metrics import desk_metrics
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.place_page import PlacePage
from kiosk.ui.desk.queue_page import QueuePage
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.sign_in import SignInPage
from kiosk.ui.desk.status_line import StatusLine
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.desk.top_bar import Tab, TopBar
from kiosk.ui.theme import Metrics, style_sheet
from kiosk.ui.translation import Translation

QUEUE, SLIPS = "queue", "slips"
FIRST_SIZE = QSize(1366, 768)
SIGN_IN, PLACE = "sign_in", "place"
_TOUCHES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.KeyPress, QEvent.Type.Wheel})


@dataclass(frozen=True)
class PageKind:
    """A page with a tab."""

    tab: Tab
    make: Callable[[Metrics, DeskSession], Page]


def page_kind(
    name: str, icon: str, words: object, make: Callable[[Metrics, DeskSession], Page], right: Right = Right.SEE
) -> PageKind:
    """The words are str, but PySide's stubs call what QT_TRANSLATE_NOOP returns an object."""
    return PageKind(Tab(name, icon, str(words), right), make)


QUEUE_KIND = page_kind(QUEUE, "queue", QT_TRANSLATE_NOOP("Desk", "Queue"), QueuePage)


class DeskWindow(QWidget):
    """Shows sign-in, then the choice of a place where there is none, then the pages."""

    def __init__(
        self,
        session: DeskSession,
        translation: Translation,
        kinds: Sequence[PageKind] = (QUEUE_KIND,),
        today: DeskToday | None = None,
    ) -> None:
        """``kinds`` are the pages of who is signed in, in the order of their tabs."""
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._kinds, self._today = tuple(kinds), today
        self.session = session
        self._translation = translation
        self._metrics = desk_metrics(FIRST_SIZE.width(), FIRST_SIZE.height())
        self._shown = SIGN_IN
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._root = QWidget()
        self.pages: dict[str, Page] = {}
        translation.use(session.language)
        session.signed_out.connect(self._forget)
        session.post_changed.connect(lambda _post: self._follow())
        session.language_changed.connect(self._speak)
        session.slips_changed.connect(self._follow_slips)
        self.resize(FIRST_SIZE)
        self._build(self._metrics)

    def show_page(self, name: str) -> None:
        """Bring a page up."""
        self._shown = name
        self._stack.setCurrentWidget(self.pages[name])
        self.pages[name].redraw()
        self.top.redraw(name)

    def show_token(self, token_id: str) -> None:
        """Bring up a token of today that was scanned."""
        page = self.pages.get(QUEUE)
        if isinstance(page, QueuePage):
            self.show_page(QUEUE)
            page.show_token(token_id)

    def show_newcomer(self, patient: Patient) -> None:
        """The card of somebody without a token was scanned: the page that gives one comes up, filled in."""
        for name, page in self.pages.items():
            if page.take_newcomer(patient):
                self.show_page(name)
                break

    @property
    def page_shown(self) -> Page:
        return self.pages[self._shown]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Touches on their way to the widgets: somebody is there."""
        if event.type() in _TOUCHES:
            self.session.touch()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        metrics = desk_metrics(self.width(), self.height())
        if metrics != self._metrics:
            self._metrics = metrics
            self._build(metrics)

    # --- news --------------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """To the page that fits who works here, and where."""
        session = self.session
        if session.who is None:
            self.show_page(SIGN_IN)
        elif session.post is None:
            self._make_place_page()
            self.show_page(PLACE)
        else:
            for page in self.pages.values():
                page.fill()
            self.show_page(self._shown if self._shown not in (SIGN_IN, PLACE) else self._kinds[0].tab.name)

    def _forget(self) -> None:
        for page in self.pages.values():
            page.forget()
        self.show_page(SIGN_IN)

    def _follow_slips(self, _slips: object) -> None:
        self._count_slips()

    def _count_slips(self) -> None:
        """In sight on every page, until somebody has dealt with them."""
        self.top.show_count(SLIPS, len(self.session.slips))

    def _speak(self, language: str) -> None:
        self._translation.use(language)
        self.page_shown.redraw()
        self.top.redraw(self._shown)
        self.status.redraw()

    # --- building ----------------------------------------------------------------------------------------------------

    def _build(self, metrics: Metrics) -> None:
        """All pages anew at this size."""
        self._root.hide()
        self._root.deleteLater()
        self.setStyleSheet(style_sheet(metrics, "desk"))
        self._root = QWidget()
        self.top = TopBar(metrics, self.session, [kind.tab for kind in self._kinds])
        self.top.page_wished.connect(self.show_page)
        self.status = StatusLine(metrics, self.session)
        self._stack = QStackedWidget()
        before = self.pages
        self.pages = {SIGN_IN: SignInPage(metrics, self.session)}
        self.pages |= {kind.tab.name: kind.make(metrics, self.session) for kind in self._kinds}
        for page in self.pages.values():
            self._stack.addWidget(page)
        inner = QVBoxLayout(self._root)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.top)
        inner.addWidget(self._stack, 1)
        inner.addWidget(self.status)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._root)
        self.status.redraw()
        self._count_slips()
        self._follow()
        for name in before.keys() & self.pages.keys():
            self.pages[name].take_over(before[name])

    def _make_place_page(self) -> None:
        """Made for who is signed in: it offers their departments."""
        old = self.pages.pop(PLACE, None)
        if old is not None:
            self._stack.removeWidget(old)
            old.deleteLater()
        self.pages[PLACE] = PlacePage(self._metrics, self.session, self._today)
        self._stack.addWidget(self.pages[PLACE])
