"""Every screen of the gallery, in both languages and at all three sizes: nothing cut, covered or too small."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.gallery import FACILITIES, LANGUAGES, SIZES, Stage, shots
from tests.ui.clipping import faults


@pytest.fixture(params=FACILITIES, ids=lambda facility: f"{len(facility.departments)} departments")
def stage(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Stage]:
    stage = Stage(qapp, request.param)
    yield stage
    stage.close()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_can_be_read(stage: Stage, language: str, size: tuple[int, int]) -> None:
    found = []
    for shot in shots():
        if shot.facility is stage.facility:
            stage.set(shot, language, size)
            found += [f"{shot.name}: {fault}" for fault in faults(stage.window)]
    assert not found, "\n".join(found)


def test_the_check_finds_a_cut_text(stage: Stage) -> None:
    stage.set(next(shot for shot in shots() if shot.facility is stage.facility), "en", SIZES[0])
    stage.window.header.languages["en"].show_words("a very long word " * 9)
    QApplication.processEvents()
    stage.window.header.languages["en"].setFixedWidth(50)
    QApplication.processEvents()
    assert any(fault.startswith("cut") for fault in faults(stage.window))
