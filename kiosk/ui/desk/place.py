"""Where a desk stands: the room that patients are called to, and the queues that it calls from."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Place:
    """What is remembered of a post when nobody is signed in. ``room`` is empty at a desk that only registers."""

    room: str
    departments: tuple[str, ...]


class PlaceShelf(Protocol):
    """Remembers the place over restarts; not used on the GUI thread. Both raise StoreError."""

    def load(self) -> Place | None: ...

    def keep(self, place: Place) -> None: ...
