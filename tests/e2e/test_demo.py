"""What a stranger sees first: ``kiosk demo`` on a machine with no display, hardware or configuration."""

import re
from pathlib import Path

import cv2
import zxingcpp

from tests.e2e.programs import KIOSK, Station, finished


def test_the_demo_tells_of_each_token_and_ends(tmp_path: Path) -> None:
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "KIOSK_PRINTER", "KIOSK_DATA_DIR")
    environ = {name: value for name, value in Station(tmp_path).environ.items() if name not in shown}
    ended = finished([*KIOSK, "demo"], environ | {"TMPDIR": str(tmp_path)})
    assert ended.code == 0, ended
    told = re.findall(r"^token +(\S+) .* slip (\S+\.png)  synced$", ended.output, re.MULTILINE)
    assert [label for label, _ in told] == ["M-001", "P-001", "G-001"]
    for _, slip in told:
        codes = zxingcpp.read_barcodes(cv2.imread(slip))
        assert len(codes) == 1
        assert Path(slip).with_suffix(".bin").stat().st_size > 0
