"""PINs: six digits that are not the first to be tried, and hashes that say nothing without their pepper."""

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.errors import PinError
from kiosk.pins import Cost, fits, hash_pin, is_usable, is_weak, new_pin, random_pin

CHEAP = Cost(rounds=1, memory_kib=8, lanes=1)
PEPPER, OTHER = b"\x01" * 32, b"\x02" * 32
PINS = st.from_regex(r"[0-9]{6}", fullmatch=True)


@given(PINS, PINS)
@settings(max_examples=30)
def test_a_hash_fits_its_own_pin_alone(pin: str, other: str) -> None:
    pin_hash = hash_pin(pin, PEPPER, CHEAP)
    assert fits(pin, pin_hash, PEPPER)
    assert fits(other, pin_hash, PEPPER) is (other == pin)


def test_what_is_kept_never_repeats_and_quotes_nothing() -> None:
    one, two = hash_pin("482913", PEPPER, CHEAP), hash_pin("482913", PEPPER, CHEAP)
    assert one != two
    assert re.fullmatch(r"[0-9a-f]{8}\$argon2id\$v=19\$m=8,t=1,p=1\$[!-~]+", one)
    assert len(hash_pin("482913", PEPPER)) <= 200, "the server's column"


def test_without_its_pepper_it_is_of_no_use_which_is_not_the_same_as_wrong() -> None:
    pin_hash = hash_pin("482913", PEPPER, CHEAP)
    assert is_usable(pin_hash, PEPPER)
    assert not is_usable(pin_hash, OTHER)
    assert not fits("482913", pin_hash, OTHER)
    disguised = hash_pin("1", OTHER, CHEAP)[:8] + pin_hash[8:]
    assert is_usable(disguised, OTHER)
    assert not fits("482913", disguised, OTHER), "the pepper itself counts, not its mark"


@given(st.text(max_size=120))
def test_whatever_stands_in_a_databases_place_of_a_hash_is_survived(untrusted: str) -> None:
    good = hash_pin("482913", PEPPER, CHEAP)
    for pin_hash in (untrusted, good[:8] + untrusted, good[: good.rindex("$") + 1] + untrusted, good + untrusted):
        if pin_hash == good:
            continue
        assert not is_usable(pin_hash, PEPPER)
        assert not fits("482913", pin_hash, PEPPER)


@pytest.mark.parametrize(
    "greedy", ["m=4194304,t=1,p=1", "m=999999,t=1,p=1", "m=8,t=99,p=1", "m=8,t=0,p=1", "m=8,t=1,p=2"]
)
def test_a_hash_that_would_stop_the_desk_is_not_tried(greedy: str) -> None:
    pin_hash = hash_pin("482913", PEPPER, CHEAP).replace("m=8,t=1,p=1", greedy)
    assert not is_usable(pin_hash, PEPPER)
    assert not fits("482913", pin_hash, PEPPER)


STARVED = """
import resource
from kiosk.errors import KioskError
from kiosk.pins import Cost, fits, hash_pin
pin_hash = hash_pin("482913", bytes(32), Cost(1, 8, 1)).replace("m=8", "m=262144")
resource.setrlimit(resource.RLIMIT_AS, (200 * 2**20, 200 * 2**20))
try:
    fits("482913", pin_hash, bytes(32))
except KioskError as error:
    print(error.code)
"""


def test_a_machine_without_memory_says_so_and_not_that_the_pin_is_wrong() -> None:
    done = subprocess.run([sys.executable, "-c", STARVED], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "PIN_UNTRIED\n"


@given(st.integers(8, 29), st.characters(codec="ascii"))
def test_one_character_that_is_another_never_lets_anybody_in_or_breaks(place: int, character: str) -> None:
    good = hash_pin("482913", PEPPER, CHEAP)
    changed = good[:-place] + character + good[len(good) - place + 1 :]
    assert fits("482913", changed, PEPPER) is (changed == good)


def test_another_kind_of_argon2_is_none_of_ours() -> None:
    assert not is_usable(hash_pin("482913", PEPPER, CHEAP).replace("argon2id", "argon2i"), PEPPER)


@pytest.mark.parametrize(
    "untrusted", ["", "12345", "4829131", "48291a", "４８２９１３", "٤٨٢٩١٣", "48 913", "482913\n", "+48291"]
)
def test_a_pin_is_six_ascii_digits(untrusted: str) -> None:
    with pytest.raises(PinError) as caught:
        new_pin(untrusted)
    assert caught.value.code == "PIN_INVALID"
    assert not untrusted or untrusted not in str(caught.value)


@pytest.mark.parametrize(
    "weak", ["000000", "999999", "123456", "654321", "012345", "567890", "098765", "246810", "112233", "786786"]
)
def test_what_is_tried_first_is_refused(weak: str) -> None:
    with pytest.raises(PinError) as caught:
        new_pin(weak)
    assert caught.value.code == "PIN_WEAK"
    assert weak not in str(caught.value)


def test_others_are_taken_and_few_are_weak() -> None:
    assert new_pin("482913") == "482913"
    assert sum(is_weak(f"{number:06}") for number in range(1_000_000)) < 100


def test_a_random_pin_is_one_that_may_be_set() -> None:
    pins = {random_pin() for _ in range(200)}
    assert {new_pin(pin) for pin in pins} == pins
    assert len(pins) > 190
