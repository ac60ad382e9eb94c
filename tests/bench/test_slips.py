"""The bench of slips measures, and says so truly; its figures are of no interest here."""

import re
import subprocess
import sys

from PySide6.QtGui import QGuiApplication

from kiosk.printing.layout import SlipPainter
from tests.bench.far_printer import ROOT
from tests.bench.slips import ALONE, PAPERS, Measured, Sent, aims, plain_image
from tests.escpos_printer import Tokeniser
from tests.printing.hospital import LANGUAGES, slip_in

OURS, LIBRARY = Sent(1, 11_520, 1), Sent(1, 40_000, 1)


def test_every_paper_and_language_is_measured_and_told() -> None:
    command = [sys.executable, "-m", "tests.bench.slips", "--count", "2"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    rows = re.findall(r"^(\d+ \w+)((?: +[\d.]+){12})$", ended.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == [f"{width} {each}" for width in PAPERS for each in ALONE.get(width, LANGUAGES)]
    shares = re.findall(r"^(\w+)(?: +\d+ +0\.\d{3} +0\.\d{3}){3}$", ended.stdout, re.MULTILINE)
    assert tuple(shares) == LANGUAGES
    for _, figures in rows:
        *_, size, share, _, _, serial, plain_size, _, _, plain_serial = map(float, figures.split())
        assert size < plain_size
        assert serial < plain_serial
        assert 0 < share < 1


def test_aims_are_judged_at_80_mm_over_all_languages_and_the_worst_is_named() -> None:
    fast, slow = Measured(5, 4, 40_000, OURS, LIBRARY), Measured(60, 4, 30_000, OURS, LIBRARY)
    results = {(576, language): [fast] * 99 for language in LANGUAGES} | {(384, "hi"): [slow] * 99}
    assert not any("NOT met" in line for line in aims(results))
    results[576, "ur"] = [slow] * 99
    drawing, size, wire = aims(results)
    assert "60.0 ms (NOT met) by the clock, 4.0 ms (met) without" in drawing
    assert "worst is ur with 0.384" in size
    assert size.endswith("met in 14 languages, NOT met in ur")
    assert "1.00 s at 115200 baud, 3.47 s as python-escpos" in wire


def test_the_time_on_a_serial_line_is_ten_bits_a_byte() -> None:
    assert OURS.serial_s == 1.0


def test_the_librarys_way_prints_the_same_picture(qapp: QGuiApplication) -> None:
    for width in PAPERS:
        raster = SlipPainter(width).render(slip_in("hi"))
        tokeniser = Tokeniser()
        tokeniser.feed(plain_image(raster))
        assert tokeniser.slips[0].image.tobytes() == raster.image().tobytes()
