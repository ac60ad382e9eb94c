"""People who may be the one at the counter: staff decide."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kiosk.model.matching import Reason
from kiosk.model.opd import Facility
from kiosk.model.recognising import Match
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.words import person_words, queue_words, where_word
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

MASK = "••••••"
LEAST = 0.9
"""Long texts are cut off rather than made small."""


class MatchCards(QWidget):
    """Signals: ``same`` with a Match; ``others``: none of them is the person at the counter."""

    same = Signal(object)
    others = Signal()

    def __init__(self, metrics: Metrics, facility: Facility) -> None:
        super().__init__()
        self._metrics, self._facility = metrics, facility
        self._title = PlainLabel("strong", lines=2)
        self._calm = PlainLabel("small", lines=4)
        self.cards: list[MatchCard] = []
        self._box = QVBoxLayout()
        self._box.setSpacing(metrics.px(0.8))
        self.none_of_them = DeskButton(metrics, "plain", icon="people", icon_u=3, height_u=5.9)
        self.none_of_them.clicked.connect(self.others)
        self.setLayout(line_up(metrics, DOWN, self._title, self._calm, self._box, 1, self.none_of_them, gap_u=0.8))
        self.show_matches((), date.min, "")

    def show_matches(self, matches: Sequence[Match], today: date, language: str) -> None:
        for card in self.cards:
            self._box.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [MatchCard(self._metrics, self._facility, match, today, language) for match in matches]
        for card in self.cards:
            card.same.clicked.connect(lambda _=False, match=card.match: self.same.emit(match))
            self._box.addWidget(card)
        self._title.setText(translate("WalkIn", "Is it one of these?") if matches else "")
        self._title.setVisible(bool(matches))
        calm = translate("WalkIn", "Patients of today and of the last days who may be the same person come up here.")
        self._calm.setText(calm)
        self._calm.setVisible(not matches)
        self.none_of_them.show_words(translate("WalkIn", "Another person"))
        self.none_of_them.setVisible(bool(matches))


class MatchCard(QFrame):
    """First name and initial, age and sex, what fits, and their token."""

    def __init__(self, metrics: Metrics, facility: Facility, match: Match, today: date, language: str) -> None:
        super().__init__()
        self.match = match
        self.setProperty("role", "match")
        token, patient = match.row.token, match.patient
        local = facility.local(token.issued_at)
        name = PlainLabel("strong", elides=True, least=LEAST, text=patient.short_name or patient.masked_id)
        said = filter(None, (person_words(patient, token.service_day, language), *_masked(match)))
        person = PlainLabel("small", elides=True, least=LEAST, text=" · ".join(said))
        when = f"{local:%H:%M}" if token.service_day == today else f"{local:%d-%m-%Y}"
        told = " · ".join((token.label, queue_words(facility, token, language), when, where_word(token)))
        self.same = DeskButton(metrics, "primary", icon="tick", icon_u=3, lines=2, height_u=5.9, tight=True)
        self.same.setFixedWidth(metrics.px(19))
        self.same.show_words(translate("WalkIn", "The same person"))
        words = line_up(
            metrics, DOWN, name, person, PlainLabel("small", elides=True, least=LEAST, text=told), gap_u=0.1
        )
        self.setLayout(line_up(metrics, ACROSS, icon(metrics, "person", 4), (words, 1), self.same, gap_u=1, edge_u=0.8))


def _masked(match: Match) -> list[str]:
    """What is the same, as far as it may be shown."""
    told = []
    if Reason.ABHA in match.likeness.reasons:
        told.append(match.patient.masked_id)
    if Reason.MOBILE in match.likeness.reasons and match.patient.mobile:
        told.append(MASK + match.patient.mobile[-4:])
    return told
