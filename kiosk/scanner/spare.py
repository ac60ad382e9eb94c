"""A process of the scanner kept ready beside the one that works, so that after a crash the next one begins at once.

It holds about 35 MB of its own, and takes no time of the processor while it waits.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from kiosk.scanner.child import Child
from kiosk.scanner.messages import BEGIN


@dataclass
class Spare:
    """Belongs to one thread: the processes end with the thread that has started them."""

    start_child: Callable[[], Child]
    _ready: Child | None = None

    def prepare(self) -> None:
        """Have one loaded, for when it is needed."""
        if self._ready is None:
            with suppress(OSError):  # then ``begin`` tries again, and says so
                self._ready = self.start_child()

    def begin(self) -> Child:
        """The one that is ready, or a fresh one, which takes some tenths of a second to load.

        Raises:
            OSError: none can be started.
        """
        ready, self._ready = self._ready, None
        if ready is not None:
            if _told_to_begin(ready):
                return ready
            ready.close()
        fresh = self.start_child()
        _told_to_begin(fresh)  # whoever listens to one that has ended already finds that out
        return fresh

    def close(self) -> None:
        ready, self._ready = self._ready, None
        if ready is not None:
            ready.close()


def _told_to_begin(child: Child) -> bool:
    try:
        child.send(BEGIN)
    except OSError:
        return False
    return True
