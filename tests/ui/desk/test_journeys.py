"""What staff do at the desk, act by act, with their fingers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.model.events import Kind
from kiosk.model.opd import Facility
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import Priority, State
from kiosk.ui.desk.place import Place
from tests.ui.desk.conftest import DeskRig, Maker, called, last_event
from tests.ui.desk.long_day import LongDay

# --- calling ----------------------------------------------------------------------------------------------------------


def test_call_next_is_one_touch_and_says_why(desk: DeskRig) -> None:
    desk.sign_in()
    desk.day.clock.move(timedelta(minutes=42))
    desk.touch(desk.queue.calling.call_next)
    desk.settle()
    assert desk.at_hand == desk.tokens[0].label
    assert f"{desk.tokens[0].label} called: in turn, waited 42 min." in desk.texts()
    assert last_event(desk) | {"kind": Kind.TOKEN_CALLED, "staff": "N1", "room": "12"} == last_event(desk)


def test_the_button_says_who_is_next(desk: DeskRig) -> None:
    desk.day.issue(40, "MED", priority=Priority.PREGNANT)
    desk.session.refresh()
    desk.sign_in()
    desk.settle()
    assert any("next: priority" in text for text in desk.texts())


def test_nobody_waits(desk: DeskRig) -> None:
    desk.sign_in(place=Place("15", ("EYE",)))
    desk.touch(desk.queue.calling.call_next)
    desk.settle()
    assert "Nobody is waiting for this room now." in desk.texts()
    assert desk.at_hand == "Nobody called"


def test_a_second_touch_is_no_second_call(desk: DeskRig) -> None:
    desk.sign_in()
    desk.touch(desk.queue.calling.call_next)
    desk.touch(desk.queue.calling.call_next)
    desk.settle()
    assert len(desk.session.current) == 1


@pytest.mark.parametrize(
    ("buttons", "state"),
    [
        (["Recall"], State.CALLED),
        (["Start"], State.SERVING),
        (["Start", "Complete"], State.COMPLETED),
        (["Complete"], State.COMPLETED),
        (["Recall", "No-show"], State.NO_SHOW),
        (["Hold"], State.HELD),
        (["Return"], State.WAITING),
    ],
)
def test_each_act_has_its_button(desk: DeskRig, buttons: list[str], state: State) -> None:
    called(desk)
    for name in buttons:
        desk.touch_named(name)
    assert desk.state(desk.tokens[0]) is state
    assert last_event(desk)["staff"] == "N1"


def test_what_is_not_legal_sleeps(desk: DeskRig) -> None:
    called(desk)
    acts = desk.queue.calling.acts.buttons
    assert acts["start"].isEnabled()
    desk.touch_named("Start")
    assert [name for name, button in acts.items() if not button.isEnabled()] == ["start", "recall", "call", "no_show"]
    assert acts["complete"].property("role") == "primary"


def test_a_no_show_before_the_second_call_is_refused_calmly(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("No-show")
    assert desk.state(desk.tokens[0]) is State.CALLED
    assert any("call once more" in text for text in desk.texts())
    desk.touch_named("Back")
    assert desk.at_hand == desk.tokens[0].label


def test_a_supervisor_allows_what_the_rules_do_not(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("No-show")
    desk.type_pin("111111")
    assert desk.state(desk.tokens[0]) is State.CALLED
    desk.type_pin()
    assert desk.state(desk.tokens[0]) is State.NO_SHOW
    assert last_event(desk) | {"staff": "N1", "approved_by": "S1"} == last_event(desk)


def test_a_referral_beyond_the_hours_is_a_supervisors_to_allow(make_desk: Maker) -> None:
    desk = make_desk(LongDay(_closed("EYE")))
    called(desk)
    desk.touch_named("Refer")
    desk.touch_named("Eye (closed)")
    assert any("closed now" in text for text in desk.texts())
    desk.type_pin()
    assert desk.state(desk.tokens[0]) is State.COMPLETED
    assert last_event(desk)["approved_by"] == "S1"


def _closed(code: str) -> Facility:
    """The sample hospital with one department that a supervisor has closed."""
    departments = SAMPLE_FACILITY.departments
    said = (replace(each, said_open=False) if each.code == code else each for each in departments)
    return replace(SAMPLE_FACILITY, departments=tuple(said))


def test_closed_departments_are_marked_where_a_place_is_chosen(make_desk: Maker) -> None:
    desk = make_desk(LongDay(_closed("EYE")))
    desk.sign_in(place=None)
    desk.touch_named("Eye (closed)")
    desk.touch_named("Room 15")
    desk.touch_named("Begin")
    assert desk.places.kept == [Place("15", ("EYE",))]


def test_a_held_patient_is_called_again(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("Hold")
    assert desk.at_hand == "Nobody called"
    desk.touch(desk.queue.calling.strip.chips[0])
    desk.settle()
    desk.touch_named("Call again")
    assert desk.state(desk.tokens[0]) is State.CALLED


def test_a_line_is_touched_and_called_out_of_turn(desk: DeskRig) -> None:
    desk.sign_in()
    desk.queue.queue.view.selectRow(3)
    desk.touch_named("Call")
    assert desk.at_hand == desk.tokens[3].label


def test_transfer_asks_where_to(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("Transfer")
    assert not desk.queue.department.tiles["MED"].isEnabled(), "there it is already"
    desk.touch_named("Eye")
    token = desk.day.store.token(desk.tokens[0].token_id)
    assert token is not None
    assert (token.state, token.queue_department) == (State.WAITING, "EYE")
    assert f"{token.label} now waits for Eye." in desk.texts()


def test_a_question_can_be_left_without_an_answer(desk: DeskRig) -> None:
    called(desk)
    for name in ("Transfer", "Refer", "Cancel"):
        desk.touch_named(name)
        desk.touch_named("Back")
    assert desk.state(desk.tokens[0]) is State.CALLED


def test_refer_completes_and_issues_another(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("Start")
    desk.touch_named("Refer")
    desk.touch_named("Eye")
    assert desk.state(desk.tokens[0]) is State.COMPLETED
    assert "New token EA-001 for Eye." in desk.texts()


# --- with a supervisor's word -----------------------------------------------------------------------------------------


def test_cancelling_needs_a_reason_and_a_supervisors_pin(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("Cancel")
    desk.touch_named("Patient has left")
    assert desk.state(desk.tokens[0]) is State.CALLED
    desk.type_pin("111111")
    assert any("PIN is wrong" in text for text in desk.texts())
    desk.type_pin()
    assert desk.state(desk.tokens[0]) is State.CANCELLED
    told = last_event(desk)
    assert (told["staff"], told["approved_by"], told["reason"]) == ("N1", "S1", "Patient has left")
    assert desk.session.who is not None
    assert desk.session.who.staff_id == "N1", "an approval signs nobody in"


def test_a_supervisor_at_the_desk_is_not_asked_for_a_pin(desk: DeskRig) -> None:
    desk.sign_in("Dr Meera Nair, supervisor")
    desk.queue.queue.view.selectRow(1)
    desk.touch_named("Cancel")
    desk.touch_named("Issued by mistake")
    assert desk.state(desk.tokens[1]) is State.CANCELLED


def test_priority_is_a_supervisors_too(desk: DeskRig) -> None:
    desk.sign_in()
    desk.queue.queue.view.selectRow(4)
    desk.touch_named("Priority")
    desk.touch_named("emergency")
    desk.type_pin()
    desk.touch(desk.queue.calling.call_next)
    desk.settle()
    assert desk.at_hand == desk.tokens[4].label
