"""When a new roll of paper was put in: one line each in a file beside the store, for whoever wonders how long it lasts.

A note of this desk alone: how much paper is left is not reckoned from it yet.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.errors import StoreError
from kiosk.model.events import instant_text, parse_instant

FILE = "rolls.jsonl"


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
        try:
            lines = (self.folder / FILE).read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {FILE}: {error.strerror}") from error
        return next((at for at in map(_instant, reversed(lines)) if at is not None), None)


def _instant(line: str) -> datetime | None:
    try:
        return parse_instant(str(json.loads(line)["at"]))
    except (ValueError, KeyError, TypeError):
        return None
