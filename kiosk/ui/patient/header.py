"""The bar above every screen: the hospital's name, the languages, and for staff how paper and the last sync are."""

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame

from kiosk.model.opd import Facility
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up, picture
from kiosk.ui.buttons import TouchButton
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, show_role
from kiosk.ui.translation import OWN_NAMES

translate = QCoreApplication.translate

HEIGHT_U = 12.0
OLD = timedelta(minutes=5)
"""An older sync is worth a look by the staff."""


class Header(QFrame):
    """Signals: ``language_wished`` with a language code."""

    language_wished = Signal(str)

    def __init__(self, metrics: Metrics, facility: Facility, languages: Sequence[str]) -> None:
        super().__init__()
        self.setProperty("role", "header")
        self.setFixedHeight(metrics.px(HEIGHT_U))
        self._facility = facility
        self._name = PlainLabel("facility", lines=2, elides=True)
        self._paper_icon = icon(metrics, "roll", 3, "sync-old")
        self._paper = PlainLabel("sync-old")
        self._sync_icon = icon(metrics, "sync", 3, "sync")
        self._sync = PlainLabel("sync")
        self.languages = {code: self._language_button(metrics, code) for code in languages}
        items = (picture(metrics, "emblem", 8, 8), (self._name, 1))
        paper = line_up(metrics, ACROSS, 1, self._paper_icon, self._paper, gap_u=1)
        sync = line_up(metrics, ACROSS, 1, self._sync_icon, self._sync, gap_u=1)
        staff = line_up(metrics, DOWN, 1, paper, sync, 1)
        self.setLayout(line_up(metrics, ACROSS, *items, staff, *self.languages.values(), gap_u=2, edge_u=2))
        self.show_sync(None, known=False)
        self.show_paper(low=False)

    def redraw(self, language: str) -> None:
        self._name.setText(self._facility.name(language))
        for code, button in self.languages.items():
            button.setChecked(code == language)
            button.show_role("language-chosen" if code == language else "language")

    def show_sync(self, age: timedelta | None, *, known: bool) -> None:
        """``age`` None is never; a kiosk with no server shows nothing (``known`` False)."""
        self._sync_icon.setVisible(known)
        self._sync.setVisible(known)
        self._sync.setText(age_text(age))
        self._sync.setAccessibleName(translate("Header", "Last synchronised: {age}").format(age=age_text(age)))
        show_role(self._sync, "sync-old" if age is None or age > OLD else "sync")

    def show_paper(self, *, low: bool) -> None:
        """Said only while somebody should have a new roll ready."""
        self._paper_icon.setVisible(low)
        self._paper.setVisible(low)
        self._paper.setText(translate("Header", "Paper low"))

    def _language_button(self, metrics: Metrics, code: str) -> TouchButton:
        button = TouchButton(metrics, "language")
        button.setCheckable(True)
        button.show_words(OWN_NAMES.get(code, code))
        button.clicked.connect(lambda: self.language_wished.emit(code))
        return button


def age_text(age: timedelta | None) -> str:
    """Coarse: minutes up to two hours, hours up to two days, then days."""
    if age is None:
        return translate("Header", "never")
    minutes = max(0, round(age.total_seconds() / 60))
    if minutes < 120:
        return translate("Header", "{count} min").format(count=minutes)
    if minutes < 48 * 60:
        return translate("Header", "{count} h").format(count=minutes // 60)
    return translate("Header", "{count} days").format(count=minutes // (24 * 60))
