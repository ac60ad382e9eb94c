"""What a hospital says about the look of its slips, in TOML: order of blocks, sizes, logo, second language, notice.

``resources/slip.toml`` is the usual one and explains the keys; the setting ``slip_template`` names another.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from kiosk.errors import SettingError
from kiosk.model.opd import Texts
from kiosk.model.reading import Mistake, Reader, shown
from kiosk.model.toml_lines import located
from kiosk.printing.logo import Logo, read_logo

USUAL = Path(__file__).resolve().parents[2] / "resources" / "slip.toml"
LABEL_MM = 12.0
"""A label must be legible at arm's length; it is never printed lower."""
_LANGUAGE = re.compile(r"(?:[a-z]{2,3})?", re.ASCII)
_TOP_KEYS = frozenset({"longest_mm", "narrow", "align", "second_language", "logo", "notice", "whole_rows", "blocks"})
_TEXT_KEYS = frozenset({"show", "size", "second", "bold", "lines", "mark", "space"})
_BESIDE_KEYS = _TEXT_KEYS - {"second", "mark"}
_MOST_BLOCKS = 24


class Show(StrEnum):
    """What a block shows; the first ten are texts of the slip."""

    FACILITY = "facility"
    HEADING = "heading"
    DEPARTMENT = "department"
    WHERE = "where"
    AHEAD = "ahead"
    WHEN = "when"
    PERSON = "person"
    ABHA = "abha"
    NOTICE = "notice"
    DUPLICATE = "duplicate"
    LABEL = "label"
    CODE = "code"
    LOGO = "logo"
    RULE = "rule"
    DASHES = "dashes"


class Mark(StrEnum):
    """What makes a text stand out."""

    NONE = ""
    BAR = "bar"
    BOX = "box"
    BLACK = "black"


_SIZES = {Show.LABEL: (LABEL_MM, 24.0), Show.CODE: (18.0, 40.0), Show.LOGO: (4.0, 30.0)}
_TEXT_SIZES = (2.5, 12.0)
_KEYS = {
    Show.LABEL: frozenset({"show", "size", "space"}),
    Show.CODE: frozenset({"show", "size", "space", "beside"}),
    Show.LOGO: frozenset({"show", "size", "space"}),
    Show.RULE: frozenset({"show", "space"}),
    Show.DASHES: frozenset({"show", "space"}),
}
_SIZELESS = frozenset({Show.RULE, Show.DASHES})
_NEEDED = (Show.LABEL, Show.CODE, Show.DUPLICATE)


@dataclass(frozen=True)
class Block:
    """One thing on a slip. Lengths are in mm on 80 mm paper.

    Attributes:
        size: of letters; of a label the height of its capitals, of a QR its side, of a logo its height.
        second: size of the line in the second language; 0 for none.
        space: white above, where anything is shown.
        beside: stand at the right of a QR.
    """

    show: Show
    size: float
    second: float = 0.0
    bold: bool = False
    lines: int = 2
    mark: Mark = Mark.NONE
    space: float = 0.0
    beside: tuple["Block", ...] = ()


@dataclass(frozen=True)
class SlipTemplate:
    """How slips look.

    Attributes:
        longest_mm: no slip is longer.
        narrow: how many times as large sizes are on 58 mm paper.
        second_language: code, or empty for none.
        whole_rows: the printer wants all rows of full width.
    """

    blocks: tuple[Block, ...]
    longest_mm: int = 90
    narrow: float = 0.88
    centred: bool = False
    second_language: str = "en"
    notice: Texts = field(default_factory=dict)
    logo: Logo | None = None
    whole_rows: bool = False


def load_template(path: Path | None) -> SlipTemplate:
    """The template in the file ``path``, or the usual one.

    Raises:
        SettingError: with every mistake in the file, and the line of each.
    """
    chosen = path or USUAL
    try:
        text = chosen.read_text("utf-8-sig")
        values = tomllib.loads(text)
    except OSError as error:
        raise SettingError(f"cannot read the slip template {chosen}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{chosen} is not TOML: {error}") from error
    mistakes: list[Mistake] = []
    template = read_template(values, chosen.parent, mistakes)
    if mistakes:
        raise SettingError("\n".join([f"{chosen} has mistakes:", *located(chosen.name, text, mistakes)]))
    return template


def read_template(values: Mapping[str, object], folder: Path, mistakes: list[Mistake]) -> SlipTemplate:
    """The template that ``values`` describe; what is wrong with them is noted in ``mistakes``."""
    reader = Reader(values, "slip template", mistakes=mistakes)
    reader.refuse_unknown(_TOP_KEYS)
    return SlipTemplate(
        blocks=_blocks(reader),
        longest_mm=reader.number("longest_mm", 90, low=60, high=200),
        narrow=_length(reader, "narrow", 0.88, (0.7, 1.0)),
        centred=_chosen(reader, "align", ("left", "centre"), "left") == "centre",
        second_language=_language(reader),
        notice=reader.texts("notice", longest=160),
        logo=_logo(reader, folder),
        whole_rows=reader.flag("whole_rows"),
    )


def _blocks(reader: Reader) -> tuple[Block, ...]:
    blocks = tuple(_block(row) for row in reader.tables("blocks", "block", required=True))
    shows = [block.show for block in blocks if block is not None]
    shows += [inner.show for block in blocks if block is not None for inner in block.beside]
    for needed in _NEEDED:
        if isinstance(reader.values.get("blocks"), list) and needed not in shows:
            reader.problem("blocks", f"need one with show = '{needed}'")
    for double in sorted({show for show in shows if shows.count(show) > 1 and show not in _SIZELESS}):
        reader.problem("blocks", f"show {double} twice")
    if len(shows) > _MOST_BLOCKS:
        reader.problem("blocks", f"are {len(shows)}; allowed are {_MOST_BLOCKS}")
    return tuple(block for block in blocks if block is not None)


def _block(row: Reader) -> Block | None:
    name = row.choice("show", tuple(Show))
    if not name:
        return None
    show = Show(name)
    row.refuse_unknown(_KEYS.get(show, _TEXT_KEYS))
    return _block_of(row, show, beside=tuple(_beside(row)) if show is Show.CODE else ())


def _beside(row: Reader) -> list[Block]:
    found = []
    for inner in row.tables("beside", f"{row.where}, beside"):
        name = inner.choice("show", tuple(show for show in Show if show not in _KEYS))
        inner.refuse_unknown(_BESIDE_KEYS)
        if name:
            found.append(_block_of(inner, Show(name)))
    return found


def _block_of(row: Reader, show: Show, beside: tuple[Block, ...] = ()) -> Block:
    low, high = _SIZES.get(show, _TEXT_SIZES)
    return Block(
        show,
        size=0.0 if show in _SIZELESS else _length(row, "size", None, (low, high)),
        second=_length(row, "second", 0.0, _TEXT_SIZES),
        bold=row.flag("bold"),
        lines=row.number("lines", 2, high=3),
        mark=Mark(_chosen(row, "mark", tuple(Mark), Mark.NONE)),
        space=_length(row, "space", 0.0, (0.0, 20.0)),
        beside=beside,
    )


def _length(reader: Reader, key: str, default: float | None, allowed: tuple[float, float]) -> float:
    """Any number within ``allowed``; 0 also where that is the default. Without a default the key must be there."""
    value = reader.values.get(key, default)
    low, high = allowed
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and isinstance(value, int | float) and (low <= value <= high or value == default):
        return float(value)
    reader.problem(key, f"must be a number from {low:g} to {high:g}, not {shown(value)}")
    return low


def _chosen(reader: Reader, key: str, allowed: tuple[str, ...], default: str) -> str:
    return reader.choice(key, tuple(filter(None, allowed))) if key in reader.values else default


def _language(reader: Reader) -> str:
    if "second_language" not in reader.values:
        return "en"
    return reader.text("second_language", _LANGUAGE, "a code such as 'en', or '' for none")


def _logo(reader: Reader, folder: Path) -> Logo | None:
    name = reader.line("logo", longest=200)
    if not name:
        return None
    try:
        return read_logo(folder / name)
    except ValueError as error:
        reader.problem("logo", str(error))
        return None
