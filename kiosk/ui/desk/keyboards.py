"""What stands on the keys of the keyboard on the screen: one file for each script in resources/keyboards."""

import tomllib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from kiosk.model.opd import ENGLISH, Facility
from kiosk.ui.theme import RESOURCES

FOLDER = RESOURCES / "keyboards"
DOTTED_CIRCLE = "\u25cc"
"""Carries a sign that stands on no letter."""


@dataclass(frozen=True)
class Layout:
    """The keys of one script, row by row; each key types the text that stands on it.

    Attributes:
        languages: which write in this script.
        has_cases: capitals first, and again after each blank.
    """

    code: str
    name: str
    languages: frozenset[str]
    rows: tuple[tuple[str, ...], ...]
    has_cases: bool = False
    right_to_left: bool = False

    @property
    def columns(self) -> int:
        return max(map(len, self.rows))


def load_layout(code: str) -> Layout:
    """The layout in the file of this name."""
    values = tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    return Layout(
        code,
        values["name"],
        frozenset(values["languages"]),
        tuple(tuple(row.split()) for row in values["rows"]),
        values.get("has_cases", False),
        values.get("right_to_left", False),
    )


def all_layouts() -> tuple[Layout, ...]:
    return tuple(load_layout(path.stem) for path in sorted(FOLDER.glob("*.toml")))


def layouts_for(languages: Collection[str]) -> tuple[Layout, ...]:
    """Latin first, then the scripts of these languages."""
    spoken = [layout for layout in all_layouts() if layout.languages & frozenset(languages) - {ENGLISH}]
    return (load_layout("latin"), *spoken)


def layouts_of(facility: Facility, languages: Collection[str]) -> tuple[Layout, ...]:
    """For names in this hospital, on screens in these languages."""
    return layouts_for((*languages_of(facility), *languages))


def languages_of(facility: Facility) -> tuple[str, ...]:
    """All in which the hospital or one of its departments has a name."""
    names = (facility.names, *(department.names for department in facility.departments))
    return tuple(dict.fromkeys(language for each in names for language in each))


def shown_key(key: str) -> str:
    """What is drawn on a key: a sign stands on a dotted circle."""
    return DOTTED_CIRCLE + key if unicodedata.category(key[0]).startswith("M") else key
