"""A camera sees a card for as long as somebody holds it: whose turn is it, and how often."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from kiosk.model import flow
from kiosk.model.qr import Reason
from kiosk.ports import TwoCodesSeen
from kiosk.ui.patient.choosing import ChoosingScreen
from kiosk.ui.patient.typed_number import TypingScreen
from tests.ui.conftest import Rig
from tests.ui.fakes import card

MakeRig = Callable[..., Rig]

SECOND = card("Ravi Kumar", "91000000000026")
AADHAAR = '<?xml version="1.0"?><PrintLetterBarcodeData uid="0"/>'


def name_shown(rig: Rig) -> str:
    state = rig.journey.state
    return state.patient.short_name if isinstance(state, flow.Choosing) else ""


def test_a_card_held_up_too_early_is_read_when_its_turn_comes(rig: Rig) -> None:
    issued = rig.issue()
    for _ in range(20):
        rig.see(SECOND, after_s=0.5)
    assert issued.label.text() == "MA-017"
    rig.journey.feed(flow.TimedOut())
    rig.see(SECOND, after_s=0.5)
    assert name_shown(rig) == "Ravi K."


def test_a_card_still_in_view_does_not_start_again_until_it_was_away(rig: Rig) -> None:
    rig.scan_patient()
    for event in (flow.Cancelled(), flow.TypeRequested(), flow.Cancelled()):
        rig.journey.feed(event)
        for _ in range(10):
            rig.see(card(), after_s=0.5)
        assert not name_shown(rig)
    rig.see(card(), after_s=3.0)
    assert rig.journey.state == flow.START
    rig.see(card(), after_s=3.6)
    assert name_shown(rig) == "Asha V."


def test_the_card_last_served_waits_beside_another_too(rig: Rig) -> None:
    rig.scan_patient()
    rig.journey.feed(flow.Cancelled())
    for _ in range(10):
        rig.see(card(), after_s=0.5)
        rig.scanner.tell(TwoCodesSeen())
    QApplication.processEvents()
    assert rig.journey.state == flow.Scanning(Reason.TWO_CODES)


def test_a_card_in_view_is_read_as_soon_as_the_kiosk_works_again(rig: Rig) -> None:
    rig.journey.lose_service("clock", "CLOCK_WRONG")
    rig.see(card(), after_s=0.5)
    rig.see(card(), after_s=0.5)
    assert isinstance(rig.journey.state, flow.OutOfService)
    rig.journey.restore_service("clock")
    rig.see(card(), after_s=0.5)
    rig.wait_for(flow.Choosing, ChoosingScreen)


@pytest.mark.parametrize(("text", "reason"), [(AADHAAR, Reason.AADHAAR), ("hello", Reason.PLAIN_TEXT)])
def test_a_wrong_code_is_named_once_and_stays_named(rig: Rig, text: str, reason: Reason) -> None:
    states = rig.record_states()
    for _ in range(40):
        rig.see(text, after_s=0.5)
    assert states == [flow.Scanning(reason)]
    rig.see(card(), after_s=0.5)
    assert name_shown(rig) == "Asha V."


def test_a_wrong_code_in_view_disturbs_no_typing(rig: Rig) -> None:
    rig.touch_named("Type the ABHA number")
    screen = rig.wait_for(flow.Typing, TypingScreen)
    rig.touch(screen.pad.keys["9"])
    states = rig.record_states()
    for _ in range(5):
        rig.see("hello", after_s=0.5)
    assert states == []
