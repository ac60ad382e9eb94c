"""Where a desk works: the room that patients are called to, and the queues that it calls from."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Post:
    """One desk's place. ``departments`` are codes, in the facility's order."""

    room: str
    departments: tuple[str, ...]


class PostShelf(Protocol):
    """Remembers the post over restarts; used on the store's thread. Both raise StoreError."""

    def load(self) -> Post | None: ...

    def keep(self, post: Post) -> None: ...
