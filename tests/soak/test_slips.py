"""Ten thousand slips through random faults and crashes: each is confirmed, or listed; none comes twice unmarked."""

from collections import Counter
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from structlog.testing import capture_logs

from kiosk.model.token import SlipState
from tests.escpos_printer import TcpPrinter
from tests.model.samples import HOSPITAL, NINE
from tests.printing.tcp_hall import TcpHall, morning

PATIENTS = 870
"""With those who come again, a thousand slips."""


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(101, 111))
def test_ten_thousand_slips(tmp_path: Path, seed: int) -> None:
    began = monotonic()
    with capture_logs(), TcpPrinter() as printer, closing(TcpHall(printer, tmp_path)) as hall:
        morning(hall, seed, PATIENTS)
        told = Counter(row.state for row in hall.files.slip_rows(HOSPITAL.service_day(NINE)))
    jobs = sum(told.values())
    words = ", ".join(f"{told[state]} {state}" for state in SlipState if told[state])
    print(f"\nseed {seed}: {jobs} slips in {monotonic() - began:.0f} s: {words}; {sum(hall.marks.values())} on paper")
    assert jobs >= PATIENTS
    assert told[SlipState.PRINTED] > jobs / 2
