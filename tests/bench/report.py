"""Times as a table for people, with the aims they are held to and the machine they were taken on."""

import math
import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

import sqlcipher3.dbapi2

from tests.bench.measuring import CheckInTimes

MOST_RATIO = 2.5
MOST_WHOLE_MS = 150.0
PARTS = {
    "decode": "frame in memory to text",
    "issue": "patient to committed token",
    "print": "slip drawn, sent, last byte accepted, noted",
    "whole": "picture file to all of this",
    "bare": "the rows of issue in a bare sqlcipher3 transaction",
}
LIBRARIES = ("sqlalchemy", "sqlcipher3", "pyside6-essentials", "opencv-python-headless", "zxing-cpp", "python-escpos")


def report(times: Sequence[CheckInTimes], seed: int) -> Iterator[str]:
    """The lines of the report."""
    yield f"{len(times)} check-ins in one process, seed {seed}; 1280x720 frames; network printer on loopback, 576 dots"
    yield from machine()
    yield ""
    yield f"{'ms':8}{'p50':>9}{'p99':>9}{'max':>9}"
    for part, meaning in PARTS.items():
        values = [getattr(each, part) for each in times]
        figures = "".join(f"{value:9.2f}" for value in (percentile(values, 50), percentile(values, 99), max(values)))
        yield f"{part:8}{figures}   {meaning}"
    yield ""
    yield from aims(times)


def aims(times: Sequence[CheckInTimes]) -> Iterator[str]:
    """Each aim, and whether it was met."""
    ratio = median(each.issue / each.bare for each in times)
    met = _met(ratio <= MOST_RATIO)
    yield f"issue takes {ratio:.2f} times as long as bare (median of the pairs); aim at most {MOST_RATIO}: {met}"
    whole = percentile([each.whole for each in times], 99)
    yield f"whole takes {whole:.1f} ms (p99); aim under {MOST_WHOLE_MS:.0f} ms: {_met(whole < MOST_WHOLE_MS)}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def machine() -> Iterator[str]:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan
    yield f"machine: {_processor()}, {os.cpu_count()} cores, {platform.platform()}, load {load:.1f}"
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield f"Python {platform.python_version()}, SQLite {sqlcipher3.dbapi2.sqlite_version}, {libraries}"


def _processor() -> str:
    """Its name in Linux's own list, else what Python knows."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _met(met: bool) -> str:
    return "met" if met else "NOT met"
