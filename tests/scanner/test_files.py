"""Picture files, read in a process of their own."""

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.errors import CameraError
from kiosk.scanner.child import Child, ChildMain
from kiosk.scanner.files import FileReader
from kiosk.scanner.process import read_files
from tests.scanner import rogues
from tests.scanner.drawing import beside, drawn

CARDS = Path(__file__).parents[2] / "resources" / "cards"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    cv2.imwrite(str(folder / "नमूना #1.png"), drawn("हरी"))
    cv2.imwrite(str(folder / "two.png"), beside(drawn("a", scale=3), drawn("b", scale=5)))
    cv2.imwrite(str(folder / "blank.png"), np.full((200, 300), 255, np.uint8))
    cv2.imwrite(str(folder / "huge.png"), np.zeros((8200, 8200), np.uint8))
    (folder / "text.png").write_text("no picture")
    (folder / "empty.png").touch()
    (folder / "cut.png").write_bytes((folder / "two.png").read_bytes()[:100])
    return folder


@pytest.fixture
def reader() -> Iterator[FileReader]:
    with FileReader() as reader:
        yield reader
    assert multiprocessing.active_children() == []


def test_one_reader_reads_many_files(reader: FileReader, pictures: Path) -> None:
    for file, payload in json.loads((CARDS / "cards.json").read_text(encoding="utf-8")).items():
        read = reader.read(CARDS / file)
        assert read.texts == (payload,)
        assert 0 < read.ms < 5000
    assert reader.read(pictures / "नमूना #1.png").texts == ("हरी",)
    assert reader.read(pictures / "two.png").texts == ("b", "a")
    assert reader.read(pictures / "blank.png").texts == ()


def test_what_is_no_picture_is_named_and_reading_goes_on(
    reader: FileReader, pictures: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for file in ("", "missing.png", "text.png", "empty.png", "cut.png", "huge.png"):
        with pytest.raises(CameraError) as caught:
            reader.read(pictures / file)
        assert caught.value.code == "CAMERA_FILE_UNREADABLE"
        assert str(pictures / file) in str(caught.value)
    assert reader.read(pictures / "two.png").texts == ("b", "a")
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("bad", [rogues.die, rogues.read_nothing])
def test_a_picture_that_crashes_or_hangs_the_process_costs_only_itself(bad: ChildMain, pictures: Path) -> None:
    mains = iter([bad, read_files])
    with FileReader(longest_s=5.0, start_child=lambda: Child(next(mains))) as reader:
        with pytest.raises(CameraError) as caught:
            reader.read(pictures / "two.png")
        assert caught.value.code == "CAMERA_FILE_UNREADABLE"
        assert reader.read(pictures / "two.png").texts == ("b", "a")


def test_relative_paths_mean_the_folder_we_are_in_now(
    reader: FileReader, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pictures)
    assert reader.read(Path("two.png")).texts == ("b", "a")


def test_the_program_itself_never_loads_a_picture_library() -> None:
    """Neither to start up quickly, nor to be reached by what a hostile picture does to them."""
    code = (
        "import sys, kiosk.scanner.files, kiosk.scanner.camera_scanner\n"
        "assert not {'cv2', 'zxingcpp', 'pyzbar', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=CARDS.parents[1])
