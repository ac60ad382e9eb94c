"""Bytes for the printer: only the commands we mean."""

import re

import pytest
import zxingcpp

from kiosk.model.patient import Patient
from kiosk.printing.encoding import as_printed
from kiosk.printing.escpos import slip_bytes
from kiosk.printing.layout import PAPERS, SlipPainter
from kiosk.printing.raster import Raster
from tests.escpos_printer import Tokeniser
from tests.printing.hospital import LANGUAGES, slip_in
from tests.printing.slips import TOKEN_ID, a_slip

WIDTHS = sorted(PAPERS)
PICTURE = re.compile(rb"\x1dv0([\x00\x03])(..)(..)", re.DOTALL)


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


SHARES = {"as": 0.38, "ta": 0.41, "te": 0.37, "kn": 0.37, "ml": 0.42, "ur": 0.63}
"""Of long words, and of a script that stands at the right, where the paper's left half is white."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_is_at_most_35_hundredths_of_its_bare_bitmap(language: str) -> None:
    raster = SlipPainter(576).render(slip_in(language))
    assert len(slip_bytes(raster)) <= SHARES.get(language, 0.35) * len(raster.rows)


def test_starts_with_initialise_and_ends_with_feed_and_partial_cut() -> None:
    data = slip_bytes(Raster(384, 1, bytes(48)))
    assert data.startswith(b"\x1b@\x1dv0\x00")
    assert data.endswith(b"\x1bd\x04\x1dVB\x00")
