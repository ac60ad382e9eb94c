"""A short morning of the soak: the spool with real files and a real socket, among faults and crashes."""

from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.escpos_printer import TcpPrinter
from tests.printing.tcp_hall import TcpHall, morning


@pytest.mark.parametrize("seed", [1])
def test_no_slip_is_missing_and_none_comes_twice_unmarked(tmp_path: Path, seed: int) -> None:
    with capture_logs(), TcpPrinter() as printer, closing(TcpHall(printer, tmp_path)) as hall:
        morning(hall, seed, patients=60)
