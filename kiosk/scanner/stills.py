"""One picture file, read in the process of ``files.FileReader``."""

import json
import time
from pathlib import Path

import cv2
import numpy as np

from kiosk.scanner.decode import Grey, decode


def answer(path: Path) -> bytes:
    """JSON: what the picture at ``path`` says and how long that took to find; empty where it is no picture."""
    picture = _picture(path)
    if picture is None:
        return b""
    started = time.perf_counter()
    texts = decode(picture)
    ms = (time.perf_counter() - started) * 1000
    return json.dumps({"texts": texts, "ms": ms}, ensure_ascii=False).encode()


def _picture(path: Path) -> Grey | None:
    try:
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    except cv2.error:  # more than 64 megapixels, or more than the memory holds
        return None
    return None if picture is None else np.asarray(picture, np.uint8)
