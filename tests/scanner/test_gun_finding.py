"""Guns are found among what else hangs on a station, and nothing else is taken for one."""

from pathlib import Path

import pytest

from kiosk.scanner.gun_finding import find_keyboard, find_serial

GUN_KEYS = "7 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
SOUND_KEYS = "3e000b00000000 0 0 0"


class Machine:
    """A copy of what Linux shows under /sys and /dev, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.dev = folder / "sys" / "class", folder / "dev"
        for made in (self.sys / "tty", self.sys / "input", self.dev / "serial" / "by-id", self.dev / "input"):
            made.mkdir(parents=True)

    def plug_tty(self, name: str, vendor: str, maker: str, product: str) -> None:
        usb = self.sys.parent / "devices" / name
        interface = usb / "1-1:1.0"
        (interface / "tty" / name).mkdir(parents=True)
        for file, text in (("idVendor", vendor), ("manufacturer", maker), ("product", product)):
            (usb / file).write_text(f"{text}\n", encoding="utf-8")
        (self.sys / "tty" / name).mkdir()
        (self.sys / "tty" / name / "device").symlink_to(interface)
        (self.dev / name).touch()

    def plug_input(self, name: str, vendor: str, product: str, calls_itself: str, keys: str = GUN_KEYS) -> None:
        device = self.sys.parent / "devices" / name
        for folder in ("id", "capabilities"):
            (device / folder).mkdir(parents=True)
        (device / "id" / "vendor").write_text(vendor, encoding="utf-8")
        (device / "id" / "product").write_text(product, encoding="utf-8")
        (device / "name").write_text(calls_itself, encoding="utf-8")
        (device / "capabilities" / "key").write_text(keys, encoding="utf-8")
        (self.sys / "input" / name).mkdir()
        (self.sys / "input" / name / "device").symlink_to(device)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("vendor", "maker", "product"),
    [
        ("05e0", "Symbol Technologies, Inc, 2008", "Symbol Bar Code Scanner"),
        ("0c2e", "Honeywell", "HF680"),
        ("1a86", "NT", "USB Barcode Virtual COM"),
        ("0483", "TMS", "HIDKeyBoard 2D Imager"),
    ],
)
def test_guns_are_found(machine: Machine, vendor: str, maker: str, product: str) -> None:
    machine.plug_tty("ttyACM3", vendor, maker, product)
    assert find_serial(machine.sys, machine.dev) == str(machine.dev / "ttyACM3")
    by_id = machine.dev / "serial" / "by-id" / "usb-gun-if00"
    by_id.symlink_to(machine.dev / "ttyACM3")
    assert find_serial(machine.sys, machine.dev) == str(by_id)


@pytest.mark.parametrize(
    ("vendor", "maker", "product"),
    [
        ("12d1", "HUAWEI", "HUAWEI Mobile"),
        ("2c7c", "Quectel", "EG25-G LTE modem"),
        ("04b8", "EPSON", "TM-T82 Receipt Printer"),
        ("05e0", "Zebra", "ZD230 Label Printer"),
        ("0403", "FTDI", "FT232R USB UART"),
        ("067b", "Prolific", "USB-Serial Controller"),
        ("1b55", "Mantra", "MFS100 Fingerprint Scanner"),
        ("2341", "Arduino", "Uno"),
    ],
)
def test_what_else_hangs_on_a_serial_line_is_left_alone(
    machine: Machine, vendor: str, maker: str, product: str
) -> None:
    machine.plug_tty("ttyACM0", vendor, maker, product)
    assert find_serial(machine.sys, machine.dev) == ""


def test_lines_without_usb_and_machines_without_anything_have_no_gun(machine: Machine, tmp_path: Path) -> None:
    (machine.sys / "tty" / "ttyS0").mkdir()
    (machine.sys / "tty" / "ttyACM0").mkdir()
    assert find_serial(machine.sys, machine.dev) == ""
    assert find_serial(tmp_path / "none", tmp_path) == ""
    assert find_keyboard(tmp_path / "none", tmp_path) == ""


def test_a_gun_in_keyboard_mode_is_found_by_its_name_or_numbers(machine: Machine) -> None:
    machine.plug_input("event2", "046d", "c31c", "Logitech USB Keyboard")
    machine.plug_input("event4", "ac90", "3002", "USB Barcode Scanner", keys=SOUND_KEYS)
    machine.plug_input("event10", "ac90", "3002", "USB Barcode Scanner")
    gun = str(machine.dev / "input" / "event10")
    assert find_keyboard(machine.sys, machine.dev) == gun
    assert find_keyboard(machine.sys, machine.dev, vendor=0xAC90, product=0x3002) == gun
    assert find_keyboard(machine.sys, machine.dev, vendor=0x046D, product=0xC31C).endswith("event2")
    assert find_keyboard(machine.sys, machine.dev, vendor=0xAC90, product=0x3003) == ""
