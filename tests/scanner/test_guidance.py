"""What the patient is told: right after a moment, and never in a flicker, whatever the camera sees."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.aiming import Guidance
from kiosk.scanner.guidance import DARK_LUMA, FAR_PX, SHOWN_S, Guide, guided
from kiosk.scanner.reading import Finding

FRAME_S = 1 / 30
GOOD = Finding(located=True, luma=140.0, glare=0.05, module_px=4.0, sharpness=0.8, inside=True)
EMPTY = Finding(located=False, luma=120.0, glare=0.0)
CASES = {
    Guidance.NO_CODE: EMPTY,
    Guidance.HOLD_STILL: GOOD,
    Guidance.TOO_FAR: replace(GOOD, module_px=1.5),
    Guidance.TOO_NEAR: replace(GOOD, module_px=20.0),
    Guidance.BLURRED: replace(GOOD, sharpness=0.05),
    Guidance.DARK: replace(GOOD, luma=20.0),
    Guidance.GLARE: replace(GOOD, glare=0.9),
    Guidance.CUT_OFF: replace(GOOD, inside=False),
}
FINDINGS = st.builds(
    Finding,
    located=st.booleans(),
    luma=st.floats(0, 255),
    glare=st.floats(0, 1),
    module_px=st.none() | st.floats(0.5, 40),
    sharpness=st.none() | st.floats(0, 1),
    inside=st.booleans(),
)
STEPS = st.lists(st.tuples(FINDINGS | st.sampled_from(list(CASES.values())), st.floats(0.001, 2.0), st.booleans()))


def said_over(findings: list[Finding], guide: Guide | None = None) -> list[Guidance]:
    guide, said = guide or Guide(), []
    for turn, finding in enumerate(findings):
        guide = guided(guide, finding, turn * FRAME_S)
        said.append(guide.said)
    return said


def changes(said: list[Guidance]) -> int:
    return sum(before is not after for before, after in pairwise(said))


def test_every_word_has_a_case() -> None:
    assert set(CASES) == set(Guidance)


@pytest.mark.parametrize(("guidance", "finding"), CASES.items(), ids=str)
def test_what_stays_is_said_within_a_second(guidance: Guidance, finding: Finding) -> None:
    assert said_over([finding] * 30)[-1] is guidance
    after_another = said_over([GOOD if guidance is Guidance.NO_CODE else EMPTY] * 30 + [finding] * 75)
    assert after_another[-1] is guidance


def test_darkness_without_a_code_is_said_too() -> None:
    assert said_over([replace(EMPTY, luma=20.0)] * 30)[-1] is Guidance.DARK


@given(STEPS)
def test_no_word_is_replaced_before_it_can_be_read(steps: list[tuple[Finding, float, bool]]) -> None:
    guide, now, changed_at = Guide(), 0.0, float("-inf")
    for finding, wait_s, is_read in steps:
        now += wait_s
        after = guided(guide, finding, now, is_read=is_read)
        if after.said is not guide.said:
            assert now - changed_at >= SHOWN_S
            changed_at = now
        guide = after


@given(FINDINGS, st.integers(75, 120))
def test_one_thing_seen_again_and_again_is_said_and_stays(finding: Finding, frames: int) -> None:
    said = said_over([finding] * frames)
    assert changes(said) <= 1
    assert changes(said_over([finding] * 30, Guide(said[-1]))) == 0


@given(st.lists(st.floats(FAR_PX.begins + 0.01, FAR_PX.ends - 0.01), min_size=60, max_size=90), st.booleans())
def test_trembling_within_a_band_says_nothing_new(widths: list[float], is_far: bool) -> None:
    """The hand trembles around the limit: whatever was said before goes on being said."""
    before = Guidance.TOO_FAR if is_far else Guidance.HOLD_STILL
    said = said_over([replace(GOOD, module_px=width) for width in widths], Guide(before))
    assert set(said) == {before}


@given(st.lists(st.booleans(), min_size=90, max_size=150))
def test_a_code_that_is_located_now_and_then_is_not_forgotten_in_between(located: list[bool]) -> None:
    """Every second frame at least: between two changes lie a second and more, and noise makes none."""
    findings = [CASES[Guidance.BLURRED] if turn % 2 or is_seen else EMPTY for turn, is_seen in enumerate(located)]
    assert set(said_over(findings)[45:]) == {Guidance.BLURRED}


def test_single_frames_change_nothing() -> None:
    frames = ([EMPTY] * 10 + [CASES[Guidance.GLARE]]) * 20
    assert set(said_over(frames)) == {Guidance.NO_CODE}


def test_a_lamp_at_the_limit_does_not_flicker() -> None:
    middle = (DARK_LUMA.begins + DARK_LUMA.ends) / 2
    frames = [replace(EMPTY, luma=middle + 4 * (-1) ** turn) for turn in range(300)]
    assert changes(said_over(frames)) <= 1


def test_what_is_read_is_held_well_whatever_was_measured() -> None:
    guide = Guide()
    for turn in range(60):
        guide = guided(guide, CASES[Guidance.GLARE], turn * FRAME_S, is_read=True)
    assert guide.said is Guidance.HOLD_STILL
