"""What a stream of ESC/POS leaves on paper."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from PIL import Image

from tests.escpos_tokens import Lexer, Token, What


@dataclass(frozen=True)
class SlipPaper:
    """One slip as it was cut off: black on white, and the bytes that would have come out as letters.

    ``torn`` where zeros were needed to end a picture that had been broken off; ``head`` as a Canvas has it.
    """

    rows: tuple[Token, ...]
    text_bytes: bytes
    torn: bool = False
    head: int = 0

    @cached_property
    def image(self) -> Image.Image:
        return _stacked(self.rows, self.head)


@dataclass
class Canvas:
    """The paper since the last cut; ``slips`` grows with each.

    ``head`` is how many dots it prints across; 0 is as many as the widest picture has.
    """

    head: int = 0
    slips: list[SlipPaper] = field(default_factory=list)
    _rows: list[Token] = field(default_factory=list)
    _text: bytes = b""
    _zeros: int = 0

    @property
    def is_blank(self) -> bool:
        return not (self._rows or self._text)

    @property
    def hanging(self) -> tuple[Token, ...]:
        """Rows that are on paper, and not cut off yet."""
        return tuple(self._rows)

    def obey(self, token: Token) -> None:
        match token.what:
            case What.ROW:
                self._rows.append(token)
            case What.ZERO if self._rows:
                self._zeros += len(token.raw)
            case What.UNKNOWN:
                self._text += token.raw
            case What.CUT:
                self.slips.append(self._cut_off())

    def torn_off(self) -> SlipPaper:
        """What stands there without a cut, as somebody would tear it off."""
        return self._cut_off(torn=True)

    def _cut_off(self, *, torn: bool = False) -> SlipPaper:
        paper = SlipPaper(tuple(self._rows), self._text, torn or self._zeros > 0, self.head)
        self._rows, self._text, self._zeros = [], b"", 0
        return paper


@dataclass
class Tokeniser:
    """Takes a stream of bytes; ``slips`` grows with each cut, ``errors`` with anything unknown.

    Attributes:
        places_pictures: obeys ESC a for them; some clones do not.
    """

    errors: list[str] = field(default_factory=list)
    canvas: Canvas = field(default_factory=Canvas)
    tokens: list[Token] = field(default_factory=list)
    places_pictures: bool = True

    def __post_init__(self) -> None:
        self._lexer = Lexer(self.errors)

    @property
    def slips(self) -> list[SlipPaper]:
        return self.canvas.slips

    def feed(self, data: bytes) -> None:
        for token in self._lexer.feed(data):
            self.tokens.append(token)
            self.canvas.obey(token if self.places_pictures else replace(token, place=0))

    @property
    def unfinished(self) -> bool:
        """Whether the stream ended inside a command or before a cut."""
        return self._lexer.is_inside or not self.canvas.is_blank


def _stacked(rows: Sequence[Token], head: int) -> Image.Image:
    """What does not fit on the paper is lost, as printers do with it."""
    width = head or max((_width(row) for row in rows), default=8)
    paper = Image.new("1", (width, sum(row.tall for row in rows)), 1)
    top = 0
    for row in rows:
        line = Image.frombytes("1", (8 * len(row.raw), 1), bytes(255 - value for value in row.raw))
        left = max(0, (width - _width(row)) * row.place // 2)
        paper.paste(line.resize((_width(row), row.tall), Image.Resampling.NEAREST), (left, top))
        top += row.tall
    return paper


def _width(row: Token) -> int:
    return 8 * len(row.raw) * row.wide
