"""A person's keys all arrive, unchanged and in order; a gun's never do."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.qr import MAX_BYTES, Reason
from kiosk.ports import CodeRead, CodeSpoiled
from kiosk.ui.bursts import END, ENDED_LENGTH, GAP_S, LENGTH, SILENCE_S, Bursts, Verdict

NO_TEXT = ""
Key = tuple[str, float]
"""What it makes, and the seconds since the key before."""

characters = st.sampled_from("0189azAZ{}\"':,;@.-_ /अआक१")
slow = st.integers(36, 2000).map(lambda ms: ms / 1000)
fast = st.integers(0, 34).map(lambda ms: ms / 1000)


_single = st.tuples(characters | st.sampled_from([END, NO_TEXT]), slow)
_rolled = st.lists(st.tuples(characters | st.just(END), fast), max_size=2)
persons_keys = st.lists(st.tuples(_single, _rolled), max_size=12).map(
    lambda strokes: [key for single, rolled in strokes for key in (single, *rolled)]
)
"""Keys one by one, and now and then up to three that roll over each other."""

_fast_text = st.lists(st.tuples(characters, fast), min_size=LENGTH, max_size=40)
_short_text = st.lists(st.tuples(characters, fast), min_size=ENDED_LENGTH, max_size=40)
guns_keys = _fast_text | st.tuples(_short_text, fast).map(lambda code: [*code[0], (END, code[1])])


@dataclass
class Desk:
    """What has become of the keys so far. ``looks`` says whether the timer comes in time, or never."""

    looks: bool = True

    def __post_init__(self) -> None:
        self.bursts: Bursts[int] = Bursts()
        self.now, self.count = 100.0, 0
        self.last_key = float("-inf")
        self.passed: list[int] = []
        self.scans: list[object] = []

    def type(self, keys: list[Key]) -> list[int]:
        """Returns the numbers of the keys."""
        first = self.count
        for made, gap in keys:
            self.wait(gap)
            since, self.last_key = self.now - self.last_key, self.now
            if made == NO_TEXT:
                self._note(self.bursts.interrupt(since))
                if not self.bursts.in_burst:
                    self.passed.append(self.count)
            else:
                self._note(self.bursts.press(self.count, made, since, self.now))
            self.count += 1
        return list(range(first, self.count))

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.looks and (wait_s := self.bursts.wait_s(self.now)) is not None and self.now + wait_s <= until:
            self.now = self.now + max(wait_s, 1e-9)
            self._note(self.bursts.settle(self.now))
        self.now = until

    def _note(self, verdict: Verdict[int]) -> None:
        self.passed += verdict.human
        if verdict.scan is not None:
            self.scans.append(verdict.scan)


@given(persons_keys, st.booleans())
def test_what_a_person_types_arrives_unchanged_and_in_order(keys: list[Key], looks: bool) -> None:
    desk = Desk(looks)
    numbers = desk.type(keys)
    desk.looks = True
    desk.wait(1)
    assert desk.passed == numbers
    assert desk.scans == []


@given(persons_keys, guns_keys, persons_keys, st.booleans())
def test_a_burst_between_a_persons_keys_reaches_no_field(
    before: list[Key], burst: list[Key], after: list[Key], looks: bool
) -> None:
    desk = Desk(looks)
    own = desk.type(before)
    desk.wait(2 * GAP_S)
    desk.type(burst)
    desk.wait(2 * SILENCE_S)
    own += desk.type(after)
    desk.looks = True
    desk.wait(1)
    assert desk.passed == own
    assert desk.scans == [CodeRead("".join(made for made, _ in burst if made != END))]


@given(persons_keys)
def test_no_key_of_a_person_is_held_for_long(keys: list[Key]) -> None:
    desk = Desk()
    for key in keys:
        desk.type([key])
        wait_s = desk.bursts.wait_s(desk.now)
        assert wait_s is None or wait_s <= GAP_S + 1e-9


@pytest.mark.parametrize("pin", ["2468", "246810"])
def test_a_short_code_with_return_is_no_pin(pin: str) -> None:
    desk = Desk()
    desk.type([(digit, 0.01) for digit in pin] + [(END, 0.01), (END, 0.01)])
    desk.wait(1)
    assert desk.passed == []
    assert desk.scans == [CodeRead(pin)]


def test_a_pin_typed_as_fast_as_anybody_can_arrives() -> None:
    desk = Desk()
    numbers = desk.type([(digit, 0.05) for digit in "246810"] + [(END, 0.05)])
    assert desk.passed == numbers


def test_the_line_feed_behind_a_code_presses_nothing_and_later_keys_do() -> None:
    desk = Desk()
    desk.type([(digit, 0.005) for digit in "12345678"] + [(END, 0.005), (END, 0.005)])
    assert desk.passed == []
    assert desk.type([(END, 0.5)]) == desk.passed


def test_commands_within_a_burst_are_swallowed() -> None:
    desk = Desk()
    desk.type([(digit, 0.005) for digit in "123456789"])
    desk.type([(NO_TEXT, 0.005), ("0", 0.005), (END, 0.005)])
    assert desk.passed == []
    assert desk.scans == [CodeRead("1234567890")]


def test_too_much_is_told_and_not_kept() -> None:
    desk = Desk()
    desk.type([("9", 0.001)] * (MAX_BYTES + 50) + [(END, 0.001)])
    assert desk.scans == [CodeSpoiled(Reason.TOO_LARGE)]
    desk.type([(digit, 0.001) for digit in "12345678"] + [(END, 0.001)])
    assert desk.scans[1:] == [CodeRead("12345678")]


def test_what_follows_a_held_key_waits_behind_it() -> None:
    bursts: Bursts[str] = Bursts()
    assert not bursts.hold("release of nothing")
    bursts.press("a", "a", 9.0, 1.0)
    assert bursts.hold("release of a")
    assert bursts.settle(1.1).human == ("a", "release of a")
