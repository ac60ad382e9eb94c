"""``kiosk checkin`` with hundreds of files, killed by SIGKILL at a random moment, again and again on the same store."""

import os
import random
import select
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from kiosk.model.sample import SAMPLE_FACILITY
from tests.cards import draw_cards
from tests.e2e.programs import Line, Station, json_lines
from tests.e2e.warm import WarmKiosk

FILES = 300
"""Of one run; at 2 ms a patient without a printer, hardly a run gets to its end before it is killed."""
AGAIN = 5
"""So many patients of the run before come once more: they must get the token they have."""
_Ended: TypeAlias = tuple[int, bytes]
_CODES = tuple(department.code for department in SAMPLE_FACILITY.departments)
PRINTING, QUICK = _CODES[:2], _CODES[2:]
"""Check-ins in the first write slips to a folder. Those in the others have no printer and are ten times as quick, so
that kills fall on other moments."""


@dataclass
class Hall:
    """A station whose program keeps dying.

    Attributes:
        promised: what the program has said on standard output, by the picture's name and department. A patient may
            have the number on the screen from that moment on.
    """

    folder: Path
    seed: int
    warm: WarmKiosk
    promised: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._cards = draw_cards(self.folder / "cards", 3 * FILES)
        self._reached = dict.fromkeys(_CODES, 0)

    @property
    def slips(self) -> Path:
        return self.folder / "slips"

    def station(self, department: str) -> Station:
        printer = f"folder:{self.slips}" if department in PRINTING else "none"
        return Station(self.folder / "kiosk", printer, warm=self.warm)

    def survive(self, kills: int) -> None:
        """Start and kill the program so many times, and remember what it promised."""
        killed = 0
        for _ in range(2 * kills):
            killed += self._one_run()
            if killed == kills:
                return
        raise AssertionError(f"only {killed} of {2 * kills} runs were still at work when they were to be killed")

    def run_to_the_end(self) -> None:
        """One more run of each department that ends by itself."""
        for department in _CODES:
            # A quick department may have had every patient there is; then the last ones come again.
            first = min(self._reached[department], len(self._cards) - 2 * AGAIN)
            files = self._cards[first : first + 2 * AGAIN]
            self._remember(department, self.station(department).check_in(*files, department=department))

    def _one_run(self) -> bool:
        department = min(self._chance.choice([PRINTING, QUICK]), key=lambda code: self._reached[code])
        first = max(0, self._reached[department] - AGAIN)
        files = self._cards[first : first + FILES]
        # Half of the kills fall on the first moments, where start-up, first numbers and first slips meet.
        delay_s = self._chance.choice([0.02, 0.25]) * self._chance.random()
        words = ["checkin", *map(str, files), "--department", department]
        code, output = _killed_after(delay_s, self.warm, words, self.station(department).environ)
        assert code in (0, -signal.SIGKILL), output
        lines = json_lines(output.decode())
        self._remember(department, lines)
        self._reached[department] = first + len(lines)
        return code == -signal.SIGKILL

    def _remember(self, department: str, lines: Iterable[Line]) -> None:
        for line in lines:
            assert line["outcome"] in ("issued", "already_issued"), line
            promise = (line["label"], line["token_id"])
            kept = self.promised.setdefault((Path(line["source"]).name, department), promise)
            assert kept == promise, "a patient was given a second number"


def _killed_after(delay_s: float, kiosk: WarmKiosk, words: Sequence[str], environ: Mapping[str, str]) -> _Ended:
    """Kill the command so many seconds after its first line. Returns its exit code and all that it wrote.

    The end of its output also proves that no process of its own has outlived it.
    """
    with kiosk.running(words, environ) as (command, output_end):
        output = bytearray()
        while b"\n" not in output and (chunk := os.read(output_end, 1 << 16)):
            output += chunk
        until = time.monotonic() + delay_s
        while (left_s := until - time.monotonic()) > 0 and select.select([output_end], [], [], left_s)[0]:
            if not (chunk := os.read(output_end, 1 << 16)):
                break
            output += chunk
        command.kill()
        while chunk := os.read(output_end, 1 << 16):
            output += chunk
        return command.wait(), bytes(output)
