"""A code that nothing locates is told for what it is, and a hall without one is left in peace."""

import cv2
import numpy as np
import pytest

from kiosk.model.aiming import Guidance
from kiosk.scanner.decode import Grey
from kiosk.scanner.guidance import Guide, guided
from kiosk.scanner.reading import Reader
from kiosk.scanner.suspecting import PERIOD_S, SCENERY_S, Suspicion, edge_scale_px, likely_code
from tests.scanner.drawing import drawn

TEXT = '{"hidn":"91-0000-0000-0018","hid":"asha.test@sbx","name":"Asha Test","gender":"F","dob":"01/02/1980"}' * 2
WIDTH, HEIGHT = 1280, 720
STEP_S = 0.1


def hall(seed: int = 1) -> Grey:
    """A wall with a door frame and a lamp."""
    wall = np.full((HEIGHT, WIDTH), 150.0)
    wall[:, 300:330], wall[80:140, 900:1000] = 90, 230
    return lit(wall, seed)


def lit(picture: np.ndarray, seed: int = 1) -> Grey:
    noise = np.random.default_rng(seed).normal(0, 2, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def card(module_px: float, centre: tuple[int, int] = (640, 360), *, blur_px: float = 0.6, white: float = 0.8) -> Grey:
    """The hall with a code before it."""
    large = drawn(TEXT, scale=8)
    side = max(1, round(len(large) / 8 * module_px))
    code = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA) * white + 20
    picture = hall().astype(np.float64)
    left, top = centre[0] - side // 2, centre[1] - side // 2
    rows, columns = slice(max(0, top), min(HEIGHT, top + side)), slice(max(0, left), min(WIDTH, left + side))
    picture[rows, columns] = code[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return lit(cv2.GaussianBlur(picture, (0, 0), blur_px))


def told(picture: Grey) -> Guidance:
    """What is said of a picture that stays for two seconds."""
    reader, suspicion, guide = Reader(lambda: 0.0, 1 / 30), Suspicion(), Guide()
    for turn in range(20):
        reading, now = reader.read(picture), turn * STEP_S
        found = suspicion.found(reading.finding, picture, now)
        guide = guided(guide, found, now, is_read=bool(reading.texts))
    return guide.said


@pytest.mark.parametrize(
    ("picture", "guidance"),
    [
        (hall(), Guidance.NO_CODE),
        (lit(np.full((HEIGHT, WIDTH), 12.0)), Guidance.DARK),
        (card(3.0), Guidance.HOLD_STILL),
        (card(1.2), Guidance.TOO_FAR),
        (card(3.0, blur_px=4.5), Guidance.BLURRED),
        (card(4.0, (WIDTH - 60, 360)), Guidance.CUT_OFF),
        (card(4.0, (400, HEIGHT - 70)), Guidance.CUT_OFF),
        (card(12.5, blur_px=8.0), Guidance.TOO_NEAR),
        (card(15.0), Guidance.TOO_NEAR),
    ],
    ids=["hall", "night", "well held", "far", "blurred", "half out", "half below", "near and blurred", "too large"],
)
def test_what_is_wrong_is_told(picture: Grey, guidance: Guidance) -> None:
    assert told(picture) is guidance


def test_a_poster_that_hangs_there_is_scenery_until_it_goes() -> None:
    poster, now = card(3.0, (1000, 300), blur_px=4.5), 0.0
    suspicion = Suspicion()
    assert suspicion.look(poster, now) is not None
    while now < SCENERY_S:
        now += 1.1 * PERIOD_S
        seen = suspicion.look(poster, now)
    assert seen is None
    held = card(3.0, (300, 400), blur_px=4.5)
    assert suspicion.look(held, now + 2 * PERIOD_S) is not None, "a card elsewhere"
    for _ in range(200):
        now += 1.1 * PERIOD_S
        suspicion.look(hall(), now)
    assert suspicion.look(poster, now + 2 * PERIOD_S) is not None, "and the same place, long after"


def test_between_two_looks_the_last_one_holds() -> None:
    suspicion = Suspicion()
    seen = suspicion.look(card(3.0, blur_px=4.5), 5.0)
    assert seen is not None
    assert suspicion.look(hall(), 5.0 + PERIOD_S / 2) is seen
    assert suspicion.look(hall(), 5.0 + PERIOD_S) is None


def test_a_camera_that_changes_its_mode_is_looked_at_anew() -> None:
    suspicion = Suspicion()
    suspicion.look(card(3.0, blur_px=4.5), 0.0)
    small = np.asarray(cv2.resize(card(3.0, blur_px=4.5), (640, 480)), np.uint8)
    assert suspicion.look(small, 1.0) is not None


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3), (17, 19), (40, 2000)])
def test_frames_of_odd_sizes_are_nothing(shape: tuple[int, int]) -> None:
    assert Suspicion().look(np.full(shape, 128, np.uint8), 0.0) is None


def test_edges_are_measured_in_pixels() -> None:
    sharp, soft = (card(4.0, blur_px=blur)[250:450, 550:750] for blur in (0.5, 3.0))
    assert edge_scale_px(sharp) < 1.2 < edge_scale_px(soft)
    assert edge_scale_px(np.full((50, 50), 7, np.uint8)) == 0.0


def test_a_code_stands_where_it_is() -> None:
    place = likely_code(card(3.0, (800, 300), blur_px=4.5))
    assert place is not None
    assert abs((place.left + place.right) / 2 - 800) < 40
    assert abs((place.top + place.bottom) / 2 - 300) < 40
