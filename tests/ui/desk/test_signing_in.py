"""Who works at the desk, and where: a name, six digits, a place; and what stays when they go."""

from PySide6.QtWidgets import QApplication

from kiosk.model.token import State
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.sign_in import SignInPage
from kiosk.ui.desk.sitting import Timing
from tests.desk_gallery import CROWD
from tests.ui.desk.conftest import DeskRig, Maker, called


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


def test_a_desk_without_staff_says_whom_to_ask(make_desk: Maker) -> None:
    desk = make_desk(staff=())
    assert any("Nobody is on the staff list yet" in text for text in desk.texts())


def tiles(page: SignInPage) -> list[str]:
    return [tile.words.text().splitlines()[0] for tile in page.people.tiles.values()]


def test_who_is_one_of_many_is_found_without_a_keyboard(make_desk: Maker) -> None:
    desk = make_desk(staff=CROWD)
    page = desk.window.page_shown
    assert isinstance(page, SignInPage)
    assert len(tiles(page)) == 12
    who = next(each for each in CROWD if each.name.isascii() and each.name not in tiles(page))
    desk.touch(page.people.search)
    keyboard = page.people.keyboard
    assert keyboard is not None
    first = who.name.split()[0]
    for letter in first.upper():
        desk.touch(keyboard.boards["latin"].keys[letter])
    assert who.name in tiles(page)
    assert all(first.casefold() in each.casefold() for each in tiles(page))
    desk.touch(page.people.tiles[who.staff_id])
    assert not keyboard.isVisible()
    desk.type_pin()
    assert desk.session.who is not None
    assert desk.session.who.staff_id == who.staff_id
    desk.session.sign_out()
    assert page.people.search.text() == ""
    assert len(tiles(page)) == 12


def test_the_keyboard_goes_when_it_is_done(make_desk: Maker) -> None:
    desk = make_desk(staff=CROWD)
    page = desk.window.page_shown
    assert isinstance(page, SignInPage)
    for _ in range(2):
        desk.touch(page.people.search)
        keyboard = page.people.keyboard
        assert keyboard is not None
        assert keyboard.isVisible()
        assert len(tiles(page)) == 3
        desk.touch(keyboard.done)
        assert not keyboard.isVisible()
        assert len(tiles(page)) == 12
