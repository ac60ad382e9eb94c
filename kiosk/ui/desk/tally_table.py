"""The day's figures as a table that always adds up."""

from datetime import timedelta

from PySide6.QtCore import QCoreApplication, Signal

from kiosk.model.day_report import DayReport, Spread, Tally
from kiosk.model.opd import text_in
from kiosk.model.token import State
from kiosk.ui.desk.figures import Figures
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

NONE = "–"
_STATES = (
    State.WAITING,
    State.CALLED,
    State.SERVING,
    State.HELD,
    State.COMPLETED,
    State.NO_SHOW,
    State.CANCELLED,
    State.LAPSED,
)


class TallyTable(Figures):
    """One line for each department, the last for all. Signals: ``chosen`` with a department's code, empty for all."""

    chosen = Signal(str)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(metrics)
        self._codes: list[str] = []
        self.itemSelectionChanged.connect(self._tell)

    def show_report(self, report: DayReport, language: str, closed: frozenset[str]) -> None:
        """``closed``: departments that give no tokens now."""
        self._codes = [tally.department for tally in (*report.departments, report.total)]
        lines = [[_name(tally, language, closed), *_cells(tally)] for tally in report.departments]
        lines.append([translate("Today", "All together"), *_cells(report.total)])
        self.show_lines(_heads(), lines, has_total=True)

    def _tell(self) -> None:
        rows = self.selectionModel().selectedRows()
        if rows and rows[0].row() < len(self._codes):
            self.chosen.emit(self._codes[rows[0].row()])


def _name(tally: Tally, language: str, closed: frozenset[str]) -> str:
    name = text_in(tally.names, language) or tally.department
    words = translate("WalkIn", "{department} (closed)")
    return words.format(department=name) if tally.department in closed else name


def _heads() -> list[str]:
    return [
        translate("Today", "Department"),
        translate("Today", "issued"),
        translate("Today", "moved in"),
        translate("Today", "waiting"),
        translate("Today", "called"),
        translate("Today", "with doctor"),
        translate("Today", "on hold"),
        translate("Today", "done"),
        translate("Today", "no show"),
        translate("Today", "cancelled"),
        translate("Today", "lapsed"),
        translate("Today", "moved out"),
        translate("Today", "wait, min"),
        translate("Today", "visit, min"),
        translate("Today", "longest now"),
    ]


def _cells(tally: Tally) -> list[str]:
    counts = (tally.issued, tally.transferred_in, *(tally.states[state] for state in _STATES), tally.transferred_out)
    times = (spread_words(tally.waited), spread_words(tally.served), _minutes(tally.longest_waiting))
    return [*map(str, counts), *times]


def spread_words(spread: Spread) -> str:
    """``12 · 38``: the middle one, and what nine of ten do not exceed, in minutes."""
    return NONE if spread.median is None else f"{_minutes(spread.median)} · {_minutes(spread.p90)}"


def _minutes(time: timedelta | None) -> str:
    return NONE if time is None else str(round(time / timedelta(minutes=1)))
