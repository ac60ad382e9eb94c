"""Keys of a gun in keyboard mode, as Linux tells of them."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import GunError
from kiosk.scanner.gun_evdev import EV_SYN, EVENT, EVIOCGRAB, SYN_DROPPED, EvdevGun, Keyboard, grab
from kiosk.scanner.gun_lines import GunLines
from tests.scanner.guns import InputDevice, event, pressed, split, strokes, typed

PRINTABLE = string.digits + string.ascii_letters + string.punctuation + " "
CTRL, ALT, SHIFT, ENTER, KEY_O = 29, 56, 42, 28, 24


def heard(events: bytes) -> str:
    keyboard = Keyboard()
    told = [keyboard.typed(kind, code, value) for _, _, kind, code, value in EVENT.iter_unpack(events)]
    return b"".join(told).decode()


@given(st.text(PRINTABLE))
def test_all_that_a_keyboard_can_type_is_understood(text: str) -> None:
    assert heard(b"".join(typed(text))) == text


def test_every_printable_character_has_a_key() -> None:
    assert len(set(strokes(PRINTABLE))) == len(PRINTABLE) == 95


@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 65535), st.integers(-(2**31), 2**31 - 1))))
def test_events_without_sense_do_no_harm(events: list[tuple[int, int, int]]) -> None:
    keyboard, lines = Keyboard(), GunLines()
    for place, (kind, code, value) in enumerate(events):
        lines.feed(keyboard.typed(kind % 5, code % 256, value % 4), float(place))


def test_return_and_tab_end_a_scan() -> None:
    assert heard(b"".join([*typed("a"), *pressed(ENTER), *typed("b"), *pressed(15), *pressed(96)])) == "a\nb\n\n"


@pytest.mark.parametrize("chord", [CTRL, ALT, 97, 100, 125])
def test_commands_in_a_hostile_code_type_nothing(chord: int) -> None:
    events = [*typed("a"), event(chord, 1), *pressed(KEY_O, ENTER), event(chord, 0), *typed("b")]
    assert heard(b"".join(events)) == "ab"


def test_keys_that_repeat_while_held_count_once() -> None:
    assert heard(event(KEY_O, 1) + event(KEY_O, 2) * 5 + event(KEY_O, 0)) == "o"


def test_events_that_linux_lost_spoil_the_scan(tmp_path: Path) -> None:
    device = InputDevice(tmp_path / "event0")
    gun = device.open()
    device.send(*typed("91-0"), event(SYN_DROPPED, 0, EV_SYN), *typed("18"))
    with pytest.raises(UnicodeDecodeError):
        gun.receive().decode()
    gun.close()
    device.unplug()


@given(text=st.text(PRINTABLE, max_size=12), places=st.lists(st.integers(0, 5000), max_size=5))
def test_events_may_come_in_pieces(text: str, places: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    device = InputDevice(tmp_path_factory.mktemp("input") / "event0")
    gun = device.open()
    told = b""
    for piece in split(b"".join(typed(text)), places):
        if piece:
            device.send(piece)
            while more := gun.receive():
                told += more
    assert told.decode() == text
    assert gun.receive() == b""
    gun.close()
    device.unplug()


def test_no_input_devices_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(GunError) as caught:
        EvdevGun(str(tmp_path / "input" / "event0"))
    assert caught.value.code == "GUN_MISSING"


def test_a_device_of_others_says_which_rule_to_install(tmp_path: Path) -> None:
    def refuse(_device: int, _on: bool) -> None:
        raise PermissionError(13, "no")

    path = tmp_path / "event0"
    path.touch()
    with pytest.raises(GunError, match=r"resources/udev/70-opd-kiosk-gun\.rules") as caught:
        EvdevGun(str(path), grab=refuse)
    assert caught.value.code == "GUN_DENIED"


def test_what_is_no_input_device_cannot_be_grabbed(tmp_path: Path) -> None:
    """Linux' own answer to EVIOCGRAB on a plain file."""
    path = tmp_path / "event0"
    path.touch()
    with pytest.raises(GunError) as caught:
        EvdevGun(str(path), grab=grab)
    assert caught.value.code == "GUN_MISSING"


def test_the_number_of_the_grab_is_what_the_header_says() -> None:
    write, size = 1, 4
    assert write << 30 | size << 16 | ord("E") << 8 | 0x90 == EVIOCGRAB
