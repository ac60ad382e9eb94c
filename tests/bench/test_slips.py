"""The bench of slips measures, and says so truly; its figures are of no interest here."""

import re
import subprocess
import sys

from PySide6.QtGui import QGuiApplication

from kiosk.printing.layout import SlipPainter
from tests.bench.far_printer import ROOT
from tests.bench.slips import PAPERS, SHOWN, Measured, Sent, aims, plain_image
from tests.escpos_printer import Tokeniser
from tests.printing.hospital import slip_in

OURS, LIBRARY = Sent(1, 11_520, 1), Sent(1, 40_000, 1)


def test_every_paper_and_language_is_measured_and_told() -> None:
    command = [sys.executable, "-m", "tests.bench.slips", "--count", "2"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    rows = re.findall(r"^(\d+ \w\w)((?: +[\d.]+){12})$", ended.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == [f"576 {language}" for language in SHOWN] + ["512 hi", "384 hi"]
    for _, figures in rows:
        *_, size, share, _, _, serial, plain_size, _, _, plain_serial = map(float, figures.split())
        assert size < plain_size
        assert serial < plain_serial
        assert 0 < share < 1


def test_aims_are_judged_at_80_mm_over_all_languages() -> None:
    fast, slow = Measured(5, 4, 40_000, OURS, LIBRARY), Measured(60, 4, 30_000, OURS, LIBRARY)
    results = {(576, language): [fast] * 99 for language in SHOWN} | {(384, "hi"): [slow] * 99}
    assert all(line.endswith(": met") for line in aims(results))
    results[576, "ur"] = [slow] * 99
    assert [line.rpartition(": ")[2] for line in aims(results)] == ["NOT met", "met", "met", "met", "met", "NOT met"]


def test_the_time_on_a_serial_line_is_ten_bits_a_byte() -> None:
    assert OURS.serial_s == 1.0


def test_the_librarys_way_prints_the_same_picture(qapp: QGuiApplication) -> None:
    for width in PAPERS:
        raster = SlipPainter(width).render(slip_in("hi"))
        tokeniser = Tokeniser()
        tokeniser.feed(plain_image(raster))
        assert tokeniser.slips[0].image.tobytes() == raster.image().tobytes()
