"""How to hold the card better, in a picture and a few words."""

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtWidgets import QFrame

from kiosk.model.aiming import Guidance
from kiosk.ui.arrange import ACROSS, DOWN, line_up, picture
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics

CONTEXT = "Guide"


@dataclass(frozen=True)
class Advice:
    """The picture's name, what to do, and a second line; the texts are source texts of ``CONTEXT``."""

    picture: str
    title: str
    detail: str


def _advice(name: str, title: object, detail: object) -> Advice:
    """The texts are str, but PySide's stubs call what QT_TRANSLATE_NOOP returns an object."""
    return Advice(f"guide-{name}", str(title), str(detail))


ADVICES = {
    Guidance.TOO_FAR: _advice(
        "nearer",
        QT_TRANSLATE_NOOP("Guide", "Hold it closer"),
        QT_TRANSLATE_NOOP("Guide", "The code is too small to be read"),
    ),
    Guidance.TOO_NEAR: _advice(
        "farther",
        QT_TRANSLATE_NOOP("Guide", "Hold it further away"),
        QT_TRANSLATE_NOOP("Guide", "The code is too close"),
    ),
    Guidance.BLURRED: _advice(
        "blurred",
        QT_TRANSLATE_NOOP("Guide", "Hold it still"),
        QT_TRANSLATE_NOOP("Guide", "If it stays blurred, a little further away"),
    ),
    Guidance.DARK: _advice(
        "dark",
        QT_TRANSLATE_NOOP("Guide", "It is too dark"),
        QT_TRANSLATE_NOOP("Guide", "Turn it to the light, or make the phone brighter"),
    ),
    Guidance.GLARE: _advice(
        "glare",
        QT_TRANSLATE_NOOP("Guide", "Tilt it a little"),
        QT_TRANSLATE_NOOP("Guide", "The light shines on the code"),
    ),
    Guidance.CUT_OFF: _advice(
        "cut",
        QT_TRANSLATE_NOOP("Guide", "Show the whole code"),
        QT_TRANSLATE_NOOP("Guide", "Move it to the middle of the picture"),
    ),
    Guidance.HOLD_STILL: _advice(
        "still",
        QT_TRANSLATE_NOOP("Guide", "Keep it like this"),
        QT_TRANSLATE_NOOP("Guide", "The code is being read"),
    ),
}
"""Every word but NO_CODE, for which the usual invitation stands; a test sees to it."""


class GuidePanel(QFrame):
    """Stands where the invitation stands, as long as a code is in view and not read."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        size = (46.0, 37.6) if metrics.portrait else (33.0, 27.0)
        self._picture = picture(metrics, "", *size)
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self._detail = PlainLabel("strong", lines=2, align=CENTRE)
        shown = line_up(metrics, ACROSS, 1, self._picture, 1, gap_u=0)
        self.setLayout(line_up(metrics, DOWN, self._title, 1, shown, 1, self._detail, gap_u=1.5, edge_u=2.5))

    def show_guidance(self, guidance: Guidance) -> None:
        advice = ADVICES[guidance]
        self._picture.show_icon(advice.picture)
        self._title.setText(QCoreApplication.translate(CONTEXT, advice.title))
        self._detail.setText(QCoreApplication.translate(CONTEXT, advice.detail))
