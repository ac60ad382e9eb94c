"""Slips as dots on paper. A QGuiApplication must exist; any one thread may draw."""

from kiosk.errors import SettingError
from kiosk.model.slip import Slip
from kiosk.printing.page import Page, Tightness
from kiosk.printing.paper import PAPERS
from kiosk.printing.raster import Raster, raster_of
from kiosk.printing.template import SlipTemplate, load_template

__all__ = ["PAPERS", "SlipPainter"]
_TIGHTENING = (
    Tightness(1, 1, 3),
    Tightness(1, 0.4, 3),
    Tightness(0.9, 0.4, 2),
    Tightness(0.9, 0.4, 2, trims=True),
    Tightness(0.8, 0.2, 2, trims=True),
    Tightness(0.7, 0.1, 2, trims=True),
    Tightness(0.7, 0.1, 1, trims=True),
    Tightness(0.7, 0.1, 1, trims=True, has_second=False),
)
"""Tried one after the other until the slip is short enough."""


class SlipPainter:
    """Draws slips for one width of paper, on one thread at a time.

    Raises:
        SettingError: for a width that no printer here has.
    """

    def __init__(self, width: int, template: SlipTemplate | None = None) -> None:
        if width not in PAPERS:
            allowed = ", ".join(map(str, PAPERS))
            raise SettingError(f"KIOSK_PRINTER_DOTS={width}: must be one of {allowed}")
        self._paper = PAPERS[width]
        self._template = template or load_template(None)

    def render(self, slip: Slip) -> Raster:
        """The slip in dots. It is as long as the template allows at most, unless its blocks are too many for that."""
        longest = int(self._template.longest_mm * self._paper.dots_per_mm)
        for tightness in _TIGHTENING:
            ink = Page(self._paper, self._template, slip, tightness).ink()
            if ink.shape[0] <= longest:
                break
        return raster_of(ink, whole_rows=self._template.whole_rows)
