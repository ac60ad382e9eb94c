"""A night OPD: whoever is with the doctor when the service day ends stays in sight until the end."""

from datetime import timedelta

from kiosk.model.token import State
from kiosk.ui.desk.doubles import possible_doubles
from kiosk.ui.desk.queue_order import Group
from tests.ui.desk.conftest import DeskRig, called


def test_who_is_with_the_doctor_at_midnight_stays_at_hand_until_completed(desk: DeskRig) -> None:
    called(desk)
    desk.touch_named("Start")
    desk.day.clock.move(timedelta(days=1))
    desk.session.refresh()
    desk.settle()
    label = desk.tokens[0].label
    assert desk.at_hand == label
    assert [each.token.token_id for each in desk.session.rows.values()] == [desk.tokens[0].token_id]
    assert desk.session.rows_of_today == []
    day = f"{desk.tokens[0].service_day:%d-%m}"
    assert any(text.startswith(f"{day} · ") for text in desk.texts()), "another may have this label today"
    acts = desk.queue.calling.acts.buttons
    assert acts["complete"].isEnabled()
    assert acts["hold"].isEnabled()
    assert not acts["give_back"].isEnabled()
    assert not acts["transfer"].isEnabled()
    desk.touch_named("Complete")
    assert desk.state(desk.tokens[0]) is State.COMPLETED
    assert f"{label} ({day}): completed" in desk.texts()
    assert desk.session.current == ()


def test_the_list_finds_who_is_there_from_yesterday_and_names_the_day(desk: DeskRig) -> None:
    called(desk)
    desk.day.clock.move(timedelta(days=1))
    desk.session.refresh()
    desk.settle()
    desk.queue.queue.choose_group(Group.AT_DESKS)
    (row,) = desk.queue.queue.model.rows
    assert row.token.token_id == desk.tokens[0].token_id
    assert desk.queue.calling._waiting() == 0
    desk.queue.queue.show_token(row.token.token_id)
    desk.settle()
    bar = desk.queue.row_bar.buttons
    assert bar["cancel"].isVisible()
    assert not bar["transfer"].isVisible()
    new = desk.day.issue(0, "MED")
    desk.session.refresh()
    desk.settle()
    assert new.label == desk.tokens[0].label, "numbers begin anew"
    assert {each.token.token_id for each in desk.session.rows.values()} == {new.token_id, row.token.token_id}
    assert possible_doubles(desk.session.rows.values()) == []
