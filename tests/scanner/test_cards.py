"""The sample cards say what they should, and stay small."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.model.abha import looks_mistyped
from kiosk.scanner.decode import read_zbar, texts_of
from tests.scanner.looking import texts_in

CARDS = Path(__file__).parents[2] / "resources" / "cards"
PAYLOADS = {
    CARDS / folder / file: payload
    for folder in ("", "wrong")
    for file, payload in json.loads((CARDS / folder / "cards.json").read_text(encoding="utf-8")).items()
}


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_a_card_reads_as_its_payload_by_either_reader(path: Path) -> None:
    grey = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    assert texts_in(grey) == (PAYLOADS[path],)
    assert texts_of(read_zbar(grey)) in ((PAYLOADS[path],), ())


def test_every_picture_is_listed() -> None:
    assert set(CARDS.rglob("*.png")) == set(PAYLOADS)


def test_the_numbers_are_synthetic_with_a_right_check_digit() -> None:
    cards = [json.loads(payload) for path, payload in PAYLOADS.items() if path.parent == CARDS]
    numbers = [card["hidn"] for card in cards if card["hidn"] != "-"]
    assert len(numbers) == len(set(numbers)) == 10
    assert all(number.startswith("91-0000-0000-00") for number in numbers)
    assert not any(looks_mistyped(number.replace("-", "")) for number in numbers)


def test_the_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in PAYLOADS) < 600_000
    assert {np.asarray(cv2.imread(str(path))).shape for path in PAYLOADS} == {(638, 1012, 3)}
