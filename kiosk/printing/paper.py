"""The kinds of paper and print head that slips are drawn for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paper:
    """``width`` dots across; ``narrow`` is 58 mm paper."""

    width: int
    dots_per_mm: float
    narrow: bool = False

    def dots(self, mm: float) -> int:
        return round(mm * self.dots_per_mm)


PAPERS = {
    576: Paper(576, 203 / 25.4),
    512: Paper(512, 180 / 25.4),
    384: Paper(384, 203 / 25.4, narrow=True),
}
"""80 mm paper at 203 dpi, the same at 180 dpi (Epson TM-T81 and TM-T88), 58 mm paper at 203 dpi."""
