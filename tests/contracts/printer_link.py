"""What every way to a printer promises that answers."""

import time
from contextlib import AbstractContextManager
from typing import Protocol

import pytest

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation, PrinterStatus, process_id
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.layout import SlipPainter
from kiosk.printing.link import PrinterLink, Transport
from kiosk.printing.link_dialogue import Dialogue
from tests.escpos_device import VirtualPrinter
from tests.escpos_paper import SlipPaper

SLIP = b"\x1b@\x1dv0\x00\x48\x00\x80\x00" + b"\x55" * 72 * 128 + b"\x1bd\x01\x1dVB\x00"
SLIP_MM = 16.0
SOON_S = 30.0
"""Long enough for a slow machine."""


class Rig(Protocol):
    """A printer that runs by itself behind ``transport``."""

    @property
    def transport(self) -> Transport: ...

    @property
    def device(self) -> VirtualPrinter: ...

    def wait_for(self, count: int, timeout_s: float) -> list[SlipPaper]: ...

    def unplug(self) -> None: ...

    def plug_in(self) -> None: ...


class PrinterLinkContract:
    """Tests take a ``rig``."""

    def test_bytes_arrive_whole(self, rig: Rig) -> None:
        send(rig.transport, 3 * SLIP, SOON_S)
        slips = rig.wait_for(3, 30)
        assert [slip.image.size for slip in slips] == [(576, 128)] * 3
        assert rig.device.errors == []

    def test_a_slip_goes_all_the_way_up_the_ladder(self, rig: Rig) -> None:
        printer = printer_at(rig)
        assert printer.print_bytes(SLIP, SLIP_MM, "job").confirmation is Confirmation.PRINTED
        assert rig.device.finished[-1] == process_id("job")
        assert printer.status() == PrinterStatus(answered=True)

    def test_all_four_answers_come(self, rig: Rig) -> None:
        rig.device.is_low = True
        with opened(rig) as link:
            assert Dialogue(link, time.monotonic).status() == {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x1E}

    def test_a_problem_is_told_and_nothing_sent(self, rig: Rig) -> None:
        printer = printer_at(rig)
        assert printer.status().ready
        rig.device.is_open = True
        assert printer.status().problems == ("COVER_OPEN",)
        assert failure(printer) == ("COVER_OPEN", False)
        rig.device.is_open = False
        assert printer.print_bytes(SLIP, SLIP_MM, "again").confirmation is Confirmation.PRINTED

    def test_silence_is_no_answer_and_ends_in_time(self, rig: Rig) -> None:
        rig.device.tells_status = False
        began = time.monotonic()
        with opened(rig) as link:
            assert Dialogue(link, time.monotonic).status() == {}
        assert time.monotonic() - began > 0.3

    def test_a_printer_that_takes_nothing_stalls_the_slip_in_time(self, rig: Rig) -> None:
        rig.device.is_stalled = True
        with pytest.raises(PrinterError) as caught:
            send(rig.transport, 40 * SLIP, 0.4)
        assert (caught.value.code, caught.value.sent) == ("PRINTER_STALLED", True)

    def test_a_printer_that_takes_nothing_is_given_up_long_before_the_deadline(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("kiosk.printing.link.STALL_S", 0.3)
        rig.device.is_stalled = True
        began = time.monotonic()
        with pytest.raises(PrinterError) as caught:
            send(rig.transport, 40 * SLIP, 300)
        assert caught.value.code == "PRINTER_STALLED"
        assert time.monotonic() - began < 100

    def test_what_is_stalled_is_not_printed_later(self, rig: Rig) -> None:
        """At most what the printer had taken by then."""
        rig.device.is_stalled = True
        with pytest.raises(PrinterError):
            send(rig.transport, 40 * SLIP, 0.4)
        rig.device.is_stalled = False
        printer_at(rig).status()
        assert len(rig.device.slips) < 40

    def test_paper_that_ends_in_mid_slip_leaves_nothing_to_come_out_later(self, rig: Rig) -> None:
        printer = printer_at(rig)
        assert printer.print_bytes(SLIP, SLIP_MM, "one").confirmation is Confirmation.PRINTED
        rig.device.load_paper(60)
        assert failure(printer) == ("PAPER_OUT", True)
        rig.device.load_paper()
        assert printer.status().ready
        assert [len(rig.device.slips), len(rig.device.torn)] == [1, 1]
        assert printer.print_bytes(SLIP, SLIP_MM, "two").confirmation is Confirmation.PRINTED
        assert len(rig.device.slips) == 2

    def test_unplugged_and_plugged_in_again_goes_on_without_a_restart(self, rig: Rig) -> None:
        printer = printer_at(rig)
        assert printer.print_bytes(SLIP, SLIP_MM, "one").confirmation is Confirmation.PRINTED
        rig.unplug()
        assert printer.status().problems == ("PRINTER_UNREACHABLE",)
        assert failure(printer) == ("PRINTER_UNREACHABLE", False)
        rig.plug_in()
        assert printer.status() == PrinterStatus(answered=True)
        assert printer.print_bytes(SLIP, SLIP_MM, "two").confirmation is Confirmation.PRINTED
        assert rig.device.finished[-1] == process_id("two")

    def test_a_name_of_its_own(self, rig: Rig) -> None:
        assert rig.transport.identity() == rig.transport.identity() != ""
        assert rig.transport.answers


def printer_at(rig: Rig) -> EscPosPrinter:
    return EscPosPrinter("rig", SlipPainter(576), rig.transport)


def opened(rig: Rig) -> AbstractContextManager[PrinterLink]:
    return rig.transport.opened(5)


def send(transport: Transport, data: bytes, deadline_s: float) -> None:
    """As a printer does with a slip."""
    until = time.monotonic() + deadline_s
    with transport.opened(5) as link:
        link.write_all(data, until)
        link.flush(until)


def failure(printer: EscPosPrinter) -> tuple[str, bool]:
    with pytest.raises(PrinterError) as caught:
        printer.print_bytes(SLIP, SLIP_MM, "job")
    return caught.value.code, caught.value.sent
