"""One picture file, read in the process of ``files.FileReader``."""

import json
import time
from pathlib import Path

import cv2
import numpy as np

from kiosk.scanner.decode import Grey
from kiosk.scanner.explaining import packed
from kiosk.scanner.reading import Reader


def answer(path: Path) -> bytes:
    """JSON: what the picture at ``path`` says, how it was found, and how long that took; empty where it is none."""
    picture = _picture(path)
    if picture is None:
        return b""
    started = time.perf_counter()
    reading = Reader(time.perf_counter, None).read(picture)
    ms = (time.perf_counter() - started) * 1000
    found = {"texts": reading.texts, "ms": ms, "steps": packed(reading.steps)}
    return json.dumps(found, ensure_ascii=False).encode()


def _picture(path: Path) -> Grey | None:
    try:
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    except cv2.error:  # more than 64 megapixels, or more than the memory holds
        return None
    return None if picture is None else np.asarray(picture, np.uint8)
