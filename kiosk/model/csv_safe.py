"""CSV that spreadsheets show and never run: a cell that would begin a formula gets an apostrophe in front.

After OWASP, "CSV Injection": = + - @, tab, carriage return and line feed, and the full-width signs that some programs
take for the same. Quotes and separators are the csv module's affair.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """``text`` as spreadsheets show it; blanks in front do not hide a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS) else text


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as RFC 4180 writes them, each cell made safe."""
    written = StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return written.getvalue()
