"""Symbols are found by their texture and their finder patterns where no decoder locates any."""

import json

import cv2
import numpy as np
import pytest

from kiosk.scanner.decode import Grey, read_as_is, texts_of
from kiosk.scanner.rectify import pose_of_corners
from kiosk.scanner.tracking_finders import QUICK, THOROUGH, Care, triples
from kiosk.scanner.tracking_texture import textured, whole
from kiosk.scanner.tracking_timing import poses
from tests.scanner.seeing import CORNERS, seen, version_of

CARD = json.dumps({"hidn": "91-0000-0000-0018", "name": "Asha Devi", "address": "12 MG Road, Kochi " * 9})
VERSION = version_of(CARD)
CENTRES = pose_of_corners(VERSION, CORNERS)


def centres() -> np.ndarray:
    far = CENTRES.side - 3.5
    return CENTRES.at([3.5, far, 3.5], [3.5, 3.5, far])


def in_a_hall() -> Grey:
    """The card within a larger frame with stripes and a window, which are no texture."""
    frame = np.full((720, 1280), 120, np.uint8)
    frame[100:400:12, 800:1200] = 30
    frame[500:650, 900:1100] = 240
    frame[80:480, 300:780] = seen(CARD, blur_px=1.1)
    return frame


def test_the_card_stands_out_of_the_hall() -> None:
    region = textured(in_a_hall(), 320, 4)[0]
    corners = np.array(CORNERS) + np.array([300, 80])
    assert (corners.min(axis=0) >= (region.left, region.top)).all()
    assert (corners.max(axis=0) <= (region.right, region.bottom)).all()
    assert max(region.width, region.height) <= 320


@pytest.mark.parametrize(
    "picture", [np.full((400, 480), 90, np.uint8), np.tile(np.arange(240, dtype=np.uint8), (90, 2))]
)
def test_a_wall_and_a_slope_have_no_texture(picture: Grey) -> None:
    assert textured(picture, 320, 4) == []


def test_parts_of_a_frame_end_where_it_ends() -> None:
    frame = whole(np.zeros((100, 200), np.uint8))
    assert frame.around([(180, 80), (240, 140)]).of(np.zeros((100, 200), np.uint8)).shape == (35, 35)
    assert frame.heart(50) == frame.within(75, 25, 125, 75)


@pytest.mark.parametrize("care", [QUICK, THOROUGH])
@pytest.mark.parametrize("dark_on_light", [True, False])
def test_three_blurred_finder_patterns_are_found(care: Care, *, dark_on_light: bool) -> None:
    picture = seen(CARD, blur_px=1.1, noise=3)
    assert texts_of(read_as_is(picture)) == ()
    best = triples(picture if dark_on_light else np.asarray(255 - picture, np.uint8), care)[0]
    assert np.abs(best.places - centres()).max() < 1.5
    assert best.sign == (1 if dark_on_light else -1)
    assert best.likeness > 0.6


def test_finder_patterns_are_found_though_the_quiet_zone_is_narrow_and_all_around_is_dark() -> None:
    picture = seen(CARD, blur_px=1.0, noise=3)
    near, far = -0.5, CENTRES.side + 0.5
    inner = CENTRES.at([near, far, far, near], [near, near, far, far])
    card = np.zeros_like(picture)
    cv2.fillConvexPoly(card, np.round(inner).astype(np.int32), 1)
    best = triples(np.where(card > 0, picture, 35).astype(np.uint8), QUICK)[0]
    assert np.abs(best.places - centres()).max() < 1.5


def test_the_timing_patterns_tell_version_and_slant() -> None:
    picture = seen(CARD, blur_px=0.9)
    likeliest = poses(picture, triples(picture, QUICK)[0])[0]
    assert likeliest.version == VERSION
    assert np.abs(np.array(likeliest.corners()) - np.array(CORNERS)).max() < 5


def test_noise_has_no_finder_patterns() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (300, 300)).astype(np.uint8)
    assert all(triple.likeness < 0.45 for triple in triples(noise, THOROUGH))
