"""On which line of a TOML text a mistake stands: tomllib tells what a text says, but not where.

Exact for tables under ``[[headers]]`` and for keys on lines of their own; what stands within a value (an inline table,
a list over several lines) is told as the line on which that value begins.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kiosk.model.reading import Mistake, Place


def toml_lines(text: str) -> dict[Place, int]:
    """The line, from 1, on which each table and key of a valid TOML ``text`` begins."""
    lines: dict[Place, int] = {}
    counts: Counter[Place] = Counter()
    table: Place = ()
    for line, statement in _statements(text):
        if statement.lstrip().startswith("["):
            table = _table(tomllib.loads(statement), counts)
            lines.setdefault(table, line)
        else:
            for key in tomllib.loads(statement):
                lines.setdefault((*table, key), line)
    return lines


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Of the value at ``place``; where there is none, of the innermost table that should hold it."""
    return next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), 1)


def located(name: str, text: str, mistakes: Iterable[Mistake]) -> list[str]:
    """A sentence for each mistake in the valid TOML ``text`` of the file ``name``, as ``facility.toml:14: …``."""
    lines = toml_lines(text)
    found = sorted((line_of(lines, mistake.place), mistake.text) for mistake in mistakes)
    return [f"{name}:{line}: {sentence}" for line, sentence in found]


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each header and each ``key = value`` with its first line.

    A statement is over where tomllib can read it: only an open bracket or a text of several lines goes on after one.
    """
    begun, first = "", 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        begun, first = (f"{begun}\n{line}", first) if begun else (line, number)
        try:
            said = tomllib.loads(begun)
        except tomllib.TOMLDecodeError:
            continue
        if said:
            yield first, begun
        begun = ""


def _table(header: Mapping[str, object], counts: Counter[Place]) -> Place:
    """Where the table of a ``[header]`` or ``[[header]]`` stands; ``counts`` are of the lists' tables so far."""
    place: Place = ()
    said: object = header
    while isinstance(said, dict) and said:
        ((key, said),) = said.items()
        place = (*place, key)
        counts[place] += isinstance(said, list)
        if counts[place]:
            place = (*place, counts[place] - 1)
    return place
