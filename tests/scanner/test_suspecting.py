"""A code that nothing locates is told for what it is, and a hall without one is left in peace."""

import math

import cv2
import numpy as np
import pytest

from kiosk.model.aiming import Guidance
from kiosk.scanner.decode import Grey
from kiosk.scanner.guidance import Guide, guided
from kiosk.scanner.reading import Reader
from kiosk.scanner.suspecting import PERIOD_S, SCENERY_S, Suspicion, edge_scale_px, likely_codes
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


def test_a_blurred_card_that_is_held_in_one_place_for_long_goes_on_being_told_and_so_is_the_next() -> None:
    swaying = [swayed(2 * math.pi * turn / 18) for turn in range(18)]
    suspicion, now = Suspicion(), 0.0
    for turn in range(150):
        now += 1.1 * PERIOD_S
        assert suspicion.look(swaying[turn % 18], now) is not None
    for _ in range(30):
        now += 1.1 * PERIOD_S
        assert suspicion.look(hall(), now) is None
    assert suspicion.look(swaying[0], now + 1.1 * PERIOD_S) is not None, "the next patient"


def swayed(turn: float) -> Grey:
    """In a hand that sways by 4 pixels, in 3 seconds."""
    return card(3.0, (round(640 + 4 * math.sin(turn)), round(360 + 4 * math.cos(turn))), blur_px=4.5)


@pytest.mark.parametrize("blur_px", [4.5, 6.0], ids=["less than the poster", "less than the poster's rim"])
def test_a_poster_hides_no_card_beside_it_that_stands_out(blur_px: float) -> None:
    poster = card(2.0, (1000, 300))
    both = np.where(np.arange(WIDTH) < 800, card(3.0, (400, 400), blur_px=blur_px), poster).astype(np.uint8)
    suspicion, now = Suspicion(), 0.0
    while now < 2 * SCENERY_S:
        now += 1.1 * PERIOD_S
        seen = suspicion.look(poster, now)
    assert seen is None
    assert [place.left > 800 for place in likely_codes(both)] == [True, blur_px > 5]
    seen = suspicion.look(both, now + 1.1 * PERIOD_S)
    assert seen is not None
    assert seen.sharpness == 0, "the card is blurred, the poster sharp"


def test_a_lamp_that_flickers_moves_no_poster() -> None:
    poster, now = card(3.0, (1000, 300), blur_px=4.5), 0.0
    suspicion = Suspicion()
    while now < 2 * SCENERY_S:
        now += 1.1 * PERIOD_S
        seen = suspicion.look(lit(poster * (1 + 0.02 * math.sin(11 * now)), seed=round(now * 100)), now)
    assert seen is None


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
    [place] = likely_codes(card(3.0, (800, 300), blur_px=4.5))
    assert abs((place.left + place.right) / 2 - 800) < 40
    assert abs((place.top + place.bottom) / 2 - 300) < 40
