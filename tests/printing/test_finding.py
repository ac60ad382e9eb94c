"""``auto``: which of this machine's printers is taken, from a tree that looks like Linux's own, and what it says."""

import os
from pathlib import Path
from typing import cast

import pytest

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation, Printed, PrinterStatus
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import SlipState
from kiosk.ports import TokenStore
from kiosk.printing.auto_printer import AutoPrinter
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.finding import FoundPrinter, usb_identity
from kiosk.printing.printer import chosen, has_printer, open_printer, wants_slips
from kiosk.printing.spool import LONGEST_PAUSE_S, Spool
from tests.escpos_printer import PtyPrinter
from tests.printing.fakes import HandClock, JobStore, Listener, ScriptedPrinter
from tests.printing.machine import CLONE, OFFICE, RECEIPT, Machine
from tests.printing.slips import AT, a_slip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_is_found_where_there_is_nothing(machine: Machine) -> None:
    assert machine.found() == []
    assert not wants_slips("auto", machine.places)


def test_a_receipt_printer_goes_before_one_that_does_not_say_what_it_is(machine: Machine) -> None:
    machine.plug_in("1-1", "lp0", CLONE, "POS Thermal")
    machine.plug_in("1-2", "lp1", RECEIPT, "EPSON TM-T82")
    assert machine.found() == [
        f"usblp:{machine.root}/dev/usb/lp1 (EPSON TM-T82)",
        f"usblp:{machine.root}/dev/usb/lp0 (POS Thermal)",
    ]
    assert wants_slips("auto", machine.places)


@pytest.mark.parametrize(
    "id_1284", [OFFICE, "MFG:Canon;COMMAND SET:UFRII;", "CMD: PWGRaster,URF", "MFG:x;CMD:GDI,PJL;"]
)
def test_office_printers_are_left_alone(machine: Machine, id_1284: str) -> None:
    machine.plug_in("1-1", "lp0", id_1284, "HP LaserJet")
    assert machine.found() == []


@pytest.mark.parametrize("id_1284", [RECEIPT, CLONE, "MFG:STAR;CMD:STAR;", "MDL:PCL-80;CLS:PRINTER;", ""])
def test_receipt_printers_are_not_taken_for_office_printers(machine: Machine, id_1284: str) -> None:
    machine.plug_in("1-1", "lp0", id_1284)
    assert len(machine.found()) == 1


def test_a_node_that_cannot_be_opened_is_passed_over(machine: Machine) -> None:
    machine.plug_in("1-1", "lp0")
    machine.plug_in("1-2", "lp1")
    node = machine.root / "dev" / "usb" / "lp0"
    node.unlink()
    node.symlink_to("nowhere")
    assert machine.found() == [f"usblp:{machine.root}/dev/usb/lp1 (Maker Printer)"]


def test_looking_for_printers_opens_none(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel begins to read at once, and drops what it has read when the node is closed."""

    def opened(*_asked: object) -> int:
        raise AssertionError

    machine.plug_in("1-1", "lp0")
    monkeypatch.setattr(os, "open", opened)
    assert len(machine.found()) == 1


def test_a_printer_without_the_kernels_driver_is_found_by_its_ids(machine: Machine) -> None:
    machine.plug_in("1-1")
    assert machine.found() == ["usb:0416:5011 (Maker Printer)"]


def test_a_device_cannot_write_what_it_likes_into_our_log(machine: Machine) -> None:
    machine.plug_in("1-1", "lp0", title="Maker \x1b[31m" + "x" * 200)
    (name,) = machine.found()
    assert name.isprintable()
    assert len(name) < 200


def test_a_printer_is_known_by_its_ids_and_serial_number(machine: Machine) -> None:
    machine.plug_in("1-1", "lp0", serial="7F")
    assert usb_identity(machine.root / "dev" / "usb" / "lp0", machine.root / "sys") == "usb:0416:5011:7F"
    assert usb_identity(machine.root / "dev" / "usb" / "lp9", machine.root / "sys") == ""


# --- the printer that looks again ------------------------------------------------------------------------------------


class Desk:
    """Printers come and go by name."""

    def __init__(self) -> None:
        self.there: list[FoundPrinter] = []
        self.printers: dict[str, ScriptedPrinter] = {}
        self.auto = AutoPrinter(lambda: self.there, self._make)

    def plug_in(self, setting: str) -> None:
        self.there.append(FoundPrinter(setting))

    def unplug(self, setting: str) -> None:
        self.there.remove(FoundPrinter(setting))

    def _make(self, found: FoundPrinter) -> ScriptedPrinter:
        return self.printers.setdefault(found.setting, ScriptedPrinter())


def failure(auto: AutoPrinter) -> tuple[str, bool]:
    with pytest.raises(PrinterError) as caught:
        auto.print_slip(a_slip())
    return caught.value.code, caught.value.sent


def test_without_any_printer_none_is_wanted() -> None:
    desk = Desk()
    assert desk.auto.status() == PrinterStatus(("PRINTER_NONE",))
    assert failure(desk.auto) == ("PRINTER_NONE", False)
    assert desk.auto.name == "auto: no printer found"
    assert not has_printer(desk.auto)
    assert desk.auto.finished_ids() == frozenset()


def test_one_of_an_earlier_run_is_missed_from_the_start() -> None:
    """After a power cut the machine may be up before its printer is switched on."""
    auto = AutoPrinter(list, lambda _found: ScriptedPrinter(), has_met=lambda: True)
    assert auto.status() == PrinterStatus(("PRINTER_UNREACHABLE",))
    assert failure(auto) == ("PRINTER_UNREACHABLE", False)
    assert has_printer(auto)


def test_one_that_is_plugged_in_later_is_taken() -> None:
    desk = Desk()
    desk.plug_in("one")
    assert desk.auto.status().ready
    assert has_printer(desk.auto)
    assert desk.auto.print_slip(a_slip(), "job") == Printed(Confirmation.SENT, 70.0)
    assert desk.printers["one"].job_ids == ["job"]


def test_one_that_is_unplugged_is_missed_and_taken_again() -> None:
    desk = Desk()
    desk.plug_in("one")
    assert desk.auto.status().ready
    desk.unplug("one")
    assert desk.auto.status() == PrinterStatus(("PRINTER_UNREACHABLE",))
    assert failure(desk.auto) == ("PRINTER_UNREACHABLE", False)
    assert desk.auto.name.endswith("is gone")
    assert has_printer(desk.auto)
    desk.plug_in("one")
    assert desk.auto.status().ready
    assert "is gone" not in desk.auto.name


def test_a_second_printer_takes_over_only_when_the_first_is_gone() -> None:
    desk = Desk()
    desk.plug_in("one")
    desk.auto.print_slip(a_slip())
    desk.there.insert(0, FoundPrinter("two"))
    desk.auto.print_slip(a_slip())
    assert len(desk.printers["one"].slips) == 2
    desk.unplug("one")
    desk.auto.print_slip(a_slip())
    assert len(desk.printers["two"].slips) == 1


def test_finished_ids_are_asked_of_the_printer_that_is_there() -> None:
    desk = Desk()
    desk.plug_in("one")
    desk.auto.status()
    desk.printers["one"].finished = frozenset({"abcd"})
    assert desk.auto.finished_ids() == {"abcd"}


def test_auto_prints_through_the_node_it_found_and_says_which(machine: Machine) -> None:
    with PtyPrinter() as device:
        machine.plug_in("1-1", "lp0", RECEIPT, "EPSON TM-T82")
        machine.lead_to("lp0", device)
        auto = open_printer("auto", 576, lambda: AT, machine.places)
        assert auto.name == f"auto: usblp:{machine.root}/dev/usb/lp0 (EPSON TM-T82)"
        assert auto.print_slip(a_slip("hi"), "one").confirmation is Confirmation.PRINTED
        machine.unplug("lp0")
        assert auto.status().problems == ("PRINTER_UNREACHABLE",)
        machine.replug("1-1", "lp1")
        machine.lead_to("lp1", device)
        assert auto.status() == PrinterStatus(answered=True)
        assert auto.print_slip(a_slip("hi"), "two").confirmation is Confirmation.PRINTED
        assert auto.name == f"auto: usblp:{machine.root}/dev/usb/lp1 (EPSON TM-T82)"
        assert device.device.errors == []
        assert isinstance(chosen(auto), EscPosPrinter)


def test_slips_go_on_by_themselves_when_the_printer_is_plugged_in_again(machine: Machine) -> None:
    clock, listener = HandClock(), Listener()
    store = JobStore(clock)
    with PtyPrinter() as device:
        machine.plug_in("1-1", "lp0", RECEIPT)
        machine.lead_to("lp0", device)
        auto = open_printer("auto", 576, lambda: AT, machine.places)
        spool = Spool(cast("TokenStore", store), auto, SAMPLE_FACILITY, clock, listener)
        store.queue("a")
        assert spool.print_due() == 1
        machine.unplug("lp0")
        store.queue("b")
        assert spool.print_due() == 0
        assert (store.states()["b"], store.causes["b"]) == (SlipState.QUEUED, "PRINTER_UNREACHABLE")
        machine.replug("1-1", "lp1")
        machine.lead_to("lp1", device)
        clock.passed_s += LONGEST_PAUSE_S
        assert spool.print_due() == 1
        assert store.states() == {"a": SlipState.PRINTED, "b": SlipState.PRINTED}
        assert len(device.wait_for(2, timeout_s=30)) == 2
