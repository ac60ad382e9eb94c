"""Slips handed to the system's print service, whose ``lp`` is a script here."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation, PrinterStatus
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.layout import SlipPainter
from kiosk.printing.probe import Memory
from kiosk.printing.transports_cups import CupsTransport
from tests.escpos_paper import Tokeniser
from tests.printing.slips import a_slip

GOOD = 'echo "$@" >> "$HERE/arguments"; cat >> "$HERE/stream"'


@pytest.fixture
def lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a script where ``lp`` is looked for."""

    def install(script: str) -> None:
        path = tmp_path / "bin" / "lp"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)

    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HERE", str(tmp_path))
    return install


def printer(deadline_s: float = 20) -> EscPosPrinter:
    return EscPosPrinter("cups:Slips", SlipPainter(576), CupsTransport("Slips"), Memory(), deadline_s)


def failure(deadline_s: float = 20) -> tuple[str, bool]:
    with pytest.raises(PrinterError) as caught:
        printer(deadline_s).print_slip(a_slip("hi"), "job")
    return caught.value.code, caught.value.sent


def test_a_slip_is_one_job_and_never_more_than_sent(lp: Callable[[str], None], tmp_path: Path) -> None:
    lp(GOOD)
    slips = printer()
    assert [slips.print_slip(a_slip("hi"), job).confirmation for job in "ab"] == [Confirmation.SENT] * 2
    assert (tmp_path / "arguments").read_text() == "-d Slips -o raw -t slip -s\n" * 2
    paper = Tokeniser()
    paper.feed((tmp_path / "stream").read_bytes())
    assert (len(paper.slips), paper.errors) == (2, [])


def test_a_look_prints_nothing(lp: Callable[[str], None], tmp_path: Path) -> None:
    lp(GOOD)
    assert printer().status() == PrinterStatus()
    assert printer().finished_ids() == frozenset()
    assert not (tmp_path / "arguments").exists()


def test_a_queue_that_takes_nothing_is_unreachable_and_nothing_sent(lp: Callable[[str], None]) -> None:
    lp('echo "lp: The printer or class does not exist." >&2; exit 1')
    assert failure() == ("PRINTER_UNREACHABLE", False)


def test_a_print_service_that_hangs_leaves_the_slip_in_doubt(lp: Callable[[str], None]) -> None:
    lp("exec sleep 60")
    began = time.monotonic()
    assert failure(deadline_s=0.5) == ("PRINTER_STALLED", True)
    assert time.monotonic() - began < 50


def test_a_machine_without_lp_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert printer().status().problems == ("PRINTER_UNREACHABLE",)
    assert failure() == ("PRINTER_UNREACHABLE", False)
