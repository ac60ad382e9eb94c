"""Possible second tokens of one patient, side by side: staff look, and cancel one or leave both."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QWidget

from kiosk.model.desk import DeskRow
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.words import clock_time, name_words, person_words, queue_words, source_word, where_word
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

SIDE_BY_SIDE = 3
_LINES = 6


class DoublesView(QWidget):
    """One group at a time. Signals: ``cancel_wished`` with a token's id; ``left``."""

    cancel_wished = Signal(str)
    left = Signal()

    def __init__(self, metrics: Metrics, session: DeskSession) -> None:
        super().__init__()
        self._session = session
        self._groups: list[tuple[str, ...]] = []
        self._place = 0
        self.title = PlainLabel("title", elides=True)
        self.more = DeskButton(metrics, "plain", icon="next", icon_u=3.2)
        self.more.clicked.connect(self._turn)
        self.back = DeskButton(metrics, "plain", icon="back", icon_u=3.2)
        self.back.clicked.connect(self.left)
        self.cards = [TokenFacts(metrics) for _ in range(SIDE_BY_SIDE)]
        for card in self.cards:
            card.cancel_wished.connect(self.cancel_wished)
        top = line_up(metrics, ACROSS, (self.title, 1), self.more, self.back, gap_u=2)
        cards = line_up(metrics, ACROSS, *[(card, 1) for card in self.cards], gap_u=2)
        self.setLayout(line_up(metrics, DOWN, top, cards, 1, gap_u=3, edge_u=2))

    def show_groups(self, groups: Sequence[tuple[str, ...]]) -> None:
        self._groups, self._place = list(groups), 0
        self.redraw()

    def redraw(self) -> None:
        self.back.show_words(translate("Desk", "Back"))
        words = translate("Desk", "One patient twice? {number} of {count}")
        self.title.setText(words.format(number=min(self._place + 1, len(self._groups)), count=len(self._groups)))
        self.more.show_words(translate("Desk", "Next"))
        self.more.setVisible(len(self._groups) > 1)
        ids = self._groups[self._place] if self._groups else ()
        for place, card in enumerate(self.cards):
            row = self._session.rows.get(ids[place]) if place < len(ids) else None
            card.show_row(row, self._session)

    def forget(self) -> None:
        self.show_groups([])

    def _turn(self) -> None:
        self._place = (self._place + 1) % len(self._groups)
        self.redraw()


class TokenFacts(QFrame):
    """All that tells two tokens apart. Signals: ``cancel_wished`` with the token's id."""

    cancel_wished = Signal(str)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._token_id = ""
        self._label = PlainLabel("title")
        self._lines = [PlainLabel("strong" if place == 0 else "text", elides=True) for place in range(_LINES)]
        self.cancel = DeskButton(metrics, "danger", icon="cancel")
        self.cancel.clicked.connect(lambda: self.cancel_wished.emit(self._token_id))
        self.setLayout(line_up(metrics, DOWN, self._label, *self._lines, self.cancel, gap_u=1.2, edge_u=2))

    def show_row(self, row: DeskRow | None, session: DeskSession) -> None:
        self.setVisible(row is not None)
        self._token_id = row.token.token_id if row is not None else ""
        self._label.setText(row.token.label if row is not None else "")
        for label, text in zip(self._lines, _facts(row, session), strict=True):
            label.setText(text)
        self.cancel.show_words(translate("Desk", "Cancel this one"))


def _facts(row: DeskRow | None, session: DeskSession) -> tuple[str, ...]:
    if row is None:
        return ("",) * _LINES
    token, patient = row.token, row.patient
    issued = translate("Desk", "{time}, {source}")
    mobile = translate("Desk", "Mobile {number}").format(number=patient.mobile) if patient and patient.mobile else "–"
    masked = translate("Desk", "ABHA {number}").format(number=patient.masked_id) if patient else ""
    return (
        name_words(patient),
        person_words(patient, token.service_day, session.language) or "–",
        masked if patient and patient.masked_id else translate("Desk", "no ABHA"),
        mobile,
        issued.format(time=clock_time(session.facility, token.issued_at), source=source_word(token.source)),
        f"{queue_words(session.facility, token, session.language)} · {where_word(token)}",
    )
