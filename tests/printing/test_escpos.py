"""Bytes for the printer: only the commands we mean."""

import re
from dataclasses import replace
from uuid import UUID

import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.model.patient import Patient
from kiosk.printing.escpos import _frame, slip_bytes
from kiosk.printing.layout import PAPERS, SlipPainter
from kiosk.printing.raster import Raster
from tests.escpos_printer import Tokeniser
from tests.printing.hospital import LANGUAGES, slip_in
from tests.printing.printed import as_printed
from tests.printing.slips import TOKEN_ID, a_slip

WIDTHS = sorted(PAPERS)


def printed(data: bytes) -> Tokeniser:
    tokeniser = Tokeniser()
    tokeniser.feed(data)
    return tokeniser


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "hi", "gu"])
def test_the_printer_rebuilds_the_slip_and_prints_no_text(width: int, language: str) -> None:
    raster = SlipPainter(width).render(a_slip(language, copy=1))
    paper = printed(slip_bytes(raster))
    assert paper.errors == []
    assert not paper.unfinished
    (slip,) = paper.slips
    assert slip.text_bytes == b""
    assert slip.image.tobytes() == as_printed(raster).image().tobytes()
    assert [code.text for code in zxingcpp.read_barcodes(slip.image.convert("L"))] == [TOKEN_ID]


def test_commands_in_a_name_never_reach_the_printer() -> None:
    evil = "RAM\x1b@\x1dV0\x1bp0\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
    data = slip_bytes(SlipPainter(576).render(a_slip(patient=Patient(abha_number="91000000000018", name=evil))))
    assert b"RAM" not in data
    assert printed(data).errors == []


@pytest.mark.qt_log_ignore("OpenType support missing")
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=60), min_size=4, max_size=4), st.sampled_from(WIDTHS), st.integers(0, 2**128 - 1))
def test_hostile_texts_reach_paper_as_pictures_alone(texts: list[str], width: int, number: int) -> None:
    person, facility, where, label = texts
    slip = replace(
        a_slip("hi", copy=1), person=person, facility=facility, where=where, label=label, token_id=str(UUID(int=number))
    )
    data = slip_bytes(SlipPainter(width).render(slip))
    assert not re.search(rb"\x10[\x04\x05\x14]", data)
    paper = printed(data)
    assert paper.errors == []
    assert [(each.text_bytes, each.image.width) for each in paper.slips] == [(b"", width)]


SHARES = {"as": 0.357, "ta": 0.417, "ml": 0.389, "ur": 0.379}
"""Of lines that fill the paper from edge to edge, and of Urdu, whose patient stands at the right of the QR."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_is_at_most_35_hundredths_of_its_bare_bitmap(language: str) -> None:
    raster = SlipPainter(576).render(slip_in(language))
    assert len(slip_bytes(raster)) <= SHARES.get(language, 0.35) * len(raster.rows)


def test_starts_with_initialise_and_ends_with_feed_and_partial_cut() -> None:
    data = slip_bytes(Raster(384, 1, bytes(48)))
    assert data.startswith(b"\x1b@\x1dv0\x00")
    assert data.endswith(b"\x1bd\x04\x1dVB\x00")


def test_nothing_is_written_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    _frame.cache_clear()
    for width in WIDTHS:
        slip_bytes(Raster(width, 1, bytes(width // 8)))
    assert capsys.readouterr() == ("", "")
