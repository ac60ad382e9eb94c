"""The bench measures, and says so truly; its figures are of no interest here."""

import re
import subprocess
import sys

from tests.bench.far_printer import ROOT
from tests.bench.measuring import CheckInTimes
from tests.bench.report import aims, percentile


def test_ten_check_ins_are_measured_and_told() -> None:
    command = [sys.executable, "-m", "tests.bench", "--count", "10"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    for part in ("decode", "issue", "print", "whole", "bare"):
        found = re.search(rf"^{part} +([\d.]+) +([\d.]+) +([\d.]+) ", ended.stdout, re.MULTILINE)
        assert found, ended.stdout
        p50, p99, most = map(float, found.groups())
        assert 0 < p50 <= p99 <= most
    assert "10 check-ins" in ended.stdout
    assert "Python 3." in ended.stdout


def test_aims_are_judged_by_the_pairs_and_the_slowest_hundredth() -> None:
    fast = CheckInTimes(decode=4, issue=2, print=20, whole=30, bare=1)
    slow = CheckInTimes(decode=4, issue=3, print=20, whole=200, bare=1)
    assert [line.rpartition(": ")[2] for line in aims([fast] * 99 + [slow])] == ["met", "met"]
    assert [line.rpartition(": ")[2] for line in aims([fast] * 4 + [slow] * 5)] == ["NOT met", "NOT met"]


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(value) for value in range(1, 501)]
    assert (percentile(values, 50), percentile(values, 99), percentile([7.0], 99)) == (250.0, 495.0, 7.0)
