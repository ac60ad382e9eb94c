"""A reader says what it read, what it saw and what it did, within its budget, and never says what was not there."""

import json
import time
from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np
import pytest

from kiosk.scanner.decode import Grey
from kiosk.scanner.reading import Reader
from tests.scanner.drawing import beside, drawn
from tests.scanner.seeing import CORNERS, seen

CARD = '{"hidn":"91-0000-0000-0018","phr":"ashadevi@sbx","name":"Asha Devi","gender":"F","dob":"1978"}'
DENSE = json.dumps({"hidn": "91-0000-0000-0018", "name": "Asha Devi", "address": "12 MG Road, Kochi " * 9})
HOPELESS_PX = 1.6
"""So blurred that one frame does not do."""
UNREADABLE_PX = 2.0
"""So blurred that none ever does."""


def ticking(step_s: float) -> Iterator[float]:
    """A clock that goes on by ``step_s`` whenever it is asked."""
    now = 0.0
    while True:
        yield now
        now += step_s


def held(frames: int, blur_px: float) -> list[Grey]:
    """A card held up with a trembling hand, the noise different in each frame."""
    hand = np.random.default_rng(5).normal(0, 0.7, (frames, 2))
    return [
        seen(DENSE, tuple((x + dx, y + dy) for x, y in CORNERS), blur_px=blur_px, noise=9, seed=number)
        for number, (dx, dy) in enumerate(hand)
    ]


def outcomes(reader: Reader, frame: Grey) -> dict[str, str]:
    """By the name of each step taken, what came of it."""
    return {step.name: step.outcome for step in reader.read(frame).steps}


@pytest.mark.parametrize("budget_s", [None, 0.03])
def test_a_clean_card_is_read_and_measured(budget_s: float | None) -> None:
    reading = Reader(time.perf_counter, budget_s).read(drawn(CARD, scale=4))
    assert reading.texts == (CARD,)
    assert [step.name for step in reading.steps] == ["as it is"]
    finding = reading.finding
    assert finding.located
    assert finding.inside
    assert len(finding.corners) == 4
    assert finding.module_px == pytest.approx(4, abs=0.2)
    assert finding.sharpness is not None
    assert finding.sharpness > 0.7


def test_an_empty_frame_is_measured_as_a_whole() -> None:
    reading = Reader(time.perf_counter, 0.03).read(np.full((300, 400), 40, np.uint8))
    assert reading.texts == ()
    finding = reading.finding
    assert (finding.located, finding.luma, finding.glare, finding.module_px) == (False, 40.0, 0.0, None)


def test_a_lone_picture_is_read_by_its_modules_when_two_samplings_agree() -> None:
    reading = Reader(time.perf_counter, None).read(seen(DENSE, blur_px=1.4))
    assert reading.texts == (DENSE,)
    assert reading.steps[-1].name in {"sought", "damaged"}
    assert reading.steps[-1].outcome.endswith(", read")
    assert reading.finding.located


def test_a_card_that_no_decoder_reads_but_that_stands_out_is_read_as_soon_as_a_second_frame_agrees() -> None:
    reader, (first, second) = Reader(lambda: 0.0, 1.0), held(2, 1.4)
    assert Reader(lambda: 0.0, 1.0, is_lone=True).read(first).texts == (DENSE,), "no other frame will come"
    reading = reader.read(first)
    assert reading.texts == ()
    assert [step.name for step in reading.steps][:4] == ["as it is", "glanced", "enlarged", "sought"]
    assert reader.read(second).texts == (DENSE,)


def test_frames_of_which_none_can_be_read_alone_are_read_together() -> None:
    frames = held(10, HOPELESS_PX)
    assert [Reader(time.perf_counter, None).read(frame).texts for frame in frames[:2]] == [()] * 2
    reader = Reader(lambda: 0.0, 1.0)
    assert (DENSE,) in [reader.read(frame).texts for frame in frames]


def test_a_symbol_that_one_frame_hides_is_followed_in_the_next() -> None:
    reader, frame = Reader(lambda: 0.0, 1.0), held(1, HOPELESS_PX)[0]
    told = [outcomes(reader, one) for one in (frame, np.full_like(frame, 150), frame)]
    assert told[1]["followed"] == "lost"
    assert told[2]["followed"] in {"read", "not read"}


def test_what_is_followed_in_vain_is_doubted() -> None:
    reader, frame = Reader(lambda: 0.0, 1.0), held(1, UNREADABLE_PX)[0]
    told = [outcomes(reader, frame) for _ in range(24)]
    both = [number for number, one in enumerate(told) if {"followed", "sought"} <= one.keys()]
    assert len(both) >= 2
    assert min(later - former for former, later in pairwise(both)) >= 4


def test_a_blurred_hand_is_waited_for() -> None:
    """What moves is seldom sought; what pauses, often."""
    noise = np.random.default_rng(2).integers(0, 255, (300, 300)).astype(np.uint8)
    smeared = np.asarray(cv2.blur(noise, (1, 9)), np.uint8)
    moving, resting = (Reader(lambda: 0.0, 1.0) for _ in range(2))
    sought = [
        sum("sought" in [step.name for step in reader.read(frame).steps] for frame in frames)
        for reader, frames in ((moving, [noise, noise, *[smeared] * 14]), (resting, [noise] * 16))
    ]
    assert 0 < sought[0] < sought[1] < 12


def test_without_time_only_the_cheapest_step_is_taken() -> None:
    clock = ticking(0.05)
    reader = Reader(lambda: next(clock), 0.03)
    taken = [[step.name for step in reader.read(frame).steps] for frame in held(4, 1.2)]
    assert taken == [["as it is"]] * 4


def test_what_a_step_costs_here_is_learned() -> None:
    """The first frames' dear steps are tried; a machine that takes a second for each soon leaves them."""
    clock = ticking(0.0)
    slow = ticking(0.5)
    now = {"clock": clock}
    reader = Reader(lambda: next(now["clock"]), 0.1)
    blank = np.random.default_rng(0).integers(0, 255, (300, 300)).astype(np.uint8)
    fast = [len(reader.read(blank).steps) for _ in range(6)]
    now["clock"] = slow
    later = [len(reader.read(blank).steps) for _ in range(6)]
    assert max(fast) > 1
    assert set(later) == {1}


def test_two_codes_are_both_told_though_one_was_followed() -> None:
    one, other = drawn(CARD, scale=3), drawn("another", scale=5)
    frame = beside(one, other)
    assert set(Reader(time.perf_counter, 0.03).read(frame).texts) == {CARD, "another"}


def test_a_card_that_was_taken_away_half_read_is_forgotten_before_the_next_one_comes() -> None:
    """What frames of the first told, together or alone, must not be agreed to by the second's."""
    other = DENSE.replace("0018", "0026").replace("Asha", "Usha")
    (first,) = held(1, 1.4)
    reader = Reader(lambda: 0.0, 1.0)
    assert reader.read(first).texts == ()
    for _ in range(20):
        assert reader.read(np.full_like(first, 150)).texts == ()
    told = [reader.read(seen(other, blur_px=1.4, noise=9, seed=10 + number)).texts for number in range(4)]
    assert set(told) == {(), (other,)}


def test_a_larger_code_that_cannot_be_read_yet_keeps_a_smaller_one_back_for_a_while() -> None:
    """The next in the queue stands behind with a card of his own, and the thumb of the first is on his."""
    near, far = drawn(CARD, scale=7), drawn(CARD.replace("0018", "0026"), scale=4)
    hidden = near.copy()
    side = len(near)
    hidden[int(side * 0.35) : int(side * 0.65), int(side * 0.3) : int(side * 0.8)] = 128
    reader = Reader(lambda: 0.0, 1.0)
    told = [reader.read(beside(hidden, far)).texts for _ in range(24)]
    assert set(told[:10]) == {()}
    assert set(told[10:]) == {(), (CARD.replace("0018", "0026"),)}
    seen_at_last = Reader(lambda: 0.0, 1.0)
    assert seen_at_last.read(beside(hidden, far)).texts == ()
    assert len(seen_at_last.read(beside(near, far)).texts) == 2
    assert Reader(lambda: 0.0, 1.0).read(beside(near, drawn("poster" * 3, scale=3)[:, 30:])).texts == (CARD,)


def test_nothing_is_read_of_noise_and_of_spoiled_symbols() -> None:
    chance = np.random.default_rng(7)
    noise = [chance.integers(0, 255, (200, 240)).astype(np.uint8) for _ in range(3)]
    spoiled = drawn(CARD, scale=5)
    half = len(spoiled) // 2
    spoiled[half - 40 : half + 60, 60:] = chance.integers(0, 2, (100, len(spoiled) - 60)) * 255
    for picture in (*noise, spoiled):
        assert Reader(time.perf_counter, None).read(picture).texts == ()
    reader = Reader(lambda: 0.0, 1.0)
    assert [reader.read(spoiled).texts for _ in range(12)] == [()] * 12


def test_frames_of_any_shape_do_no_harm_and_are_forgotten_by_the_next() -> None:
    reader, chance = Reader(lambda: 0.0, 1.0), np.random.default_rng(11)
    for shape in ((1, 1), (32, 6), (300, 400), (2, 700), (90, 90), (15, 15), (640, 17)):
        assert reader.read(chance.integers(0, 255, shape).astype(np.uint8)).texts == ()
    assert reader.read(drawn(CARD)).texts == (CARD,)


def test_a_text_is_not_in_what_is_logged() -> None:
    assert "Asha" not in repr(Reader(time.perf_counter, None).read(drawn(CARD)))
