"""The pages of the desk, in the order of their tabs."""

from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP

from kiosk.model.staff import Right
from kiosk.ui.desk.queue_page import QueuePage
from kiosk.ui.desk.slips_page import Rolls, SlipsPage
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.desk.today_page import TodayPage
from kiosk.ui.desk.walk_in import WalkInPage
from kiosk.ui.desk.window import QUEUE, SLIPS, PageKind, page_kind

WALK_IN, TODAY = "walk_in", "today"


def desk_pages(today: DeskToday, rolls: Rolls, exports: Path) -> tuple[PageKind, ...]:
    """``exports`` is the folder for the day's figures."""
    queue = QT_TRANSLATE_NOOP("Desk", "Queue")
    walk_in = QT_TRANSLATE_NOOP("Desk", "Walk-in")
    slips = QT_TRANSLATE_NOOP("Desk", "Slips")
    figures = QT_TRANSLATE_NOOP("Desk", "Today")
    return (
        page_kind(QUEUE, "queue", queue, lambda metrics, session: QueuePage(metrics, session, today)),
        page_kind(
            WALK_IN, "walk-in", walk_in, lambda metrics, session: WalkInPage(metrics, session, today), Right.REGISTER
        ),
        page_kind(SLIPS, "slip", slips, lambda metrics, session: SlipsPage(metrics, session, rolls), Right.REGISTER),
        page_kind(
            TODAY, "today", figures, lambda metrics, session: TodayPage(metrics, session, today, exports), Right.DIRECT
        ),
    )
