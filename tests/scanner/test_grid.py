"""Modules are read, and symbols found, where no decoder reads or finds them."""

import json

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.scanner import grid
from kiosk.scanner.decode import Grey, read_as_is, texts_of
from kiosk.scanner.grid_layout import layout, side_of
from kiosk.scanner.rectify import Pose, pose_of_corners, rectified
from kiosk.scanner.rectify_refine import aligned, followed, settled
from tests.scanner.drawing import drawn
from tests.scanner.names import SCRIPTS, names_in
from tests.scanner.seeing import CORNERS, modules_of, seen, version_of

CARD = json.dumps({"hidn": "91-0000-0000-0018", "name": "Asha Devi", "address": "12 MG Road, Kochi " * 9})
VERSION = version_of(CARD)
MANY = range(1, 13)


@pytest.mark.parametrize(("version", "alignments"), [(1, 0), (2, 1), (7, 6), (13, 6), (25, 22), (40, 46)])
def test_each_version_has_its_size_and_its_alignment_patterns(version: int, alignments: int) -> None:
    expected = layout(version)
    assert expected.side == side_of(version) == len(expected.known) ** 0.5
    assert len(expected.alignment) == alignments
    assert 0.05 < expected.known.mean() < 0.6


@pytest.mark.parametrize("version", [1, 2, 6, 7, 13, 14, 22, 32, 40])
def test_real_symbols_have_in_common_what_the_layout_says_and_nothing_else(version: int) -> None:
    expected = layout(version)
    symbols = [
        np.array(
            [list(row) for row in segno.make_qr("8" * number, version=version, mask=number % 8, error=error).matrix]
        )
        for number, error in enumerate("lmqhlmqhlmqhlmqh", 1)
    ]
    dark = np.array(symbols).reshape(len(symbols), -1) > 0
    assert (dark[:, expected.known] == (expected.values > 0)).all()
    unknown = dark[:, ~expected.known]
    assert (unknown.any(axis=0) & ~unknown.all(axis=0)).mean() > 0.95


def test_modules_are_read_where_the_decoder_reads_none() -> None:
    picture = seen(CARD, blur_px=1.1)
    assert texts_of(read_as_is(picture)) == ()
    pose = settled(picture, aligned(picture, pose_of_corners(VERSION, CORNERS)))
    assert pose is not None
    likelihoods = grid.read(picture, pose)
    assert ((likelihoods > 0) == modules_of(CARD)).mean() > 0.99
    assert texts_of(read_as_is(grid.drawn(likelihoods, VERSION))) == (CARD,)


def test_a_pose_that_is_two_pixels_off_is_put_right() -> None:
    picture = seen(CARD, blur_px=0.8)
    off = pose_of_corners(VERSION, tuple((x + 2.0, y - 1.5) for x, y in CORNERS))
    pose = settled(picture, aligned(picture, off))
    assert pose is not None
    assert np.abs(np.array(pose.corners()) - np.array(CORNERS)).max() < 1.0


def test_a_bent_card_is_unbent() -> None:
    picture = seen(CARD, blur_px=0.6, bow_px=4.0)
    flat = pose_of_corners(VERSION, CORNERS)
    pose = settled(picture, aligned(picture, flat))
    assert pose is not None
    straight, bent = (grid.read(picture, one) > 0 for one in (flat, pose))
    assert (straight == modules_of(CARD)).mean() < 0.85
    assert (bent == modules_of(CARD)).mean() > 0.98


def test_a_symbol_is_followed_as_the_hand_moves_it() -> None:
    before = pose_of_corners(VERSION, CORNERS)
    moved = tuple((x + 11.0, y - 7.0) for x, y in CORNERS)
    pose = followed(seen(CARD, moved), before)
    assert pose is not None
    assert np.abs(np.array(pose.corners()) - np.array(moved)).max() < 1.0


def test_a_followed_symbol_is_not_taken_for_another_finder_pattern() -> None:
    """One that lies nearer, and sharper, than its own."""
    before, moved = pose_of_corners(VERSION, CORNERS), tuple((x - 14.0, y + 12.0) for x, y in CORNERS)
    picture = seen(CARD, moved, blur_px=1.1, noise=8)
    picture[107:130, 184:207] = seen(CARD)[119:142, 176:199]
    pose = followed(picture, before)
    assert pose is not None
    assert np.abs(np.array(pose.corners()) - np.array(moved)).max() < 1.5


def test_a_symbol_with_glare_on_one_of_its_finder_patterns_is_followed() -> None:
    """In a trembling hand, and not a little farther off in each frame."""
    pose: Pose | None = pose_of_corners(VERSION, CORNERS)
    for number, (dx, dy) in enumerate(np.random.default_rng(1).normal(0, 1.5, (25, 2))):
        corners = tuple((x + dx, y + dy) for x, y in CORNERS)
        picture = with_glare(seen(CARD, corners, blur_px=1.2, noise=4, seed=number), 285 + dx, 160 + dy)
        moved = followed(picture, pose) if pose else None
        pose = settled(picture, aligned(picture, moved)) if moved else None
        assert pose is not None
        assert np.abs(np.array(pose.corners()) - np.array(corners)).max() < 2.0


def test_what_glare_hides_is_not_trusted() -> None:
    pose = pose_of_corners(VERSION, CORNERS)
    trust = grid.trusted(rectified(with_glare(seen(CARD, noise=2), 232, 200), pose, grid.DOTS), VERSION)
    trust = trust.reshape(pose.side, pose.side)
    middle = pose.side // 2
    assert trust[middle - 3 : middle + 4, middle - 3 : middle + 4].max() < 0.1
    assert np.median(trust[:10]) > 0.6


def test_the_more_blurred_a_frame_the_less_it_tells() -> None:
    pose = pose_of_corners(VERSION, CORNERS)
    sharp, soft, softest = (
        np.abs(grid.read(seen(CARD, blur_px=blur_px, noise=9), pose)).mean() for blur_px in (0.9, 1.6, 2.6)
    )
    assert sharp > soft > softest


def with_glare(picture: Grey, x: float, y: float) -> Grey:
    """A white spot on the symbol, some ten modules wide."""
    down, across = np.mgrid[: picture.shape[0], : picture.shape[1]]
    spot = 600 * np.exp(-((across - x) ** 2 + (down - y) ** 2) / 20.0**2)
    return np.asarray(np.clip(picture + spot, 0, 255), np.uint8)


def test_what_has_gone_is_not_followed() -> None:
    assert followed(np.full((400, 480), 150, np.uint8), pose_of_corners(VERSION, CORNERS)) is None


def test_where_there_is_no_symbol_nothing_fits() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (400, 480)).astype(np.uint8)
    assert grid.fit(grid.sampled(noise, pose_of_corners(VERSION, CORNERS)), VERSION) < 0.2


def test_a_drawing_of_what_was_read_is_the_symbol() -> None:
    dark = np.where(modules_of(CARD), 1, -1).astype(np.float32)
    assert (grid.drawn(dark, VERSION) == drawn(CARD, scale=4)).all()


@pytest.mark.parametrize("script", SCRIPTS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_names_read_module_by_module_come_out_right(script: str, data: st.DataObject) -> None:
    text = json.dumps({"hidn": "-", "name": data.draw(names_in(script))}, ensure_ascii=False)
    corners = ((100.0, 90.0), (310.0, 110.0), (300.0, 310.0), (90.0, 290.0))
    picture = seen(text, corners, blur_px=1.5)
    pose = settled(picture, aligned(picture, pose_of_corners(version_of(text), corners)))
    assert pose is not None
    likelihoods = grid.read(picture, pose)
    assert texts_of(read_as_is(grid.drawn(likelihoods, pose.version))) == (text,)
