"""One slip put together out of its template's blocks, more or less tightly."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import Qt

from kiosk.model.opd import text_in
from kiosk.model.slip import Slip
from kiosk.printing.paper import Paper
from kiosk.printing.sheet import (
    Ink,
    barred,
    blank,
    boxed,
    dashes,
    label_ink,
    logo_ink,
    on_black,
    qr_ink,
    rule,
    shifted,
    side_by_side,
    stacked,
    text_ink,
    trimmed,
)
from kiosk.printing.template import LABEL_MM, Block, Mark, Show, SlipTemplate
from kiosk.printing.text import SMALLEST, is_right_to_left, text_font

_HYPHEN_KEPT = "\u2011"
"""Looks like ``-``, and no line is broken there."""
_MARGIN_MM = 0.5
_MARK_MM = 1.2
"""A bar's thickness, its distance from the text, and the white within a box."""
_RULE = 3
_LEFT, _CENTRE, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
_PERSONAL = frozenset({Show.PERSON, Show.ABHA})
"""Kept in no cache."""


@dataclass(frozen=True)
class Tightness:
    """How a slip that gets too long is made shorter: sizes and spaces times this, at most so many lines for a text.

    Attributes:
        trims: leave out the white that fonts have above and below most letters.
        has_second: show the second language.
    """

    sizes: float
    spaces: float
    lines: int
    trims: bool = False
    has_second: bool = True


@dataclass(frozen=True)
class Page:
    """``tightness`` spares label and QR, which must stay legible."""

    paper: Paper
    template: SlipTemplate
    slip: Slip
    tightness: Tightness

    def ink(self) -> Ink:
        return self._with_ends(self._column(self.template.blocks, self._inner))

    @property
    def _inner(self) -> int:
        return self.paper.width - 2 * self._mm(_MARGIN_MM)

    def _with_ends(self, column: Ink) -> Ink:
        end = blank(self.paper.width, self._mm(_MARGIN_MM))
        return stacked(self.paper.width, [end, shifted(column, self.paper.width, self._mm(_MARGIN_MM)), end])

    def _column(self, blocks: tuple[Block, ...], width: int) -> Ink:
        inks = []
        for block in blocks:
            ink = self._block(block, width)
            if ink.shape[0]:
                inks += [blank(width, self._space(block.space)), ink]
        return stacked(width, inks)

    def _block(self, block: Block, width: int) -> Ink:
        match block.show:
            case Show.LABEL:
                return self._label(block, width)
            case Show.CODE:
                return self._code(block, width)
            case Show.LOGO:
                return self._logo(block, width)
            case Show.RULE:
                return rule(width, _RULE, 0)
            case Show.DASHES:
                return dashes(width, 0)
            case _:
                return self._marked(block, width)

    def _label(self, block: Block, width: int) -> Ink:
        height = self._mm(max(LABEL_MM, self._size(block.size)))
        return self._placed(label_ink(self.slip.label, text_font(100, bold=True), height, width), width)

    def _code(self, block: Block, width: int) -> Ink:
        code = qr_ink(self.slip.token_id, self._mm(self._size(block.size)))
        gap = self._mm(_MARGIN_MM)
        room = width - code.shape[1] - gap
        beside = self._column(block.beside, room)
        return side_by_side(side_by_side(code, blank(gap, 0)), beside)

    def _logo(self, block: Block, width: int) -> Ink:
        if self.template.logo is None:
            return blank(width, 0)
        height = self._mm(self._size(block.size) * self.tightness.sizes)
        return self._placed(logo_ink(self.template.logo, height, width), width)

    def _placed(self, ink: Ink, width: int) -> Ink:
        """Where texts stand, by an even number of dots."""
        columns = np.flatnonzero(ink.any(axis=0))
        used = int(columns[-1]) + 1 if columns.size else 0
        free = {_LEFT: 0, _CENTRE: (width - used) // 2, _RIGHT: width - used}[self._align]
        return shifted(ink[:, :used], width, free // 2 * 2)

    @property
    def _align(self) -> Qt.AlignmentFlag:
        """All stands at the right where the patient's language is written from there."""
        if self.template.centred:
            return _CENTRE
        texts = (self.slip.heading, self.slip.facility, self.slip.department)
        return _RIGHT if any(map(is_right_to_left, texts)) else _LEFT

    def _marked(self, block: Block, width: int) -> Ink:
        """A text with what makes it stand out, and no rows where the slip has none."""
        mark = self._mm(_MARK_MM)
        room = width if block.mark is Mark.NONE else width - 2 * mark
        ink = self._both(block, room)
        if not ink.shape[0]:
            return blank(width, 0)
        match block.mark:
            case Mark.BAR:
                return barred(ink, mark, mark, at_right=self._align is _RIGHT)
            case Mark.BOX:
                return boxed(ink, mark)
            case Mark.BLACK:
                return on_black(ink, mark)
            case _:
                return ink

    def _both(self, block: Block, width: int) -> Ink:
        own, second = _texts(block.show, self.slip, self.template)
        inks = [self._text(block, own, block.size, width, bold=block.bold)]
        if second and block.second and self.tightness.has_second:
            inks.append(self._text(block, second, block.second, width, bold=False))
        return stacked(width, inks)

    def _text(self, block: Block, text: str, size: float, width: int, *, bold: bool) -> Ink:
        dots = max(SMALLEST, self._mm(self._size(size) * self.tightness.sizes))
        lines = block.lines if block.show in _PERSONAL else min(block.lines, self.tightness.lines)
        draw = _drawn if block.show in _PERSONAL else _kept
        ink = draw(text, dots, bold, width, lines, self._align)
        return trimmed(ink, self._mm(_MARGIN_MM)) if self.tightness.trims else ink

    def _size(self, mm: float) -> float:
        return mm * self.template.narrow if self.paper.narrow else mm

    def _space(self, mm: float) -> int:
        return self._mm(self._size(mm) * self.tightness.spaces)

    def _mm(self, mm: float) -> int:
        return self.paper.dots(mm)


def _texts(show: Show, slip: Slip, template: SlipTemplate) -> tuple[str, str]:
    """In the patient's language and in the second one; empty where there is nothing to say."""
    match show:
        case Show.FACILITY:
            return slip.facility, slip.facility_second
        case Show.DEPARTMENT:
            return slip.department, slip.department_second
        case Show.WHERE:
            return slip.where, slip.where_second
        case Show.NOTICE:
            own = text_in(template.notice, slip.language)
            second = template.notice.get(slip.second_language, "")
            return own, "" if second == own else second
        case Show.ABHA:
            return slip.abha.replace("-", _HYPHEN_KEPT), ""
        case _:
            return str(getattr(slip, show.value)), ""


def _drawn(text: str, size: int, bold: bool, width: int, lines: int, align: Qt.AlignmentFlag) -> Ink:
    return text_ink(text, text_font(size, bold=bold), width, lines, align)


_kept = lru_cache(maxsize=128)(_drawn)
"""What stands on many slips is drawn once. Nobody writes on a drawing."""
