"""What the scanner's processes may do: they look at strangers' pictures with large native libraries.

What stands here holds everywhere that Linux allows it: 2 GiB of address space, no core dumps, no files written, few
open files, no new privileges, death with the program. The network is taken away by a network namespace of its own,
which the kernel may refuse to an unprivileged process (``user.max_user_namespaces = 0``, some containers); then it
stays, and ``has_network`` says so. It also stays for a camera that is read over the network. System calls are not
filtered here; for the whole service systemd does that (``resources/systemd/opd-kiosk.service``).
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

MEMORY_BYTES = 2 * 1024**3
_OPEN_FILES = 128
_ENVIRONMENT = {
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "1",  # seconds that a read may wait for a camera; 10 unless told
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(64 * 1024**2),
    "OPENCV_LOG_LEVEL": "OFF",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "OPENBLAS_NUM_THREADS": "1",  # each more reserves memory, which is limited here
}
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def confine(*, keeps_network: bool = False) -> None:
    """Limit this process; call it first, while it has one thread. Being stopped is the program's business."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.environ.update(_ENVIRONMENT)
    if sys.platform == "linux":
        _limit_resources()
        _give_memory_back()
        _limit_privileges()
        if not keeps_network:
            _leave_network()


def has_network() -> bool:
    """Whether this process could reach another machine: its network has more than a loopback device."""
    devices = Path("/proc/self/net/dev")
    try:
        names = [line.split(":")[0].strip() for line in devices.read_text().splitlines()[2:]]
    except OSError:
        return True
    return names != ["lo"]


def _limit_resources() -> None:
    import resource

    limits = (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    )
    for limit, most in limits:
        with suppress(OSError, ValueError):  # a lower limit is in force already
            resource.setrlimit(limit, (most, most))


def _give_memory_back() -> None:
    """Pictures to the kernel as soon as they are done with; else the C library keeps ever more room for them."""
    with suppress(AttributeError):  # not every C library can
        for option, value in ((_M_MMAP_THRESHOLD, 256 * 1024), (_M_TRIM_THRESHOLD, 8 * 1024**2), (_M_ARENA_MAX, 1)):
            _call("mallopt", option, value)


def _limit_privileges() -> None:
    """No privileges by set-uid programs, no looking in from outside, and no life after the program's."""
    for option, value in ((_PR_SET_NO_NEW_PRIVS, 1), (_PR_SET_DUMPABLE, 0), (_PR_SET_PDEATHSIG, signal.SIGKILL)):
        _call("prctl", option, int(value), 0, 0, 0)


def _leave_network() -> None:
    """Into a user and a network namespace of its own, whose only device is a loopback that is down.

    Files and devices that were allowed stay so: the kernel goes on comparing the user's and groups' real numbers.
    """
    _call("unshare", _CLONE_NEWUSER | _CLONE_NEWNET)


def _call(name: str, *arguments: int) -> int:
    """A function of the C library; what it returns."""
    import ctypes

    library = ctypes.CDLL(None)
    return int(getattr(library, name)(*map(ctypes.c_ulong, arguments)))
