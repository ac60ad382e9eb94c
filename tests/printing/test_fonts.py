"""What is looked at before a hospital trusts the fonts of a machine, and what is said where one is missing."""

from dataclasses import replace

import pytest

from kiosk.model.scripts import FAMILIES
from kiosk.printing import fonts
from kiosk.printing.fonts import SAMPLES, Sample, font_faults


def test_this_machine_draws_every_script() -> None:
    assert font_faults() == []
    assert [sample.family for sample in SAMPLES] == sorted({*FAMILIES}, key=[each.family for each in SAMPLES].index)


def told(monkeypatch: pytest.MonkeyPatch, sample: Sample) -> list[str]:
    monkeypatch.setattr(fonts, "SAMPLES", (sample,))
    return font_faults()


@pytest.mark.qt_log_ignore("OpenType support missing")
@pytest.mark.parametrize(
    ("sample", "fault"),
    [
        (replace(SAMPLES[1], family="Noto Sans Nowhere"), "Devanagari: Noto Sans Nowhere is missing"),
        (replace(SAMPLES[1], text="ગુજ"), "Devanagari: drawn with Noto Sans Gujarati instead of Noto Sans Devanagari"),
        (replace(SAMPLES[0], joins=True), "Latin: letters are not joined"),
        (replace(SAMPLES[0], text="\U000f0000"), "Latin: a letter is drawn as a box"),
    ],
)
def test_a_fault_is_named(monkeypatch: pytest.MonkeyPatch, sample: Sample, fault: str) -> None:
    assert told(monkeypatch, sample) == [fault]


def test_missing_letters_are_counted_and_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "BLOCKS", ((0x0E00, 0x0E7F, "Noto Sans Devanagari"),))
    assert told(monkeypatch, SAMPLES[1]) == ["Devanagari: Noto Sans Devanagari lacks 83 letters such as U+0E01"]
