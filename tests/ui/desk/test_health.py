"""The health line: what is wrong is seen, and a touch says what to do."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.model.health import Item, Level, Part
from kiosk.model.printer import PROBLEMS
from kiosk.ui.arrange import DOWN, line_up
from kiosk.ui.desk.health import HealthLine, HealthWatch
from kiosk.ui.desk.health_words import advice, short_words
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.theme import Metrics
from tests.model.samples import minutes
from tests.ui.desk.rig import PageRig, page_rig

GOOD = tuple(Item(part, Level.GOOD, age=minutes(1), count=0) for part in Part)
BAD = (
    Item(Part.PRINTER, Level.BAD, "PRINTER_STALLED"),
    Item(Part.SERVER, Level.NOTICE, "SERVER_UNREACHABLE", minutes(12)),
    Item(Part.UNSENT, Level.NOTICE, "UNSENT", count=34),
)


class Stand(Page):
    """A page that is nothing but the line."""

    def __init__(self, metrics: Metrics, session: DeskSession) -> None:
        super().__init__(metrics, session)
        self.line = HealthLine(metrics, session)
        self.setLayout(line_up(metrics, DOWN, 1, self.line))

    def redraw(self) -> None:
        self.line.redraw()


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[PageRig[Stand]]:
    with page_rig(tmp_path / "desk", qapp, lambda metrics, session, _today: Stand(metrics, session)) as rig:
        yield rig


def test_all_is_well(qtbot: QtBot, rig: PageRig[Stand]) -> None:
    rig.session.tell_health(GOOD)
    qtbot.waitUntil(lambda: set(rig.page.line.buttons) == set(Part))
    assert {button.property("role") for button in rig.page.line.buttons.values()} == {"health"}
    assert "Server · 1 min" in rig.texts()


def test_what_is_wrong_stands_out_by_colour_icon_and_word(qtbot: QtBot, rig: PageRig[Stand]) -> None:
    rig.session.tell_health(GOOD)
    rig.session.tell_health(BAD)
    line = rig.page.line
    qtbot.waitUntil(lambda: "34 not sent" in rig.texts())
    assert line.buttons[Part.PRINTER].property("role") == "health-bad"
    assert line.buttons[Part.PRINTER].picture.shown == "warning"
    assert line.buttons[Part.UNSENT].property("role") == "health-notice"
    assert not line.buttons[Part.STAFF].isVisible(), "a desk has no more parts than it is told of"


def test_a_touch_says_what_to_do_and_the_next_one_hides_it(qtbot: QtBot, rig: PageRig[Stand]) -> None:
    rig.session.tell_health(BAD)
    qtbot.waitUntil(lambda: Part.PRINTER in rig.page.line.buttons)
    rig.touch(rig.page.line.buttons[Part.PRINTER])
    bubble = rig.page.line.bubble
    assert bubble is not None
    assert bubble.text == "The printer stands still: look at its paper and cover."
    assert rig.window.rect().contains(bubble.geometry())
    rig.touch(bubble)
    assert not bubble.isVisible()


def test_the_watch_asks_again_and_again(qtbot: QtBot, rig: PageRig[Stand]) -> None:
    asked: list[int] = []

    def look() -> tuple[Item, ...]:
        asked.append(1)
        return BAD

    HealthWatch(rig.session, look, every_ms=5)
    qtbot.waitUntil(lambda: len(asked) > 2)
    qtbot.waitUntil(lambda: "34 not sent" in rig.texts())


CODES = (
    "",
    "PRINTER_GONE",
    *PROBLEMS,
    "PAPER_LOW",
    "SLIP_IN_DOUBT",
    "X_NEW",
    "KEY_UNKNOWN",
    "SYNC_OLD",
    "PATIENT_GONE",
    "PIN_STALE",
)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("part", Part)
def test_every_part_has_words_for_every_code(part: Part, level: Level) -> None:
    for code in CODES:
        item = Item(part, level, code, timedelta(days=11), 5)
        assert short_words(item)
        assert advice(item).endswith(".")
        assert "{" not in short_words(item) + advice(item)


def test_a_slip_for_nobody_need_not_have_waited_long() -> None:
    """After a restart nobody waits for those of before."""
    assert advice(Item(Part.PRINTER, Level.BAD, "PATIENT_GONE")).startswith("Nobody waited for the last slip any more.")
