"""The desk's window: whom it shows, in which language, at which size."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from kiosk.model.age import Unit
from kiosk.model.events import Kind
from kiosk.model.patient import Sex
from kiosk.model.token import Priority, State
from kiosk.model.walk_in import Draft, Field
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.queue_order import Group
from kiosk.ui.desk.walk_in import WalkInPage
from tests.desk_gallery import pages_of
from tests.ui.desk.conftest import DeskRig, Maker, called, last_event
from tests.ui.desk.long_day import TWICE, LongDay
from tests.ui.desk.rig import PIN

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


@pytest.fixture
def full(qapp: QApplication, tmp_path: Path) -> Iterator[DeskRig]:
    """A desk with all its pages, at which patients are registered."""
    day = LongDay()
    rig = DeskRig(qapp, day, kinds=partial(pages_of, tmp_path, day))
    rig.tokens = []
    rig.enter("R1", PIN, Place("", ("MED", "EYE")))
    rig.settle()
    yield rig
    rig.close()


def walk_in(desk: DeskRig) -> WalkInPage:
    page = desk.window.pages["walk_in"]
    assert isinstance(page, WalkInPage)
    return page


def resize(desk: DeskRig) -> None:
    desk.window.resize(1920, 1080)
    desk.settle()


def test_another_size_keeps_what_was_typed_of_a_walk_in(full: DeskRig) -> None:
    full.window.show_page("walk_in")
    before = walk_in(full)
    before.form.entries[Field.NAME].fill("Asha Devi")
    before.form.entries[Field.AGE].fill("5")
    before.form.units.choose(Unit.MONTHS)
    before.form.sexes.choose(Sex.FEMALE)
    before.form.entries[Field.MOBILE].fill("98765")
    full.touch(before.where.tiles["EYE"])
    full.touch(before.where.priorities.buttons[Priority.DISABILITY])
    full.touch(before.where.languages.buttons["gu"])
    resize(full)
    page = walk_in(full)
    assert page is not before
    assert full.window.page_shown is page
    assert page.form.draft() == Draft("Asha Devi", "5", Unit.MONTHS, Sex.FEMALE, "98765")
    assert (page.where.department, page.where.priority, page.where.languages.value) == (
        "EYE",
        Priority.DISABILITY,
        "gu",
    )
    page.form.entries[Field.MOBILE].fill("")
    full.touch(page.where.issue)
    full.settle()
    assert "EA-001" in full.texts()


def test_another_size_keeps_the_number_that_is_read_out(full: DeskRig) -> None:
    full.window.show_page("walk_in")
    full.touch(walk_in(full).where.tiles["MED"])
    full.touch(walk_in(full).where.issue)
    full.settle()
    resize(full)
    assert "MA-001" in full.texts()
    full.touch(walk_in(full).shown.next)
    assert walk_in(full).form.isVisible()
    assert walk_in(full).form.draft() == Draft()


def test_nothing_of_a_walk_in_comes_back_after_signing_out(full: DeskRig) -> None:
    full.window.show_page("walk_in")
    walk_in(full).form.entries[Field.NAME].fill("Asha Devi")
    full.session.sign_out()
    resize(full)
    full.enter("R1", PIN, Place("", ("MED", "EYE")))
    full.settle()
    assert walk_in(full).form.draft() == Draft()
    assert "Asha" not in "\n".join(field.text() for field in full.window.findChildren(QLineEdit))


def test_another_size_keeps_filters_and_search(desk: DeskRig) -> None:
    desk.sign_in()
    desk.queue.queue.choose_group(Group.ALL)
    desk.queue.queue.choose_department("EYE")
    desk.queue.queue.search.setText("ma-002")
    shown = [row.token.label for row in desk.queue.queue.model.rows]
    assert shown == ["MA-002"]
    resize(desk)
    assert [row.token.label for row in desk.queue.queue.model.rows] == shown
    desk.queue.queue.search.clear()
    assert desk.queue.queue.model.rows == []
