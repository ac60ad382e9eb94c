"""What an administrator writes, TOML and CSV, as the one document that ``model.configuration`` parses.

The CSV files are ``departments.csv``, ``stations.csv``, ``staff.csv`` and ``counters.csv``: RFC 4180, UTF-8 with or
without a mark in front, a header row, empty cells for what is left out. Texts by language stand in columns such as
``name_en`` and ``name_hi``, several things in one cell with ``;`` between them, shares as ``K1=120;K2=80``.
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TypeAlias

from kiosk.errors import SettingError
from kiosk.model.configuration import parse_configuration
from kiosk.model.facility_file import DEPARTMENT_KEYS, FacilityError
from kiosk.model.opd import ENGLISH
from kiosk.model.reading import Mistake, Place
from kiosk.model.toml_lines import line_of, toml_lines

TABLES = {
    "departments": DEPARTMENT_KEYS - {"names", "next_step"},
    "stations": frozenset({"id", "kind", "name", "departments", "counter"}),
    "staff": frozenset({"id", "name", "role", "departments"}),
    "counters": frozenset({"id", "department"}),
}
"""The columns of each CSV file, without those of languages."""
OPTIONS = "--facility-id and --name"
_BY_LANGUAGE = {"name": "names", "next_step": "next_step"}
_LISTS = frozenset({"open", "holidays", "departments", "rooms", "priority"})
_TOML_LINE = re.compile(r"at line ([0-9]+)")
_Row: TypeAlias = tuple[int, list[str]]
_Problem: TypeAlias = tuple[int, str]


@dataclass(frozen=True)
class Source:
    """What one file says, and on which lines.

    Attributes:
        lines: of tables and keys; their places are those of the document.
        problems: what is wrong with the file itself, by line. One with problems and no values is unreadable.
    """

    name: str
    values: Mapping[str, object]
    lines: Mapping[Place, int]
    problems: tuple[_Problem, ...] = ()

    def located(self, line: int, text: str) -> str:
        return f"{self.name}:{line}: {text}" if self.lines or self.problems else f"{self.name}: {text}"


def read_source(name: str, untrusted: bytes) -> Source:
    """A file's content, by the kind that its name tells."""
    stem, _, ending = name.lower().rpartition(".")
    if ending != "toml" and (ending != "csv" or stem not in TABLES):
        return _unreadable(name, 1, f"name it {', '.join(f'{table}.csv' for table in TABLES)} or something.toml")
    try:
        text = untrusted.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = untrusted.count(b"\n", 0, error.start) + 1
        return _unreadable(name, line, "is not UTF-8; save it as 'CSV UTF-8' or as UTF-8 text")
    return read_toml(name, text) if ending == "toml" else read_csv(name, stem, text)


def _unreadable(name: str, line: int, problem: str) -> Source:
    return Source(name, {}, {}, ((line, problem),))


def read_toml(name: str, text: str) -> Source:
    try:
        return Source(name, tomllib.loads(text), toml_lines(text))
    except (ValueError, RecursionError) as error:  # not only of TOML: also of a number of more than 4,300 digits
        line = _TOML_LINE.search(str(error))
        return _unreadable(name, int(line[1]) if line else 1, f"is not TOML: {error}")


def read_csv(name: str, table: str, text: str) -> Source:
    try:
        (first, header), *rows = _rows(text) or [(1, [])]
    except csv.Error as error:
        return _unreadable(name, 1, f"is not CSV: {error}")
    problems = [(first, problem) for problem in _header_problems(table, header)]
    lines: dict[Place, int] = {(table,): first}
    values: list[dict[str, object]] = []
    for line, cells in rows:
        if len(cells) > len(header):
            problems.append((line, f"has {len(cells)} cells, but the first row has {len(header)}"))
        lines[table, len(values)] = line
        values.append(_values(table, dict(zip(header, cells, strict=False))))
    return Source(name, {table: values}, lines, tuple(problems))


def _rows(text: str) -> list[_Row]:
    """The rows that say something, each with the line on which it begins. Raises csv.Error."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    rows = []
    line = 1
    for cells in reader:
        rows.append((line, [cell.strip() for cell in cells]))
        line = reader.line_num + 1
    return [(line, cells) for line, cells in rows if any(cells)]


def _header_problems(table: str, header: Sequence[str]) -> Iterator[str]:
    if not header:
        yield "is empty; its first row must name the columns"
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            yield f"column {column[:40]!r} stands twice"
        if column not in TABLES[table] and not _language(table, column):
            more = ["name_en", "next_step_en"] if table == "departments" else []
            yield f"column {column[:40]!r} is not known; known are {', '.join(sorted(TABLES[table]) + more)}"


def _language(table: str, column: str) -> tuple[str, str] | None:
    """``name_hi`` as ``("names", "hi")``."""
    stem, _, language = column.rpartition("_")
    is_known = table == "departments" and stem in _BY_LANGUAGE and language
    return (_BY_LANGUAGE[stem], language) if is_known else None


def _values(table: str, cells: Mapping[str, str]) -> dict[str, object]:
    """One row as a table of the document; what its cells say is judged by ``parse_configuration``."""
    values: dict[str, object] = {}
    texts: dict[str, dict[str, str]] = {}
    for column, cell in cells.items():
        if not cell:
            continue
        if language := _language(table, column):
            texts.setdefault(language[0], {})[language[1]] = cell
        elif column in TABLES[table]:
            values[column] = _value(column, cell)
    return {**values, **texts}


def _value(column: str, cell: str) -> object:
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if column in _LISTS:
        return parts
    if column == "shares":
        pairs = (part.partition("=") for part in parts)
        return {station.strip(): _number(share.strip()) for station, _, share in pairs}
    if column == "registration":
        return {"true": True, "false": False}.get(cell.lower(), cell)
    return _number(cell) if column == "quota" else cell


def _number(cell: str) -> int | str:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else cell


def read_together(sources: Sequence[Source], facility_id: str = "", name: str = "") -> dict[str, object]:
    """One document out of several files; ``facility_id`` and ``name`` are for where no TOML file says them.

    Raises:
        SettingError: FACILITY_INVALID, with everything that is wrong with the files and the document, by line.
    """
    options = {"facility_id": facility_id, "names": {ENGLISH: name} if name else ""}
    sources = [*sources, Source(OPTIONS, {key: value for key, value in options.items() if value}, {})]
    document: dict[str, object] = {}
    problems = []
    for source in sources:
        twice = [key for key in source.values if key in document]
        problems += [(source, line_of(source.lines, (key,)), f"{key} is said by another file too") for key in twice]
        document |= source.values
    if not problems and all(source.values or not source.problems for source in sources):
        problems = [_placed(sources, mistake) for mistake in _mistakes(document)]
    problems += [(source, *problem) for source in sources for problem in source.problems]
    if problems:
        problems.sort(key=lambda problem: (sources.index(problem[0]), problem[1]))
        raise refusal(source.located(line, text) for source, line, text in problems)
    return document


def refused(sources: Sequence[Source], mistakes: Iterable[Mistake]) -> SettingError:
    """The refusal of a document by what takes it in."""
    return refusal(source.located(line, text) for source, line, text in (_placed(sources, each) for each in mistakes))


def refusal(problems: Iterable[str]) -> SettingError:
    return SettingError("\n".join(["nothing was imported:", *problems]), code="FACILITY_INVALID")


def _mistakes(document: Mapping[str, object]) -> Sequence[Mistake]:
    try:
        parse_configuration(document)
    except FacilityError as error:
        return error.mistakes
    return ()


def _placed(sources: Sequence[Source], mistake: Mistake) -> tuple[Source, int, str]:
    """In the file that says it; what no file says is missing in the first."""
    key = mistake.place[0] if mistake.place else ""
    source = next((source for source in sources if key in source.values), sources[0])
    return source, line_of(source.lines, mistake.place), mistake.text
