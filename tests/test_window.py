"""The whole kiosk put together as ``kiosk run`` does: virtual camera, real store, TCP printer, real server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.app import open_station
from kiosk.errors import StoreError
from kiosk.model import flow
from kiosk.model.token import SlipState
from kiosk.server.app import running_server
from kiosk.settings import Settings
from kiosk.ui.patient.closed import ClosedWindow
from kiosk.window import Kiosk, running_kiosk
from tests.escpos_printer import TcpPrinter

CARD = Path(__file__).parent.parent / "resources" / "cards" / "02-hindi-app.png"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, camera=f"file:{CARD}", printer="none", sync_interval_s=1)


@pytest.fixture
def printer() -> Iterator[TcpPrinter]:
    with TcpPrinter() as printer:
        yield printer


def test_from_the_camera_to_paper_and_server(
    qtbot: QtBot, qapp: QApplication, settings: Settings, printer: TcpPrinter, tmp_path: Path
) -> None:
    with running_server(f"sqlite:///{tmp_path / 'server.db'}") as server:
        settings = replace(settings, printer=printer.setting, server_url=server.url)
        with open_station(settings, {}) as station, running_kiosk(station, qapp) as kiosk:
            kiosk.window.show()
            chosen = _issued(qtbot, kiosk, "EYE")
            assert chosen.token.label == "E-001"
            assert chosen.people_ahead is None or chosen.people_ahead == 0
            qtbot.waitUntil(lambda: _slip(kiosk) is SlipState.PRINTED)
            (paper,) = printer.wait_for(1, 60)
            assert [code.text for code in zxingcpp.read_barcodes(paper.image)] == [chosen.token.token_id]
            qtbot.waitUntil(lambda: station.store.unsynced() == 0)
            kiosk.journey.feed(flow.Cancelled())
            assert kiosk.journey.state == flow.START
    assert printer.errors == []


def test_a_printer_that_is_off_prints_by_itself_once_it_is_on(
    qtbot: QtBot, qapp: QApplication, settings: Settings
) -> None:
    with TcpPrinter(refuse=True) as printer:
        settings = replace(settings, printer=printer.setting)
        with open_station(settings, {}) as station, running_kiosk(station, qapp) as kiosk:
            kiosk.window.show()
            qtbot.waitUntil(lambda: isinstance(kiosk.journey.state, flow.NoSlips))
            kiosk.journey.feed(flow.SlipDeclined())
            _issued(qtbot, kiosk, "MED")
            assert _slip(kiosk) is not SlipState.PRINTED
            printer.switch_on()
            qtbot.waitUntil(lambda: _slip(kiosk) is SlipState.PRINTED)
            assert len(printer.wait_for(1, 60)) == 1


def test_a_second_kiosk_on_the_same_store_is_refused(qapp: QApplication, settings: Settings) -> None:
    with open_station(settings, {}) as first, open_station(settings, {}) as second:
        assert first.owns_devices
        with pytest.raises(StoreError, match="another kiosk") as caught, running_kiosk(second, qapp):
            pass
        assert caught.value.code == "STATION_BUSY"


def test_a_kiosk_that_cannot_start_says_so_and_tries_again(qtbot: QtBot) -> None:
    window = ClosedWindow("STORE_KEY_WRONG", "en", retry_s=0.3)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.timed_out)
    assert not window.isVisible()


def _issued(qtbot: QtBot, kiosk: Kiosk, department: str) -> flow.Issued:
    qtbot.waitUntil(lambda: isinstance(kiosk.journey.state, flow.Choosing))
    kiosk.journey.feed(flow.DepartmentChosen(department))
    qtbot.waitUntil(lambda: isinstance(kiosk.journey.state, flow.Issued))
    assert isinstance(kiosk.journey.state, flow.Issued)
    return kiosk.journey.state


def _slip(kiosk: Kiosk) -> SlipState | None:
    state = kiosk.journey.state
    return state.slip if isinstance(state, flow.Issued) else None
