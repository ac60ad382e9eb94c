"""A printer without paper: said before a scan, in all languages, and forgotten when paper is back."""

from collections.abc import Callable
from threading import Event as Gate

import pytest

from kiosk.model import flow
from kiosk.model.printer import PROBLEMS, PrinterStatus
from kiosk.model.qr import Reason
from kiosk.model.token import SlipState
from kiosk.ports import TwoCodesSeen
from kiosk.ui.labels import PlainLabel
from kiosk.ui.patient.no_slips import NoSlipsScreen, what_staff_do
from kiosk.ui.patient.scanning import ScanningScreen
from kiosk.ui.patient.see_desk import SeeDeskScreen
from tests.ui.conftest import Rig
from tests.ui.fakes import card

MakeRig = Callable[..., Rig]
OUT = PrinterStatus(("PAPER_OUT", "COVER_OPEN"), answered=True)
WELL = PrinterStatus(answered=True)


def lose(rig: Rig) -> NoSlipsScreen:
    rig.journey.on_printer(OUT)
    return rig.wait_for(flow.NoSlips, NoSlipsScreen)


def test_it_is_said_in_both_languages_and_goes_by_itself(rig: Rig) -> None:
    lose(rig)
    told = rig.texts()
    assert {"No slips can be printed now", "अभी पर्ची नहीं छप सकती"} <= set(told)
    assert any("PAPER_OUT" in text and "new roll" in text for text in told)
    rig.journey.on_printer(WELL)
    rig.wait_for(flow.Scanning, ScanningScreen)


def test_staff_read_in_time_that_paper_is_low(rig: Rig) -> None:
    def told(words: str) -> bool:
        labels = rig.window.header.findChildren(PlainLabel)
        return words in [label.text() for label in labels if label.isVisible()]

    assert not told("Paper low")
    rig.window.on_paper(low=True)
    rig.qtbot.waitUntil(lambda: told("Paper low"))
    rig.journey.choose_language("hi")
    rig.qtbot.waitUntil(lambda: told("काग़ज़ कम है"))
    rig.window.on_paper(low=False)
    rig.qtbot.waitUntil(lambda: not told("काग़ज़ कम है"))


def test_a_card_waits_until_the_patient_goes_on_without_a_slip(rig: Rig) -> None:
    screen = lose(rig)
    rig.scan(card())
    assert rig.journey.state == flow.NoSlips("PAPER_OUT")
    rig.touch(screen.go_on)
    rig.wait_for(flow.Scanning, ScanningScreen)
    rig.see(card(), after_s=0.5)
    rig.qtbot.waitUntil(lambda: isinstance(rig.journey.state, flow.Choosing))


def test_after_each_patient_it_is_said_anew(rig: Rig) -> None:
    screen = lose(rig)
    rig.touch(screen.go_on)
    rig.touch(rig.issue().done)
    rig.wait_for(flow.NoSlips, NoSlipsScreen)


def test_a_wrong_code_does_not_bring_it_back(rig: Rig) -> None:
    rig.touch(lose(rig).go_on)
    rig.scanner.tell(TwoCodesSeen())
    rig.qtbot.waitUntil(lambda: rig.journey.state == flow.Scanning(Reason.TWO_CODES, without_slip=True))


def test_a_language_chosen_there_lasts_while_the_patient_goes_on_and_no_longer(make_rig: MakeRig) -> None:
    rig = make_rig(delays=flow.Delays(choosing_s=0.5))
    screen = lose(rig)
    rig.journey.choose_language("hi")
    assert "No slips can be printed now" in rig.texts(), "English is the other language now"
    rig.touch(screen.go_on)
    rig.wait_for(flow.Scanning, ScanningScreen)
    assert rig.journey.language == "hi"
    rig.wait_for(flow.NoSlips, NoSlipsScreen)
    rig.qtbot.waitUntil(lambda: rig.journey.language == "en")


def test_a_slip_that_waits_says_so_on_the_label_screen(rig: Rig) -> None:
    rig.issue()
    rig.journey.on_slip_moved("token-MED-17", SlipState.QUEUED, "PAPER_OUT")
    text = "The printer does not work just now. Please remember your number."
    rig.qtbot.waitUntil(lambda: text in rig.texts())
    rig.journey.on_slip_moved("token-MED-17", SlipState.PRINTED)
    rig.qtbot.waitUntil(lambda: "Please take your slip" in rig.texts())


def test_who_leaves_the_label_is_told_to_the_spool(rig: Rig) -> None:
    left: list[str] = []
    rig.journey.patient_left.connect(left.append)
    done = rig.issue().done
    assert left == []
    rig.touch(done)
    assert left == ["token-MED-17"]


@pytest.mark.parametrize("goes", [True, False])
def test_who_went_to_the_desk_before_the_answer_came_has_left_too(make_rig: MakeRig, goes: bool) -> None:
    rig = make_rig(delays=flow.Delays(issuing_s=0.05))
    left: list[str] = []
    rig.journey.patient_left.connect(left.append)
    choosing = rig.scan_patient()
    rig.store.gate = gate = Gate()
    rig.touch(choosing.tiles["MED"])
    rig.wait_for(flow.SeeDesk, SeeDeskScreen)
    if goes:
        rig.journey.feed(flow.Cancelled())
    gate.set()
    rig.qtbot.waitUntil(lambda: left == ["token-MED-17"])


@pytest.mark.parametrize("code", [*PROBLEMS, "SOMETHING_NEW"])
def test_staff_read_what_to_do(code: str) -> None:
    assert what_staff_do(code).endswith(".")
