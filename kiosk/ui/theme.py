"""Sizes, fonts, icons and the style sheet. Everything is measured in u: a hundredth of the window's shorter side.

On the panels in use (15.6 inch and up) 1 u is 1.9 mm or more, so a key of 9 u is at least 17 mm wide, and a screen
looks the same at every resolution.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from kiosk.model.scripts import BASE_FAMILY, family_of

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
_UNITS = re.compile(r"\b([0-9]+(?:\.[0-9]+)?)u\b")
_CODE = re.compile(r"[A-Z0-9]{3}")
_KINDRED = {
    "GEN": "MED",
    "PAE": "PED",
    "CHI": "PED",
    "GYN": "OBG",
    "OPH": "EYE",
    "PSY": "NEU",
    "CHE": "PUL",
    "TBC": "PUL",
}
"""Other codes in use for what an icon shows."""


@dataclass(frozen=True)
class Metrics:
    """The size of one window in pixels."""

    width: int
    height: int

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    def px(self, units: float) -> int:
        """``units`` u in pixels, at least 1."""
        return max(1, round(units * min(self.width, self.height) / 100))


def families(text: str) -> list[str]:
    """The fonts for ``text``, its own scripts first: Qt warns of each font that it tries in vain for a script."""
    return [*dict.fromkeys(filter(None, map(family_of, text))), BASE_FAMILY]


def style_sheet(metrics: Metrics, name: str = "patient") -> str:
    """The style sheet of the kiosk or, by ``name``, the desk; its lengths in u turned into pixels."""
    text = (RESOURCES / "style" / f"{name}.qss").read_text(encoding="utf-8")
    return _UNITS.sub(lambda match: f"{metrics.px(float(match[1]))}px", text)


def show_role(widget: QWidget, role: str) -> None:
    """Change a widget's role; the style sheet is asked again only where it did change."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def icon_path(name: str) -> Path:
    return RESOURCES / "icons" / f"{name}.svg"


def department_icon(code: str) -> str:
    """The name of a department's icon, found by the code's first three letters; a medical cross where there is none."""
    letters = code[:3].upper()
    name = f"department/{_KINDRED.get(letters, letters)}"
    return name if _CODE.fullmatch(letters) and icon_path(name).exists() else "department/other"
