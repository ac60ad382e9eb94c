"""Ten thousand slips through random faults and crashes: each is confirmed, or listed; none comes twice unmarked."""

import random
from collections import Counter
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from structlog.testing import capture_logs

from kiosk.model.token import SlipState
from tests.escpos_printer import TcpPrinter
from tests.model.samples import HOSPITAL, NINE
from tests.printing.tcp_hall import Kind, TcpHall, bought, morning

SEEDS = range(101, 111)
SLIPS = 1000
"""Of each seed, so that all make ten thousand."""
KINDS = list(Kind)


@pytest.mark.soak
@pytest.mark.parametrize("seed", SEEDS)
def test_ten_thousand_slips(tmp_path: Path, seed: int) -> None:
    assert len(SEEDS) * SLIPS >= 10_000
    began, chance, kind = monotonic(), random.Random(seed), KINDS[seed % len(KINDS)]
    device = bought(kind, chance)
    with (
        capture_logs(),
        TcpPrinter(device=device, is_narrow=True) as printer,
        closing(TcpHall(printer, tmp_path)) as hall,
    ):
        morning(hall, chance, SLIPS)
        rows = hall.files.slip_rows(HOSPITAL.service_day(NINE))
    told = Counter(row.state for row in rows)
    words = ", ".join(f"{told[state]} {state}" for state in SlipState if told[state])
    sure = Counter(row.confirmation for row in rows if row.state is SlipState.PRINTED)
    print(
        f"\nseed {seed}, a printer that answers to {kind.value}, {device.speed_mm_s} mm/s, {device.buffer_bytes} bytes:"
    )
    print(f"{len(rows)} slips in {monotonic() - began:.0f} s: {words}; printed are {dict(sure)}")
    print(f"{sum(hall.marks.values())} on paper, {device.power_cuts} power cuts")
    assert len(rows) >= SLIPS
    assert sure[kind.level] > len(rows) / 2
    assert sure[kind.level] > 0.95 * told[SlipState.PRINTED]
