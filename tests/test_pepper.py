"""The pepper: made once, its owner's alone, never half written; a lost or spoilt one is told calmly."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from kiosk.pepper import PEPPER_BYTES, SERVER_FILE, PepperError, keep_pepper, kept_pepper, made_pepper


def test_it_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path, before = tmp_path / "new" / SERVER_FILE, os.umask(0)
    try:
        pepper = made_pepper(path, {})
    finally:
        os.umask(before)
    assert len(pepper) == PEPPER_BYTES
    assert made_pepper(path, {}) == kept_pepper(path, {}) == pepper
    assert [each.name for each in path.parent.iterdir()] == [SERVER_FILE], "no draft is left"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made_pepper(tmp_path / SERVER_FILE, {}) != pepper


def test_of_several_that_make_it_at_once_all_get_the_same(tmp_path: Path) -> None:
    start = Barrier(8)

    def make(_: int) -> bytes:
        start.wait(60)
        return made_pepper(tmp_path / SERVER_FILE, {})

    with ThreadPoolExecutor(8) as threads:
        peppers = set(threads.map(make, range(8)))
    assert peppers == {kept_pepper(tmp_path / SERVER_FILE, {})}
    assert [each.name for each in tmp_path.iterdir()] == [SERVER_FILE]


def test_looking_makes_none(tmp_path: Path) -> None:
    assert kept_pepper(tmp_path / SERVER_FILE, {}) is None
    assert list(tmp_path.iterdir()) == []


def test_systemd_hands_it_over_and_nothing_is_written(tmp_path: Path) -> None:
    credentials, data = tmp_path / "credentials", tmp_path / "data"
    credentials.mkdir()
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
    own = made_pepper(data / SERVER_FILE, environ)
    (credentials / SERVER_FILE).write_text("5a" * PEPPER_BYTES + "\n")
    assert made_pepper(data / SERVER_FILE, environ) == kept_pepper(data / SERVER_FILE, environ) == b"\x5a" * 32
    assert kept_pepper(data / SERVER_FILE, {}) == own


@pytest.mark.parametrize("spoilt", [b"", b"5a", b"5a" * 33, b"no digits" * 7, b"\xff" * 64])
def test_a_spoilt_one_is_told_and_never_replaced_or_quoted(tmp_path: Path, spoilt: bytes) -> None:
    path = tmp_path / SERVER_FILE
    path.write_bytes(spoilt)
    with pytest.raises(PepperError, match="is no pepper") as caught:
        made_pepper(path, {})
    assert (caught.value.code, caught.value.__cause__) == ("PEPPER_UNUSABLE", None)
    assert not spoilt or spoilt.decode("latin-1") not in str(caught.value)
    assert path.read_bytes() == spoilt


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    (tmp_path / SERVER_FILE).mkdir()
    with pytest.raises(PepperError, match="cannot read"):
        kept_pepper(tmp_path / SERVER_FILE, {})
    (tmp_path / "file").touch()
    with pytest.raises(PepperError, match="cannot read"):
        made_pepper(tmp_path / "file" / SERVER_FILE, {})


def test_another_one_takes_its_place_whole_or_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / SERVER_FILE
    made_pepper(path, {})
    keep_pepper(path, b"\x07" * 32)
    assert kept_pepper(path, {}) == b"\x07" * 32

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PepperError, match="No space left"):
        keep_pepper(path, b"\x08" * 32)
    monkeypatch.undo()
    assert kept_pepper(path, {}) == b"\x07" * 32
    assert [each.name for each in tmp_path.iterdir()] == [SERVER_FILE]
    keep_pepper(path, None)
    keep_pepper(path, None)
    assert list(tmp_path.iterdir()) == []
