"""The station's key: its owner's alone, whole or not there, and never lost wherever a step is cut short."""

import os
import stat
from pathlib import Path

import pytest

from kiosk.device_key import KEY_FILE, NEXT_FILE, DeviceKeyError, device_key, name_next_key, next_key, take_next_key

FIRST, SECOND = "019ab3c0-0000-7000-8000-000000000001", "019ab3c0-0000-7000-8000-000000000002"


def enrolled(folder: Path, key_id: str) -> bytes:
    key = next_key(folder, takes_named=False)
    name_next_key(folder, key, key_id)
    take_next_key(folder)
    return key.public_bytes


def test_it_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        public = enrolled(tmp_path, FIRST)
    finally:
        os.umask(before)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    key = device_key(tmp_path, {}, FIRST)
    assert (key.public_bytes, key.key_id) == (public, FIRST)
    message = b"signed"
    key.private_key.public_key().verify(key.private_key.sign(message), message)


def test_a_key_that_is_shown_by_mistake_shows_nothing(tmp_path: Path) -> None:
    enrolled(tmp_path, FIRST)
    secret = (tmp_path / KEY_FILE).read_text().split()[0]
    assert secret not in repr(device_key(tmp_path, {}, FIRST))
    (tmp_path / KEY_FILE).write_text(secret[:-2])
    with pytest.raises(DeviceKeyError) as caught:
        device_key(tmp_path, {}, FIRST)
    assert secret[:8] not in str(caught.value)
    assert caught.value.__cause__ is None


def test_without_a_key_the_station_must_enrol_again(tmp_path: Path) -> None:
    with pytest.raises(DeviceKeyError, match="enrol this station again"):
        device_key(tmp_path, {}, FIRST)


def test_systemd_hands_a_key_over_and_nothing_is_written(tmp_path: Path) -> None:
    data, credentials = tmp_path / "data", tmp_path / "credentials"
    data.mkdir()
    credentials.mkdir()
    (credentials / KEY_FILE).write_text("11" * 32 + "\n")
    key = device_key(data, {"CREDENTIALS_DIRECTORY": str(credentials)}, FIRST)
    assert (key.private_key.private_bytes_raw(), key.key_id) == (b"\x11" * 32, FIRST)
    assert list(data.iterdir()) == []


def test_enrolment_cut_short_before_its_last_step_is_completed(tmp_path: Path) -> None:
    """The store knows the new key's name; the file is still the old one."""
    enrolled(tmp_path, FIRST)
    fresh = next_key(tmp_path, takes_named=False)
    name_next_key(tmp_path, fresh, SECOND)
    assert device_key(tmp_path, {}, SECOND).public_bytes == fresh.public_bytes
    assert not (tmp_path / NEXT_FILE).exists()


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_rotation_cut_short_leaves_a_key_that_the_server_knows(tmp_path: Path, steps: int) -> None:
    """The enrolment goes on to say the first key's name; the key files say which one it is."""
    first = enrolled(tmp_path, FIRST)
    fresh = next_key(tmp_path, takes_named=True)
    if steps > 1:
        name_next_key(tmp_path, fresh, SECOND)
    if steps > 2:
        take_next_key(tmp_path)
    key = device_key(tmp_path, {}, FIRST)
    assert (key.public_bytes, key.key_id) == ((fresh.public_bytes, SECOND) if steps > 2 else (first, FIRST))
    if steps < 3:
        assert next_key(tmp_path, takes_named=True).public_bytes == fresh.public_bytes, "the server may know it already"


def test_enrolling_again_never_takes_a_key_that_a_server_knew(tmp_path: Path) -> None:
    """It may have been copied."""
    left = next_key(tmp_path, takes_named=False)
    assert next_key(tmp_path, takes_named=False).public_bytes == left.public_bytes
    name_next_key(tmp_path, left, FIRST)
    assert next_key(tmp_path, takes_named=False).public_bytes != left.public_bytes


def test_a_full_disk_leaves_the_old_key_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = enrolled(tmp_path, FIRST)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeviceKeyError, match="No space left"):
        next_key(tmp_path, takes_named=True)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert device_key(tmp_path, {}, FIRST).public_bytes == first
