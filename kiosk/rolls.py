"""Rolls of paper: when each was put in, and how much of the present one is used, in two files beside the store.

Near-end sensors are rare in cheap printers, so what is left is also reckoned from the millimetres that slips took.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from kiosk.errors import StoreError
from kiosk.model.events import instant_text, parse_instant

FILE = "rolls.jsonl"
COUNT_FILE = "paper.json"
PRINTER = "printer"
"""Who put the roll in, where the printer said that paper was out and then that there is some."""


@dataclass(frozen=True)
class RollNotes:
    """Not used on the GUI thread. Both methods raise StoreError where the file cannot be read or written."""

    folder: Path

    def note(self, now: datetime, staff_id: str) -> None:
        line = json.dumps({"at": instant_text(now), "staff": staff_id}) + "\n"
        try:
            path = self.folder / FILE
            path.touch(mode=0o600)
            with path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            raise StoreError(f"cannot write {FILE}: {error.strerror}") from error

    def last(self) -> datetime | None:
        """When the last roll was put in; a line that was cut off in writing is passed over."""
        lines = _text(self.folder / FILE).splitlines()
        return next((at for at in map(_instant, reversed(lines)) if at is not None), None)


@dataclass(frozen=True)
class _Count:
    """What ``COUNT_FILE`` says: of the roll put in at ``roll``, and whether the printer has told of its end."""

    roll: str = ""
    used_mm: float = 0.0
    out: bool = False


class PaperRoll:
    """The roll in this station's printer; ``printer_watch.PaperCount`` for the spool, ``left_mm`` for any thread.

    Each method raises StoreError where the files cannot be read or written.

    Args:
        length_m: of a whole roll.
    """

    def __init__(self, folder: Path, length_m: int, now: Callable[[], datetime]) -> None:
        self._path, self._notes = folder / COUNT_FILE, RollNotes(folder)
        self._length_mm, self._now = length_m * 1000.0, now
        self._out: bool | None = None

    def used(self, millimetres: float) -> None:
        count = self._count()
        self._write(replace(count, used_mm=count.used_mm + millimetres))

    def ran_out(self) -> None:
        self._set_out(out=True)

    def refilled(self) -> None:
        """Paper that comes after the end of a roll is a new roll, without anybody saying so."""
        if self._is_out():
            self._notes.note(self._now(), PRINTER)
            self._set_out(out=False)

    def left_mm(self) -> float | None:
        """How much paper should be left; None where nobody has told of a roll yet."""
        count = self._count()
        return max(0.0, self._length_mm - count.used_mm) if count.roll else None

    def _is_out(self) -> bool:
        """Asked every second, so read once: a program that was started anew knows what the last one was told."""
        if self._out is None:
            self._out = self._count().out
        return self._out

    def _set_out(self, *, out: bool) -> None:
        if self._is_out() is not out:
            self._write(replace(self._count(), out=out))
            self._out = out

    def _count(self) -> _Count:
        """Nothing is used of a roll that is newer than the count."""
        at = self._notes.last()
        roll = instant_text(at) if at else ""
        count = _count_of(_text(self._path))
        return count if count.roll == roll else _Count(roll)

    def _write(self, count: _Count) -> None:
        part = self._path.with_suffix(".part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(asdict(count), file)
            part.replace(self._path)
        except OSError as error:
            raise StoreError(f"cannot write {COUNT_FILE}: {error.strerror}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StoreError(f"cannot read {path.name}: {error.strerror}") from error


def _count_of(text: str) -> _Count:
    """What was cut off in writing counts from nothing: it is an estimate."""
    try:
        told = json.loads(text)
        return _Count(str(told["roll"]), float(told["used_mm"]), bool(told["out"]))
    except (ValueError, KeyError, TypeError):
        return _Count()


def _instant(line: str) -> datetime | None:
    try:
        return parse_instant(str(json.loads(line)["at"]))
    except (ValueError, KeyError, TypeError):
        return None
