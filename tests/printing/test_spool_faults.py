"""A short morning of the soak: the spool with real files and a real socket, among faults and crashes."""

import random
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.escpos_printer import TcpPrinter
from tests.printing.tcp_hall import Kind, TcpHall, bought, morning


@pytest.mark.parametrize("kind", Kind)
def test_no_slip_is_missing_and_none_comes_twice_unmarked(tmp_path: Path, kind: Kind) -> None:
    chance = random.Random(1)
    with (
        capture_logs(),
        TcpPrinter(device=bought(kind, chance), is_narrow=True) as printer,
        closing(TcpHall(printer, tmp_path)) as hall,
    ):
        morning(hall, chance, slips=12)
