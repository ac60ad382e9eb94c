"""A whole kiosk whose roll of paper ends, is left without, and is changed."""

from pathlib import Path

from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.app import open_station
from kiosk.model import flow
from kiosk.rolls import PRINTER, RollNotes
from kiosk.settings import Settings
from kiosk.window import running_kiosk
from tests.escpos_printer import TcpPrinter


def test_an_empty_roll_is_known_while_nobody_is_there_and_a_new_one_too(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing.png"
    Image.new("L", (640, 480), 255).save(nothing)
    with TcpPrinter() as printer:
        settings = Settings(data_dir=tmp_path, camera=f"file:{nothing}", printer=printer.setting)
        with open_station(settings, {}) as station, running_kiosk(station, qapp) as kiosk:
            kiosk.window.show()
            printer.device.rows_left = 0
            qtbot.waitUntil(lambda: kiosk.journey.state == flow.NoSlips("PAPER_OUT"))
            printer.device.load_paper()
            qtbot.waitUntil(lambda: kiosk.journey.state == flow.START)
            qtbot.waitUntil(lambda: RollNotes(tmp_path).last() is not None)
    assert PRINTER in (tmp_path / "rolls.jsonl").read_text()
    assert printer.errors == []
