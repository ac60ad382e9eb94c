"""One printer in memory and what prints with it, on a clock that waiting moves."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.layout import SlipPainter
from kiosk.printing.probe import Capabilities, Memory
from tests.escpos_device import VirtualPrinter
from tests.escpos_memory import MemoryTransport, VirtualClock

SLIP = b"\x1b@\x1dv0\x00\x48\x00\x80\x00" + b"\x55" * 72 * 128 + b"\x1bd\x01\x1dVB\x00"
SLIP_MM = 16.0
ALL = Capabilities(status=True, barrier=True, ids=True)


@dataclass
class Rig:
    clock: VirtualClock
    device: VirtualPrinter
    link: MemoryTransport
    printer: EscPosPrinter

    def print(self, job_id: str = "job") -> Confirmation:
        return self.printer.print_bytes(SLIP, SLIP_MM, job_id).confirmation

    def outcome(self, job_id: str) -> str:
        try:
            return self.print(job_id)
        except PrinterError as error:
            return error.code

    def failure(self, job_id: str = "job") -> tuple[str, bool]:
        with pytest.raises(PrinterError) as caught:
            self.print(job_id)
        return caught.value.code, caught.value.sent


def rig_of(memory: Path | None = None, *, speed_mm_s: float | None = 100.0, **of_device: Any) -> Rig:
    clock = VirtualClock()
    device = VirtualPrinter(clock, speed_mm_s, **of_device)
    link = MemoryTransport(device, clock)
    return Rig(clock, device, link, EscPosPrinter("memory", SlipPainter(576), link, Memory(memory), monotonic=clock))


def clone(memory: Path | None = None, **of_device: Any) -> Rig:
    return rig_of(memory, tells_status=False, tells_barrier=False, tells_ids=False, **of_device)


PROBLEMS: list[tuple[str, Callable[[VirtualPrinter, bool], None]]] = [
    ("PAPER_OUT", lambda device, on: device.load_paper(0 if on else None)),
    ("COVER_OPEN", lambda device, on: setattr(device, "is_open", on)),
    ("CUTTER_JAMMED", lambda device, on: setattr(device, "is_jammed", on)),
    ("PRINTER_HOT", lambda device, on: setattr(device, "is_hot", on)),
    ("PRINTER_FAILED", lambda device, on: setattr(device, "is_failed", on)),
    ("PRINTER_OFFLINE", lambda device, on: setattr(device, "is_offline", on)),
]
"""Code, and what brings it about on a device, or ends it."""
