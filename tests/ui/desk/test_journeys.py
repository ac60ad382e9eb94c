"""What staff do at the desk, act by act, with their fingers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication

from kiosk.acts import Post
from kiosk.model.events import Kind
from kiosk.model.exchange import Parked
from kiosk.model.opd import Facility
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import Priority, State
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.sitting import Timing
from tests.ui.desk.conftest import DeskRig
from tests.ui.desk.long_day import CALLER, TWICE, LongDay

Maker = Callable[..., DeskRig]


def called(desk: DeskRig) -> None:
    """Somebody has signed in and called the first patient."""
    desk.sign_in()
    desk.touch(desk.queue.calling.call_next)
    desk.settle()


def last_event(desk: DeskRig) -> dict[str, object]:
    event = desk.day.store.events[-1]
    return {"kind": event.kind, **event.body}


# --- signing in -------------------------------------------------------------------------------------------------------


def test_a_name_and_six_digits(desk: DeskRig) -> None:
    desk.touch_named("Ravi Kumar, calling")
    desk.type_pin()
    assert desk.session.who is not None
    assert desk.session.who.staff_id == "N1"


def test_a_wrong_pin_is_said_and_waited_for(desk: DeskRig) -> None:
    desk.touch_named("Ravi Kumar, calling")
    desk.type_pin("111111")
    assert desk.session.who is None
    assert any("PIN is wrong" in text for text in desk.texts())
    desk.type_pin()
    assert desk.session.who is not None


def test_while_one_must_wait_the_pad_sleeps(desk: DeskRig) -> None:
    desk.touch_named("Ravi Kumar, calling")
    desk.session.sign_in_refused.emit("PIN_WAIT", 5.0)
    desk.type_pin()
    assert desk.session.who is None
    assert any("Next try in 5 s" in text for text in desk.texts())


def test_a_place_is_chosen_once(desk: DeskRig) -> None:
    desk.sign_in(place=None)
    desk.touch_named("Eye")
    desk.touch_named("Room 15")
    desk.touch_named("Begin")
    assert desk.places.kept == [Place("15", ("EYE",))]
    desk.session.sign_out()
    desk.touch_named("Ravi Kumar, calling")
    desk.type_pin()
    assert desk.session.post is not None
    assert desk.session.post.room == "15"


def test_a_room_that_is_in_no_list_is_typed(desk: DeskRig) -> None:
    desk.sign_in(place=None)
    desk.touch_named("Surgery")
    desk.touch_named("2")
    desk.touch_named("1")
    desk.touch_named("Begin")
    assert desk.places.kept == [Place("21", ("SUR",))]


def test_who_calls_nobody_needs_no_room(desk: DeskRig) -> None:
    desk.sign_in("Anita Verma, registration", place=None)
    assert desk.session.post is not None
    assert desk.session.post.room == ""
    assert not desk.queue.calling.call_next.isVisible()


def test_signing_out_keeps_the_token_at_hand(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("Sign out")
    assert desk.session.who is None
    assert desk.state(desk.tokens[0]) is State.CALLED
    desk.touch_named("Ravi Kumar, calling")
    desk.type_pin()
    assert desk.at_hand == desk.tokens[0].label


def test_nothing_of_a_patient_stays_when_nobody_is_signed_in(desk: DeskRig) -> None:
    called(desk)
    desk.queue.queue.search.setText("asha")
    field = desk.queue.calling.patient.fields["name"]
    desk.touch(field.copy)
    assert QApplication.clipboard().text() == "Asha Devi"
    desk.touch_named("Sign out")
    assert "Asha" not in desk.everything()
    assert "90000" not in desk.everything()
    assert QApplication.clipboard().text() == ""
    assert desk.queue.queue.search.text() == ""
    assert desk.queue.queue.model.rowCount() == 0


def test_a_desk_that_nobody_touches_signs_out_after_a_warning(make_desk: Maker) -> None:
    desk = make_desk(timing=Timing(refresh_s=60.0, idle_s=0.6))
    warned: list[float] = []
    desk.session.idle_warned.connect(warned.append)
    desk.enter("N1", "246810", Place("12", ("MED",)))
    desk.wait_until(lambda: desk.session.who is None)
    assert warned[0] > 0


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


# --- undo -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("button", ["Complete", "Hold", "Return", "Start"])
def test_the_last_act_can_be_undone(desk: DeskRig, button: str) -> None:
    called(desk)
    desk.touch_named(button)
    desk.touch(desk.queue.calling.messages.undo)
    desk.settle()
    assert desk.state(desk.tokens[0]) is State.CALLED
    assert desk.at_hand == desk.tokens[0].label
    assert not desk.queue.calling.messages.undo.isVisible()


def test_a_call_can_be_undone(desk: DeskRig) -> None:
    called(desk)
    desk.touch(desk.queue.calling.messages.undo)
    desk.settle()
    assert desk.state(desk.tokens[0]) is State.WAITING


def test_undo_goes_away_by_itself(make_desk: Maker) -> None:
    desk = make_desk(timing=Timing(refresh_s=60.0, idle_s=3600.0, undo_s=0.2))
    called(desk)
    desk.wait_until(lambda: not desk.queue.calling.messages.undo.isVisible())
    assert desk.state(desk.tokens[0]) is State.CALLED


def test_whoever_acted_since_has_the_last_word(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("Hold")
    desk.day.calling.call(Post("4", ("MED",), CALLER), desk.tokens[0].token_id)
    desk.touch(desk.queue.calling.messages.undo)
    desk.settle()
    assert any("Somebody has acted on this token" in text for text in desk.texts())
    assert desk.state(desk.tokens[0]) is State.CALLED


# --- others act too ---------------------------------------------------------------------------------------------------


def test_a_patient_called_elsewhere_is_told(desk: DeskRig) -> None:
    desk.sign_in()
    desk.queue.queue.view.selectRow(0)
    desk.day.calling.call(Post("4", ("MED",), CALLER), desk.tokens[0].token_id)
    desk.touch_named("Call")
    assert "Another room has called this patient." in desk.texts()
    assert desk.at_hand == "Nobody called"


def test_who_came_second_while_cut_off_is_told(desk: DeskRig) -> None:
    called(desk)
    token = desk.tokens[0]
    event = desk.day.store.events[-1]
    desk.session.on_parked([Parked(event.seq, "MOVE_ILLEGAL")])
    desk.settle()
    assert f"{token.label} was called to room 12 first, while this desk was cut off." in desk.texts()


def test_nobody_stands_at_a_place_of_departments_that_are_not_theirs(desk: DeskRig) -> None:
    """And whoever comes next stands there as before."""
    place = Place("12", ("MED", "EYE"))
    for departments, post in ((("EYE",), ("EYE",)), (("PED",), None), ((), ("MED", "EYE"))):
        desk.session.resume(replace(CALLER, departments=departments), place)
        assert (desk.session.post.departments if desk.session.post is not None else None) == post
    desk.session.resume(replace(CALLER, departments=("EYE",)), place)
    desk.session.sign_out()
    desk.sign_in(place=None)
    assert desk.session.place == place


def test_that_the_server_takes_none_of_the_staffs_acts_is_told(desk: DeskRig) -> None:
    called(desk)
    desk.session.on_parked([Parked(desk.day.store.events[-1].seq, "KIND_FORBIDDEN")])
    desk.settle()
    assert any("The server does not take what is done here" in text for text in desk.texts())


def test_a_bug_is_said_calmly_and_the_desk_goes_on(desk: DeskRig) -> None:
    desk.sign_in()
    desk.session._do("start", lambda post: 1 // 0)
    desk.settle()
    assert any("The program made a mistake" in text for text in desk.texts())
    desk.touch(desk.queue.calling.call_next)
    desk.settle()
    assert desk.at_hand == desk.tokens[0].label


# --- the patient ------------------------------------------------------------------------------------------------------


def test_the_abha_number_is_masked_until_somebody_asks_which_is_written_down(desk: DeskRig) -> None:
    called(desk)
    number = desk.queue.calling.patient.fields["number"]
    assert number.value.text() == "XX-XXXX-XXXX-0000"
    assert not number.copy.isVisible()
    desk.touch(desk.queue.calling.patient.show_number)
    desk.settle()
    assert number.value.text() == "91-0000-0000-0000"
    assert last_event(desk)["kind"] == Kind.DETAILS_SHOWN
    desk.touch(number.copy)
    assert QApplication.clipboard().text() == "91000000000000"


def test_the_next_patients_number_is_masked_again(desk: DeskRig) -> None:
    called(desk)
    desk.touch(desk.queue.calling.patient.show_number)
    desk.settle()
    desk.touch_named("Complete")
    desk.touch(desk.queue.calling.call_next)
    desk.settle()
    assert desk.queue.calling.patient.fields["number"].value.text() == "XX-XXXX-XXXX-0001"


# --- the window -------------------------------------------------------------------------------------------------------


def test_the_language_changes_at_once(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("हिन्दी")
    assert "अगले को बुलाएँ" in desk.texts()
    desk.touch_named("English")
    assert "Call next" in desk.texts()


def test_another_size_keeps_the_work_at_hand(desk: DeskRig) -> None:
    called(desk)
    desk.window.resize(1920, 1080)
    desk.settle()
    assert desk.at_hand == desk.tokens[0].label
    desk.touch_named("Start")
    assert desk.state(desk.tokens[0]) is State.SERVING


def test_duplicates_stand_side_by_side(make_desk: Maker) -> None:
    day = LongDay()
    desk = make_desk(day)
    one, other = (day.issue(number, "MED") for number in TWICE)
    desk.session.refresh()
    desk.sign_in()
    desk.touch_named("Twice? 1")
    assert {one.label, other.label} <= set(desk.texts())
    assert desk.texts().count("Meena Kumari") == 2


def test_other_tokens_of_today_are_told(make_desk: Maker) -> None:
    day = LongDay()
    desk = make_desk(day)
    day.issue(0, "EYE")
    desk.session.refresh()
    called(desk)
    assert any("also EA-001" in text for text in desk.texts())


def test_a_desk_without_staff_says_whom_to_ask(make_desk: Maker) -> None:
    desk = make_desk(staff=())
    assert any("Nobody is on the staff list yet" in text for text in desk.texts())


def test_who_has_no_keyboard_searches_on_the_screen(desk: DeskRig) -> None:
    desk.sign_in()
    queue = desk.queue.queue
    desk.touch(queue.search)
    for key in "ASHA":
        desk.touch(desk.queue.keyboard.boards["latin"].keys[key])
    desk.settle()
    assert queue.search.text().casefold() == "asha"
    assert 0 < queue.model.rowCount() < len(desk.tokens)
    desk.touch_named("Done")
    assert not desk.queue.keyboard.isVisible()
