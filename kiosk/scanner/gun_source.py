"""What a gun's thread reads: an open device that can be waited for, and gives what was scanned as bytes."""

import errno
from typing import NoReturn, Protocol

from kiosk.errors import GunError

_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.EWOULDBLOCK})

MISSING, LOST, DENIED = "GUN_MISSING", "GUN_LOST", "GUN_DENIED"


class GunSource(Protocol):
    """One opening of a device."""

    idle_s: float
    """A pause of so many seconds ends a scan."""

    def fileno(self) -> int:
        """Readable where ``receive`` has something to say."""
        ...

    def receive(self) -> bytes:
        """What has come since, perhaps nothing; never waits. Text is UTF-8, ``\\n`` ends a scan.

        Raises:
            GunError: GUN_LOST
        """
        ...

    def close(self) -> None:
        """Let go of the device; never raises for one that is gone."""
        ...


def raise_not_opened(error: OSError, where: str, advice: str) -> NoReturn:
    """Tell a device that is not for us from one that is not there.

    Raises:
        GunError: GUN_DENIED with ``advice``, or GUN_MISSING.
    """
    if error.errno in _FORBIDDEN:
        raise GunError(f"{where} is not for this program: {advice}", code=DENIED) from error
    raise GunError(f"no scanner gun at {where}: check its cable", code=MISSING) from error


def lost(where: str) -> GunError:
    return GunError(f"the scanner gun at {where} is gone: check its cable", code=LOST)
