"""Where a desk stands, kept in a file beside the store: a new store, or a restored one, stands in the same room."""

import json
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import StoreError
from kiosk.model.moves import MAX_ROOM
from kiosk.ui.desk.place import Place

FILE = "desk.json"


@dataclass(frozen=True)
class PlaceFile:
    """``PlaceShelf`` in ``folder``. What makes no sense there is as if nothing was kept: somebody chooses again."""

    folder: Path

    def load(self) -> Place | None:
        """Raises StoreError where the file cannot be read."""
        try:
            return _parsed((self.folder / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {FILE}: {error.strerror}") from error

    def keep(self, place: Place) -> None:
        """Raises StoreError; then the file is as it was."""
        draft = self.folder / f"{FILE}.new"
        try:
            draft.write_text(json.dumps({"room": place.room, "departments": list(place.departments)}), "utf-8")
            draft.replace(self.folder / FILE)
        except OSError as error:
            raise StoreError(f"cannot write {FILE}: {error.strerror}") from error


def _parsed(untrusted_text: str) -> Place | None:
    try:
        kept = json.loads(untrusted_text)
    except ValueError:
        return None
    room, departments = (kept.get("room"), kept.get("departments")) if isinstance(kept, dict) else (None, None)
    if not isinstance(room, str) or len(room) > MAX_ROOM or not isinstance(departments, list):
        return None
    return Place(room, tuple(code for code in departments if isinstance(code, str)))
