"""The token at hand: its label very large, how it stands, and since when."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from kiosk.model.desk import DeskRow
from kiosk.model.token import State, Token
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.words import (
    STATE_ICONS,
    clock_time,
    day_words,
    label_words,
    priority_word,
    queue_words,
    span,
    state_word,
)
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, show_role

translate = QCoreApplication.translate

STRIP = 4
"""Tokens of this room that have a button; more are found in the list."""
_ROLES = {State.SERVING: "state-serving", State.HELD: "state-held"}


class TokenCard(QFrame):
    """One token, or that there is none."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.label = PlainLabel("token")
        self.label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self.label.setMinimumHeight(metrics.px(8))
        self._icon = icon(metrics, "", 4)
        self.state = PlainLabel("state", elides=True)
        self.details = PlainLabel("small-ink", lines=2, elides=True)
        state = line_up(metrics, ACROSS, self._icon, (self.state, 1), gap_u=1)
        words = line_up(metrics, DOWN, 1, state, self.details, 1, gap_u=0.3)
        self.setLayout(line_up(metrics, ACROSS, (self.label, 5), (words, 5), gap_u=1.4, edge_u=0.5))

    def show_row(self, row: DeskRow | None, session: DeskSession, waiting: int, visit: str) -> None:
        """``waiting`` is how many wait for this desk, told while no token is at hand; ``visit`` which visit it is."""
        if row is None:
            self._show_none(waiting)
            return
        token = row.token
        show_role(self.label, "token")
        self.label.setText(token.label)
        show_role(self.state, _ROLES.get(token.state, "state"))
        self.state.setText(state_word(token.state))
        self._icon.show_icon(STATE_ICONS[token.state])
        self.details.setText(_details(token, session, visit))
        self.details.show()

    def _show_none(self, waiting: int) -> None:
        show_role(self.label, "token-none")
        self.label.setText(translate("Desk", "Nobody called"))
        show_role(self.state, "state")
        self._icon.show_icon("people")
        words = translate("Desk", "{count} waiting") if waiting else translate("Desk", "Nobody is waiting")
        self.state.setText(words.format(count=waiting))
        self.details.hide()


class RoomStrip(QWidget):
    """The tokens of this room, where there are several. Signals: ``chosen`` with a token's id."""

    chosen = Signal(str)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._ids: list[str] = []
        self.chips = [self._chip(metrics, place) for place in range(STRIP)]
        self.setLayout(line_up(metrics, ACROSS, *[(chip, 1) for chip in self.chips], gap_u=0.8))

    def show_rows(self, session: DeskSession, at_hand: str) -> None:
        rows = session.current
        self._ids = [row.token.token_id for row in rows]
        self.setVisible(len(rows) > 1 or bool(rows and not at_hand))
        for chip in self.chips[len(rows) :]:
            chip.hide()
        for chip, row in zip(self.chips, rows, strict=False):
            chip.show()
            chip.picture.show_icon(STATE_ICONS[row.token.state])
            label = label_words(row.token, is_over=session.is_over(row.token))
            chip.show_words(label, f"{label}, {state_word(row.token.state)}")
            chip.show_role("chip-chosen" if row.token.token_id == at_hand else "chip")

    def _chip(self, metrics: Metrics, place: int) -> DeskButton:
        chip = DeskButton(metrics, "chip", icon="hold", icon_u=2.6, height_u=5.9, tight=True)
        chip.clicked.connect(lambda: self.chosen.emit(self._ids[place]))
        return chip


def _details(token: Token, session: DeskSession, visit: str) -> str:
    """Department, class and waiting; then when it was called, and how often."""
    serves_one = session.post is not None and session.post.departments == (token.queue_department,)
    department = "" if serves_one and visit else queue_words(session.facility, token, session.language)
    day = day_words(token) if session.is_over(token) else ""
    told = [" · ".join(part for part in (day, department, priority_word(token.priority), visit) if part)]
    waited = translate("Desk", "waited {time}")
    told.append(waited.format(time=span((token.called_at or session.clock.now()) - token.queued_at)))
    if token.called_at is not None:
        called = translate("Desk", "called {time}, {count}×")
        told[-1] += " · " + called.format(time=clock_time(session.facility, token.called_at), count=token.calls)
    return "\n".join(told)
