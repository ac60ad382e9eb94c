"""A reader says what it read and what it saw."""

import time

import numpy as np
import pytest

from kiosk.scanner.reading import Reader
from tests.scanner.drawing import drawn

CARD = '{"hidn":"91-0000-0000-0018","phr":"ashadevi@sbx","name":"Asha Devi","gender":"F","dob":"1978"}'


@pytest.mark.parametrize("budget_s", [None, 0.03])
def test_a_clean_card_is_read_and_measured(budget_s: float | None) -> None:
    reading = Reader(time.perf_counter, budget_s).read(drawn(CARD, scale=4))
    assert reading.texts == (CARD,)
    assert reading.steps
    finding = reading.finding
    assert finding.located
    assert finding.inside
    assert len(finding.corners) == 4
    assert finding.module_px == pytest.approx(4, abs=0.2)
    assert finding.sharpness is not None
    assert finding.sharpness > 0.7


def test_an_empty_frame_is_measured_as_a_whole() -> None:
    reading = Reader(time.perf_counter, 0.03).read(np.full((300, 400), 40, np.uint8))
    assert reading.texts == ()
    finding = reading.finding
    assert (finding.located, finding.luma, finding.glare, finding.module_px) == (False, 40.0, 0.0, None)


def test_a_text_is_not_in_what_is_logged() -> None:
    assert "Asha" not in repr(Reader(time.perf_counter, None).read(drawn(CARD)))
