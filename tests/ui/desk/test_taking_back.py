"""What follows an act: it is taken back, or others have acted too."""

from dataclasses import replace

import pytest

from kiosk.acts import Post
from kiosk.model.exchange import Parked
from kiosk.model.token import State
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.sitting import Timing
from tests.ui.desk.conftest import DeskRig, Maker, called
from tests.ui.desk.long_day import CALLER

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
