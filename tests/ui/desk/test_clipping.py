"""Every screen of the desk's gallery, in both languages and at both sizes: nothing cut, covered or too small."""

import pytest
from PySide6.QtWidgets import QApplication

from tests.desk_gallery import DESK_SIZES, DeskShot, desk_shots, look
from tests.ui.clipping import faults

SHOTS = list(desk_shots())


SMALL, LARGE = DESK_SIZES


def found(application: QApplication, shot: DeskShot, size: tuple[int, int], language: str) -> str:
    faulty: list[str] = []
    look(application, shot, size, language, lambda desk: faulty.extend(faults(desk.window)), patients=200)
    return "\n".join(faulty)


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_all_can_be_read_in_hindi(qapp: QApplication, shot: DeskShot) -> None:
    assert not found(qapp, shot, SMALL, "hi")


@pytest.mark.parametrize("name", ["just called", "line touched", "sign-in wrong", "place chosen", "transfer"])
def test_all_can_be_read_in_english(qapp: QApplication, name: str) -> None:
    assert not found(qapp, next(each for each in SHOTS if each.name == name), SMALL, "en")


@pytest.mark.parametrize("name", ["just called", "sign-in many"])
def test_all_can_be_read_on_a_large_screen(qapp: QApplication, name: str) -> None:
    assert not found(qapp, next(each for each in SHOTS if each.name == name), LARGE, "hi")
