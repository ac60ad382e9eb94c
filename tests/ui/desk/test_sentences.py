"""Every refusal that staff can meet is said to them in words, not in the program's."""

import pytest
from PySide6.QtWidgets import QApplication

from kiosk.ui.desk.sentences import sentence
from kiosk.ui.translation import Translation

WHAT_WAS_SAID = "the words of the program"
CODES = ["NOT_CALLABLE", "ROOM_CLOSED", "KIND_FORBIDDEN", "SERVICE_DAY_WRONG"]
SHUT_OUT = ["KEY_UNKNOWN", "STATION_CLONED", "STORE_FOREIGN", "FORBIDDEN"]


@pytest.mark.parametrize("code", CODES + SHUT_OUT)
def test_a_refusal_is_said_in_both_languages(qapp: QApplication, code: str) -> None:
    translation = Translation(qapp)
    english = sentence(code, {"text": WHAT_WAS_SAID})
    translation.use("hi")
    hindi = sentence(code, {"text": WHAT_WAS_SAID})
    translation.use("en")
    assert english.isascii()
    assert any("\u0900" <= letter <= "\u097f" for letter in hindi)
    assert WHAT_WAS_SAID not in english + hindi
    assert (code in english) is (code in hindi) is (code in SHUT_OUT), "for whoever comes to help"
