"""What a supervisor has closed or opened is gone from, or on, the patient's screen when the next one chooses."""

from collections.abc import Callable
from threading import Event as Gate

from pytestqt.qtbot import QtBot

from kiosk.errors import StoreError
from kiosk.model import flow
from kiosk.model.desk import OpeningChange
from kiosk.ui.patient.choosing import ChoosingScreen
from tests.ui.conftest import Rig
from tests.ui.fakes import NOW, FakeStore, card


def closed(department: str) -> OpeningChange:
    return OpeningChange(department, "", False, NOW)


def test_a_closed_department_is_not_offered(qtbot: QtBot, rig: Rig) -> None:
    rig.store.said.append(closed("MED"))
    screen = rig.scan_patient()
    qtbot.waitUntil(lambda: "MED" not in screen.tiles)
    assert set(screen.tiles) == {"PED", "OBG", "EYE", "ENT", "SUR"}


def test_it_comes_back_with_the_next_patient(qtbot: QtBot, rig: Rig) -> None:
    rig.store.said.append(closed("MED"))
    screen = rig.scan_patient()
    qtbot.waitUntil(lambda: "MED" not in screen.tiles)
    rig.journey.feed(flow.Cancelled())
    rig.store.said.clear()
    rig.scan_patient(card(number="91000000000026"))
    qtbot.waitUntil(lambda: "MED" in screen.tiles)


def test_one_closed_while_the_patient_chooses_says_so_and_goes(qtbot: QtBot, rig: Rig) -> None:
    screen = rig.scan_patient()
    rig.store.said.append(closed("MED"))
    rig.touch(screen.tiles["MED"])
    qtbot.waitUntil(lambda: isinstance(rig.journey.state, flow.Choosing) and bool(rig.journey.state.notice))
    assert any("closed" in text for text in rig.texts())
    qtbot.waitUntil(lambda: "MED" not in screen.tiles)


def test_the_screen_does_not_wait_for_the_store(qtbot: QtBot, make_rig: Callable[..., Rig]) -> None:
    gate = Gate()
    rig = make_rig(store=FakeStore(gate=gate, said=[closed("MED")]))
    rig.scan(card())
    screen = rig.wait_for(flow.Choosing, ChoosingScreen)
    assert "MED" in screen.tiles, "as planned, until the store has answered"
    gate.set()
    qtbot.waitUntil(lambda: "MED" not in screen.tiles)


def test_a_store_that_fails_is_told_once(qtbot: QtBot, make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(store=FakeStore(fault=StoreError("gone")), retry_s=60)
    rig.scan(card())
    qtbot.waitUntil(lambda: isinstance(rig.journey.state, flow.OutOfService))
