"""The bench of scanning measures, and says so truly; its figures are of no interest here."""

import subprocess
import sys

from tests.bench.far_printer import ROOT
from tests.bench.scanning_frames import Shot, drawn_empties, drawn_stills
from tests.bench.scanning_measures import told
from tests.bench.scanning_process import process_lines, watched


def test_a_few_drawn_frames_are_measured_and_told() -> None:
    words = ["--stills", "0", "--sequences", "0", "--drawn", "4", "--no-photographs"]
    command = [sys.executable, "-m", "tests.bench.scanning", *words]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    for decoder in ("pyzbar", "OpenCV", "zxing-cpp", "zxing-cpp x2", "ours, 33 ms", "ours"):
        assert f"\n{decoder} " in ended.stdout
    assert "4 single frames" in ended.stdout
    assert "1 frames without a code" in ended.stdout


def test_the_process_is_timed_for_each_frame() -> None:
    story = [Shot(empty.grey(), None, 1, number / 30) for number, empty in enumerate(drawn_empties(3, 1))]
    assert len(watched(story)) == 3
    assert min(watched(story)) > 0
    *_, line = process_lines("Drawn here", [story])
    assert line.split()[:4] == ["720", "rows,", "typical", "3"]


def test_frames_of_a_seed_are_the_same_each_time() -> None:
    once, again = drawn_stills(2, 5), drawn_stills(2, 5)
    assert [shot.text for shot in once] == [shot.text for shot in again]
    assert all((one.grey() == other.grey()).all() for one, other in zip(once, again, strict=True))
    assert drawn_empties(1, 5)[0].text is None


def test_a_story_is_timed_from_the_first_frame_that_shows_the_whole_code() -> None:
    empty = drawn_empties(1, 1)[0].grey()
    story = [Shot(empty, "x", 2, number / 30, inside=number > 3) for number in range(12)]
    seen: list[int] = []

    def late(grey: object) -> list[str]:
        seen.append(len(seen))
        return ["x"] if len(seen) > 8 else []

    end = told(lambda: late, story)
    assert end.after_s is not None
    assert 4 / 30 <= end.after_s < 8 / 30
    assert end.in_time
    assert not end.false
    assert told(lambda: lambda grey: ["another"], story).false
