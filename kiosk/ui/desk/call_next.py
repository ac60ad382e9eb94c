"""The button that calls, with a line that says who is next and why."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QCoreApplication, Qt

from kiosk.model.queue import CallingRule, Classes, lane_of, next_call
from kiosk.model.token import State, Token
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.words import lane_word, span
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics, show_role

translate = QCoreApplication.translate


class CallNextButton(DeskButton):
    """The largest button of the desk."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(metrics, "call-next", icon="call", icon_u=6, height_u=9.6)

    def show_next(self, token: Token | None, session: DeskSession) -> None:
        """``priority, waiting 42 min``, or nothing where nobody is known to wait."""
        self.why.setVisible(token is not None)
        if token is not None:
            lane = lane_word(lane_of(token, session.facility.classes))
            time = span(session.clock.now() - token.queued_at)
            self.why.setText(translate("Desk", "next: {lane}, waiting {time}").format(lane=lane, time=time))
            self.setAccessibleDescription(self.why.text())

    def show_role(self, role: str) -> None:
        super().show_role(role)
        show_role(self.why, f"{role}-why")

    def _arrange(self, metrics: Metrics, stacked: bool) -> None:
        self.why = PlainLabel("call-next-why", align=CENTRE)
        self.why.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = line_up(metrics, DOWN, 1, self.words, self.why, 1, gap_u=0)
        self.box = line_up(metrics, ACROSS, 1, self.picture, column, 1, gap_u=2, edge_u=0.3)
        self.setLayout(self.box)


def next_here(
    tokens: Sequence[Token], departments: Collection[str], rule: CallingRule, classes: Classes
) -> Token | None:
    """Who would be called now, as far as ``tokens``, all of today's, say."""
    here = [token for token in tokens if token.queue_department in departments]
    waiting = [token for token in here if token.state is State.WAITING]
    called = [token for token in here if token.called_at is not None]
    busy = [token.keys for token in tokens if token.state in (State.CALLED, State.SERVING)]
    return next_call(waiting, called, busy, rule, classes)
