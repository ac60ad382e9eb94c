"""How much of the processors programs have used, which depends less on what else runs here than how long they took."""

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 1, slice(11, 15)
"""Of what stands behind the name in ``/proc/PID/stat``; the times of itself and of its children that have ended."""


def children(pid: int) -> set[int]:
    return {int(each.name) for each in Path("/proc").glob("[0-9]*") if _fields(each)[_PARENT] == pid}


def processor_s(pid: int) -> float:
    """Of a process and all that it has started, as far as they waited for those that have ended."""
    own = sum(_fields(Path(f"/proc/{pid}"))[_TIMES]) / _TICKS_PER_S
    return own + sum(processor_s(child) for child in children(pid))


def _fields(process: Path) -> list[int]:
    """As numbers, 0 for the state, which is a letter; zeros once it is gone. A name may hold anything but the end."""
    try:
        _, *numbers = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return [0] * 50
    return [0, *map(int, numbers)]
