"""Frames of one symbol add up; frames of something else do not spoil them."""

import numpy as np

from kiosk.scanner.fusion import Fusion
from kiosk.scanner.grid_layout import Floats, side_of

VERSION = 5
SIDE = side_of(VERSION)


def symbol(seed: int) -> Floats:
    return np.sign(np.random.default_rng(seed).normal(0, 1, SIDE * SIDE)).astype(np.float32)


def frame(true: Floats, seed: int, noise: float = 1.6) -> Floats:
    return np.asarray(true + np.random.default_rng(seed).normal(0, noise, len(true)), np.float32)


def wrong(fusion: Fusion, true: Floats) -> float:
    assert fusion.total is not None
    return float((np.sign(fusion.total) != true).mean())


def test_many_poor_frames_make_a_good_one() -> None:
    fusion, true = Fusion(), symbol(1)
    fusion.add(frame(true, 0), VERSION)
    assert wrong(fusion, true) > 0.2
    for seed in range(1, 16):
        fusion.add(frame(true, seed), VERSION)
    assert fusion.frames == 16
    assert wrong(fusion, true) < 0.02


def test_a_frame_of_something_else_is_left_out_and_a_few_in_turn_begin_anew() -> None:
    fusion, first, second = Fusion(), symbol(1), symbol(2)
    for seed in range(4):
        assert fusion.add(frame(first, seed, 0.5), VERSION) is (seed > 0)
    assert not fusion.add(frame(second, 9, 0.5), VERSION)
    assert (fusion.frames, wrong(fusion, first)) == (4, 0)
    for seed in range(10, 12):
        fusion.add(frame(second, seed, 0.5), VERSION)
    assert fusion.frames == 1
    assert wrong(fusion, second) < 0.05


def test_a_symbol_seen_in_a_mirror_meanwhile_still_adds_up() -> None:
    fusion, true = Fusion(), symbol(1)
    fusion.add(frame(true, 1, 0.5), VERSION)
    fusion.add(frame(true.reshape(SIDE, SIDE).T.ravel(), 2, 0.5), VERSION)
    assert fusion.frames == 2
    assert wrong(fusion, true) < 0.01


def test_another_version_is_another_symbol() -> None:
    fusion = Fusion()
    fusion.add(symbol(1), VERSION)
    fusion.add(np.ones(side_of(6) ** 2, np.float32), 6)
    assert (fusion.version, fusion.frames) == (VERSION, 1)


def test_cleared_is_as_new() -> None:
    fusion = Fusion()
    fusion.add(symbol(1), VERSION)
    fusion.clear()
    assert fusion == Fusion()
