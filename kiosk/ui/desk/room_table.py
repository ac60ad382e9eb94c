"""The day's figures by room."""

from PySide6.QtCore import QCoreApplication

from kiosk.model.day_report import DayReport
from kiosk.ui.desk.figures import Figures
from kiosk.ui.desk.tally_table import spread_words
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


class RoomTable(Figures):
    """One line for each room."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(metrics)

    def show_report(self, report: DayReport) -> None:
        heads = [
            translate("Today", "Room"),
            translate("Today", "called there"),
            translate("Today", "done"),
            translate("Today", "visit, min"),
        ]
        lines = [[each.room, str(each.called), str(each.completed), spread_words(each.served)] for each in report.rooms]
        self.show_lines(heads, lines)
