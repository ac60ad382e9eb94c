"""A printer that the system's print service (CUPS) owns: slips are handed over, and nothing comes back."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kiosk.errors import PrinterError
from kiosk.printing.link import PrinterLink, stalled

_TITLE = "slip"
"""What the print service shows of a job: nothing of the patient."""


@dataclass(frozen=True)
class CupsTransport:
    """``lp`` with raw data: the queue must not turn the bytes into something else."""

    queue: str
    answers: bool = False

    def identity(self) -> str:
        return f"cups:{self.queue}"

    def seconds_for(self, size: int) -> float:
        return 0.0

    @contextmanager
    def opened(self, deadline_s: float) -> Iterator[PrinterLink]:
        """``lp`` is looked for, and not run: what the print service thinks of its printer it does not say reliably."""
        program = shutil.which("lp")
        if program is None:
            raise PrinterError("there is no lp: install the package cups-client", code="PRINTER_UNREACHABLE")
        yield _CupsLink([program, "-d", self.queue, "-o", "raw", "-t", _TITLE, "-s"])


@dataclass(frozen=True)
class _CupsLink:
    command: list[str]
    _held: bytearray = field(default_factory=bytearray)

    def write_all(self, data: bytes, until: float) -> None:
        self._held.extend(data)

    def flush(self, until: float) -> None:
        """The print service takes a job whole or not at all."""
        data, left_s = bytes(self._held), max(0.0, until - time.monotonic())
        self._held.clear()
        try:
            # The queue's name is the setting's, and cannot be taken for an option.
            subprocess.run(self.command, input=data, capture_output=True, timeout=left_s, check=True)  # noqa: S603
        except subprocess.TimeoutExpired as error:
            raise stalled(sent=True) from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise PrinterError("the print service does not take slips", code="PRINTER_UNREACHABLE") from error

    def read(self, until: float) -> bytes:
        return b""

    def port_status(self) -> None:
        return None
