"""The keyboard on the screen: every script's letters can be typed, and taken back as they are read."""

import unicodedata
from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLayout, QLineEdit, QVBoxLayout, QWidget

from kiosk.model.opd import Facility
from kiosk.model.qr import typed_name
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.scripts import family_of
from kiosk.ui.desk.keyboard import Keyboard, erase_letter
from kiosk.ui.desk.keyboards import Layout, all_layouts, languages_of, layouts_for, shown_key
from kiosk.ui.desk.metrics import desk_metrics

LAYOUTS = {layout.code: layout for layout in all_layouts()}
INDIAN = [layout for layout in LAYOUTS.values() if layout.code not in ("latin", "digits")]


@pytest.fixture
def field(qapp: QApplication) -> Iterator[QLineEdit]:
    window = QWidget()
    edit = QLineEdit(window)
    layout = QVBoxLayout(window)
    layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    layout.addWidget(edit)
    window.show()
    yield edit
    window.close()


@pytest.fixture
def keyboard(field: QLineEdit) -> Keyboard:
    board = Keyboard(desk_metrics(1366, 768), [LAYOUTS["latin"], LAYOUTS["devanagari"], LAYOUTS["gujarati"]])
    window = field.window().layout()
    assert window is not None
    window.addWidget(board)
    board.redraw()
    board.aim(field)
    QApplication.processEvents()
    return board


def press(keyboard: Keyboard, script: str, *keys: str) -> None:
    keyboard.choose(script)
    for key in keys:
        keyboard.boards[script].keys[key].click()


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: layout.code)
def test_a_layout_is_of_one_script_and_of_a_width_that_fits(layout: Layout) -> None:
    keys = [key for row in layout.rows for key in row]
    assert len(set(keys)) == len(keys)
    assert layout.columns <= 15
    assert len(layout.rows) <= 5
    assert all(unicodedata.normalize("NFC", key) == key for key in keys)
    families = {family_of(letter) for key in keys for letter in key} - {None}
    assert len(families) == (0 if layout.code in ("latin", "digits") else 1)


@pytest.mark.parametrize("layout", INDIAN, ids=lambda layout: layout.code)
def test_every_key_can_stand_in_a_name(layout: Layout) -> None:
    letter = next(key for row in layout.rows for key in row if unicodedata.category(key[0]) == "Lo")
    for row in layout.rows:
        for key in row:
            assert typed_name(letter + key) == letter + key


@pytest.mark.parametrize("layout", INDIAN, ids=lambda layout: layout.code)
def test_every_script_has_signs_and_letters(layout: Layout) -> None:
    sorts = {unicodedata.category(key[0])[0] for row in layout.rows for key in row}
    assert {"L", "M"} <= sorts
    assert layout.languages


def test_a_sign_is_drawn_on_a_circle_and_a_letter_alone() -> None:
    assert (shown_key("ि"), shown_key("क"), shown_key("क्ष")) == ("◌ि", "क", "क्ष")


def test_a_name_in_devanagari_with_conjunct_and_signs(keyboard: Keyboard, field: QLineEdit) -> None:
    press(keyboard, "devanagari", "श्र", "ी", "व", "ा", "स", "्", "त", "व")
    assert field.text() == "श्रीवास्तव"


def test_backspace_takes_what_a_reader_takes_for_a_letter(keyboard: Keyboard, field: QLineEdit) -> None:
    field.setText("कमकि")
    keyboard.erase.click()
    assert field.text() == "कम"
    keyboard.erase.click()
    keyboard.erase.click()
    keyboard.erase.click()
    assert field.text() == ""


def test_backspace_in_the_middle_and_over_a_selection(field: QLineEdit) -> None:
    field.setText("A𝒳कीB")
    field.setCursorPosition(5)
    erase_letter(field)
    assert field.text() == "A𝒳B"
    field.setCursorPosition(3)
    erase_letter(field)
    assert field.text() == "AB"
    field.selectAll()
    erase_letter(field)
    assert field.text() == ""


def test_latin_names_begin_with_capitals(keyboard: Keyboard, field: QLineEdit) -> None:
    press(keyboard, "latin", "A", "S", "H", "A")
    keyboard.blank.click()
    press(keyboard, "latin", "D", "E", "V", "I")
    assert field.text() == "Asha Devi"
    keyboard.capitals.click()
    press(keyboard, "latin")
    keyboard.capitals.click()
    keyboard.boards["latin"].keys["X"].click()
    assert field.text() == "Asha DeviX"


def test_letters_go_where_the_cursor_is(keyboard: Keyboard, field: QLineEdit) -> None:
    field.setText("Asa")
    field.setCursorPosition(2)
    press(keyboard, "latin", "H")
    assert (field.text(), field.cursorPosition()) == ("Asha", 3)


def test_a_real_keyboard_works_beside_it(keyboard: Keyboard, field: QLineEdit) -> None:
    press(keyboard, "gujarati", "આ", "શ", "ા")
    QTest.keyClicks(field, " B")
    assert field.text() == "આશા B"


def test_a_full_field_takes_no_more(keyboard: Keyboard, field: QLineEdit) -> None:
    field.setMaxLength(2)
    press(keyboard, "devanagari", "क", "म", "ल")
    assert field.text() == "कम"


def test_numbers_have_a_board_of_their_own(keyboard: Keyboard, field: QLineEdit) -> None:
    keyboard.aim(field, digits=True)
    for digit in "12":
        keyboard.digits.keys[digit].click()
    keyboard.digits.keys["/"].click()
    assert field.text() == "12/"
    assert not keyboard.blank.isVisibleTo(keyboard)
    keyboard.aim(field)
    assert keyboard.blank.isVisibleTo(keyboard)


def test_the_facilitys_languages_decide_which_scripts_there_are() -> None:
    assert [layout.code for layout in layouts_for(languages_of(SAMPLE_FACILITY))] == ["latin", "devanagari", "gujarati"]
    english = Facility("IN0000000000", {"en": "Clinic"}, ())
    assert [layout.code for layout in layouts_for(languages_of(english))] == ["latin"]
    assert [layout.code for layout in layouts_for(["ur", "ml", "mr"])] == ["latin", "devanagari", "malayalam", "urdu"]
