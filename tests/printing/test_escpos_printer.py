"""A slip is as sure as the printer can tell; a line that is too slow is refused."""

import pytest

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation, PrinterStatus
from kiosk.printing.probe import Capabilities
from tests.escpos_memory import MemoryTransport
from tests.printing.printer_rig import SLIP, SLIP_MM, clone, rig_of
from tests.printing.slips import a_slip


@pytest.mark.parametrize(
    ("tells", "level"),
    [
        ((True, True, True), Confirmation.PRINTED),
        ((False, False, True), Confirmation.PRINTED),
        ((True, True, False), Confirmation.PROCESSED),
        ((False, True, False), Confirmation.PROCESSED),
        ((True, False, False), Confirmation.SENT),
        ((False, False, False), Confirmation.SENT),
    ],
)
def test_a_slip_is_as_sure_as_the_printer_can_tell(tells: tuple[bool, bool, bool], level: Confirmation) -> None:
    status, barrier, ids = tells
    rig = rig_of(tells_status=status, tells_barrier=barrier, tells_ids=ids)
    assert rig.printer.capabilities() is None
    assert [rig.print(job) for job in ("one", "two", "three")] == [level] * 3
    assert rig.printer.capabilities() == Capabilities(status, barrier, ids)
    rig.clock.pass_until(rig.clock() + 10)
    rig.device.run()
    assert len(rig.device.slips) == 3
    assert (rig.device.errors, rig.device.torn) == ([], [])


def test_printed_is_told_only_once_the_paper_is_out() -> None:
    rig = rig_of(speed_mm_s=10.0)
    rig.printer.status()
    began = rig.clock()
    rig.print()
    assert rig.clock() - began > SLIP_MM / 10.0
    assert len(rig.device.slips) == 1


def test_a_slip_without_end_is_told_as_sent_after_a_finite_time() -> None:
    rig = rig_of(speed_mm_s=0.5)
    rig.printer.status()
    began = rig.clock()
    assert rig.print() is Confirmation.SENT
    assert rig.clock() - began < 10


def test_a_real_slip_says_how_much_paper_it_takes() -> None:
    rig = rig_of()
    printed = rig.printer.print_slip(a_slip("hi"), "job")
    assert printed.confirmation is Confirmation.PRINTED
    (slip,) = rig.device.slips
    assert printed.millimetres == pytest.approx(slip.image.height / 203 * 25.4 + 12 + 25.4 / 6)


def test_a_clone_is_never_shown_as_broken() -> None:
    rig = clone()
    for _ in range(3):
        assert rig.printer.status() == PrinterStatus()
    assert rig.print() is Confirmation.SENT
    assert rig.printer.status() == PrinterStatus()


def test_a_clone_costs_no_time_once_it_is_known() -> None:
    rig = clone(speed_mm_s=None)
    rig.print()
    began = rig.clock()
    rig.print()
    rig.printer.status()
    assert rig.clock() == began


def test_a_line_that_is_too_slow_is_refused_with_figure_and_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = rig_of()
    rig.print()
    monkeypatch.setattr(MemoryTransport, "seconds_for", lambda link, size: size * 10 / 9600 + 5)
    with pytest.raises(PrinterError, match=r"takes 15 s on this line, 10 s at most: .* 38400 or more") as caught:
        rig.print("two")
    assert (caught.value.code, caught.value.sent) == ("PRINTER_SLOW", False)
    assert len(rig.device.slips) == 1


def test_one_slip_that_is_too_long_for_a_line_costs_the_next_patient_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryTransport, "seconds_for", lambda link, size: size * 10 / 19200)
    rig = rig_of()
    with pytest.raises(PrinterError) as caught:
        rig.printer.print_bytes(3 * SLIP, 3 * SLIP_MM, "long")
    assert (caught.value.code, caught.value.sent) == ("PRINTER_SLOW", False)
    assert rig.printer.status() == PrinterStatus(answered=True)
    assert rig.print("next") is Confirmation.PRINTED


@pytest.mark.parametrize(("baud", "problems"), [(9600, ("PRINTER_SLOW",)), (19200, ()), (115200, ())])
def test_a_slow_line_is_known_before_the_first_slip(
    monkeypatch: pytest.MonkeyPatch, baud: int, problems: tuple[str, ...]
) -> None:
    monkeypatch.setattr(MemoryTransport, "seconds_for", lambda link, size: size * 10 / baud)
    rig = rig_of()
    assert rig.printer.status().problems == problems
