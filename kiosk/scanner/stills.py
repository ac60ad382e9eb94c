"""One picture file, read in the process of ``files.FileReader``."""

import json
import time
from pathlib import Path

import cv2
import numpy as np

from kiosk.scanner.decode import decode


def answer(path: Path) -> bytes:
    """JSON: what the picture at ``path`` says and how long that took to find; empty where it is no picture."""
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        return b""
    started = time.perf_counter()
    texts = decode(np.asarray(picture, np.uint8))
    ms = (time.perf_counter() - started) * 1000
    return json.dumps({"texts": texts, "ms": ms}, ensure_ascii=False).encode()
