"""Small secrets in files: their owner's alone, whole or not there, nothing left beside them."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kiosk.private_file import make_private, write_private


def full(handle: int) -> None:
    raise OSError(28, "No space left on device")


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("write", [write_private, make_private])
def test_it_is_its_owners_alone(tmp_path: Path, write: Callable[[Path, str], None]) -> None:
    path, before = tmp_path / "secret", os.umask(0)
    try:
        write(path, "one")
    finally:
        os.umask(before)
    assert path.read_text() == "one\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == ["secret"]


def test_another_takes_its_place_or_leaves_it_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    write_private(path, "one")
    write_private(path, "two")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_private(path, "three")
    assert (path.read_text(), names(tmp_path)) == ("two\n", ["secret"])


def test_where_a_folder_stands_nothing_is_written_and_no_draft_stays(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    for write in (write_private, make_private):
        with pytest.raises(OSError, match="secret"):
            write(tmp_path / "secret", "one")
    assert names(tmp_path) == ["secret"]


def test_what_is_there_is_never_made_again(tmp_path: Path) -> None:
    path = tmp_path / "secret"

    def make(number: int) -> bool:
        try:
            make_private(path, str(number))
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(make, range(20)))
    assert made.count(True) == 1
    assert path.read_text() == f"{made.index(True)}\n"
    assert names(tmp_path) == ["secret"]
