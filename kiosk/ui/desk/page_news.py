"""The message bar of pages on which nothing can be undone."""

from collections.abc import Mapping

from kiosk.ui.desk.message_bar import MessageBar
from kiosk.ui.desk.sentences import sentence, tone_of
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.theme import Metrics


class PageNews(MessageBar):
    """Says what the session tells while its page is up."""

    def __init__(self, metrics: Metrics, session: DeskSession) -> None:
        super().__init__(metrics)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        session.told.connect(self._take)

    def redraw(self) -> None:
        """Without news there is nothing to see, only its place."""
        super().redraw()
        self.setVisible(bool(self.words.text()))

    def _take(self, code: str, details: Mapping[str, str]) -> None:
        page = self.parentWidget()
        if page is not None and page.isVisible():
            self.tell(tone_of(code), lambda: sentence(code, details))
