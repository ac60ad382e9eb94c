"""Real photographs, against the texts that lie beside them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.scanner.looking import texts_in

PHOTOS = Path(__file__).parents[2].parent / "shared" / "data" / "photos"
SUFFIXES = {".png", ".jpg", ".webp"}


def pictures(folder: str) -> list[Path]:
    if not PHOTOS.exists():
        pytest.skip("no photographs on this machine")
    return sorted(path for path in (PHOTOS / folder).iterdir() if path.suffix in SUFFIXES)


def texts_of(path: Path) -> tuple[str, ...]:
    return texts_in(np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8))


@pytest.mark.parametrize(("folder", "least"), [("zxing/qrcode-1", 0.95), ("zxing-cpp/qrcode-1", 0.95)])
def test_photographs_are_read_as_their_truth(folder: str, least: float) -> None:
    photos = [path for path in pictures(folder) if path.with_suffix(".txt").exists()]
    right = [texts_of(path) == (path.with_suffix(".txt").read_bytes().decode(),) for path in photos]
    assert len(right) >= 5
    assert sum(right) / len(right) >= least


def test_what_is_no_code_is_not_read() -> None:
    assert [path.name for path in pictures("zxing/falsepositives-2") if texts_of(path)] == []
