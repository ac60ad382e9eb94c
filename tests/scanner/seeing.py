"""Pictures of a card as a poor camera sees it: small, slanted, blurred, bent, noisy."""

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.scanner.decode import Grey
from tests.scanner.drawing import drawn

CORNERS = ((180.0, 120.0), (300.0, 150.0), (285.0, 275.0), (165.0, 255.0))
SIZE = (480, 400)


def seen(
    text: str,
    corners: tuple[tuple[float, float], ...] = CORNERS,
    *,
    blur_px: float = 1.0,
    noise: float = 0.0,
    bow_px: float = 0.0,
    seed: int = 1,
) -> Grey:
    """The QR of ``text`` with its outer corners at ``corners``, on a grey wall; ``bow_px``: how far its middle is
    pushed down, as on a bent card."""
    scale = 8
    code = drawn(text, scale=scale)
    quiet, side = 4 * scale, len(code) - 4 * scale
    inner = np.array([[quiet, quiet], [side, quiet], [side, side], [quiet, side]], np.float32)
    enlarge = np.diag([4.0, 4.0, 1.0])  # a camera's pixels see areas, so first it is drawn four times as large
    plane = enlarge @ cv2.getPerspectiveTransform(inner, np.array(corners, np.float32))
    large = (4 * SIZE[0], 4 * SIZE[1])
    light = np.asarray(cv2.warpPerspective(code, plane, large, borderValue=150), np.uint8)
    picture = cv2.resize(_bowed(light, corners, 4 * bow_px), SIZE, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), blur_px)
    dark = 40 + 0.7 * soft + np.random.default_rng(seed).normal(0, noise, soft.shape)
    return np.asarray(np.clip(dark, 0, 255), np.uint8)


def _bowed(light: Grey, corners: tuple[tuple[float, float], ...], bow_px: float) -> Grey:
    if not bow_px:
        return light
    y, x = np.mgrid[: light.shape[0], : light.shape[1]].astype(np.float32)
    left, right = (4 * pick(corner[0] for corner in corners) for pick in (min, max))
    across = np.clip((x - left) / (right - left), 0, 1)
    source = np.asarray(y - bow_px * 4 * across * (1 - across), np.float32)
    return np.asarray(cv2.remap(light, x, source, cv2.INTER_LINEAR), np.uint8)


def version_of(text: str) -> int:
    return (len(drawn(text, scale=1)) - 8 - 17) // 4


def modules_of(text: str) -> npt.NDArray[np.bool_]:
    """True for dark, row by row."""
    return np.asarray(drawn(text, scale=1)[4:-4, 4:-4] == 0).ravel()
