"""PINs: six digits, kept as Argon2id over HMAC-SHA256(pepper, PIN).

A million PINs are tried within a day by whoever has the hashes and nothing else to find out, however slow each try is;
so what protects a stolen database is the pepper, which is not in it. Each hash begins with a mark of its pepper, eight
hexadecimal digits, so that a PIN made with another pepper is told from a wrong one.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from argon2.exceptions import VerificationError, VerifyMismatchError
from argon2.low_level import Type, hash_secret, verify_secret

from kiosk.errors import KioskError, PinError

PIN_DIGITS = 6
SALT_BYTES, HASH_BYTES = 16, 32
MOST_MEMORY_KIB, MOST_ROUNDS, MOST_LANES = 256 * 1024, 16, 8
"""A hash that asks for more is none of ours, and would stop a desk."""
_MARK_CHARS = 8
_HASH = re.compile(
    r"(?P<mark>[0-9a-f]{8})\$argon2id\$v=19\$m=(?P<memory>[0-9]{1,6}),t=(?P<rounds>[0-9]{1,2}),p=(?P<lanes>[0-9])"
    r"\$[A-Za-z0-9+/]{21}[AQgw]\$[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]"
)
_RISING, _FALLING = "01234567890", "09876543210"
_POPULAR = frozenset(
    {"101010", "112233", "121212", "123123", "123321", "131313", "135790", "147258", "147369", "159357", "159753"}
    | {"112358", "202020", "212121", "246810", "246802", "258369", "258456", "456123", "696969", "741852", "789456"}
    | {"100000", "200000", "110110", "102030", "111222", "001122", "223344", "332211", "420420", "786786", "852456"}
)
"""What people choose where they may: patterns on the keys, halves repeated, and the demonstration's own."""


@dataclass(frozen=True)
class Cost:
    """What one try costs: passes over ``memory_kib`` KiB, on ``lanes`` threads."""

    rounds: int
    memory_kib: int
    lanes: int


USUAL_COST = Cost(rounds=3, memory_kib=32 * 1024, lanes=1)
"""75 ms on two shared cores of a server, about 150 ms on the PC of a counter."""


def new_pin(untrusted_pin: str) -> str:
    """A PIN that somebody wants to have from now on.

    Raises:
        PinError: PIN_INVALID, not six digits; PIN_WEAK, one of those that are tried first.
    """
    if not (len(untrusted_pin) == PIN_DIGITS and untrusted_pin.isascii() and untrusted_pin.isdigit()):
        raise PinError(f"a PIN has {PIN_DIGITS} digits", code="PIN_INVALID")
    if is_weak(untrusted_pin):
        message = "too easily guessed: not one digit six times, no digits in a row, nothing that many people choose"
        raise PinError(message, code="PIN_WEAK")
    return untrusted_pin


def is_weak(pin: str) -> bool:
    """Whether it is among the first that anybody tries: one digit, a row up or down, or a popular one."""
    return len(set(pin)) == 1 or pin in _RISING or pin in _FALLING or pin in _POPULAR


def random_pin() -> str:
    """Six random digits that are not weak."""
    while is_weak(pin := f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"):
        pass
    return pin


def hash_pin(pin: str, pepper: bytes, cost: Cost = USUAL_COST) -> str:
    """What databases keep of ``pin``: printable ASCII, about 105 characters, another one each time."""
    salt = secrets.token_bytes(SALT_BYTES)
    parts = (cost.rounds, cost.memory_kib, cost.lanes, HASH_BYTES, Type.ID)
    return _mark(pepper) + hash_secret(_peppered(pin, pepper), salt, *parts).decode("ascii")


def is_usable(untrusted_hash: str, pepper: bytes) -> bool:
    """Whether a PIN can be tried against this hash: it is one, and was made with this pepper."""
    match = _HASH.fullmatch(untrusted_hash)
    if match is None or not hmac.compare_digest(match["mark"], _mark(pepper)):
        return False
    memory_kib, rounds, lanes = int(match["memory"]), int(match["rounds"]), int(match["lanes"])
    return 8 * lanes <= memory_kib <= MOST_MEMORY_KIB and 1 <= rounds <= MOST_ROUNDS and 1 <= lanes <= MOST_LANES


def fits(untrusted_pin: str, pin_hash: str, pepper: bytes) -> bool:
    """Whether this is the PIN; slow on purpose, so never on the GUI thread. False for a hash that is not usable.

    Raises:
        KioskError: PIN_UNTRIED, such as where the machine has no memory left for it.
    """
    if not is_usable(pin_hash, pepper):
        return False
    try:
        return verify_secret(pin_hash[_MARK_CHARS:].encode("ascii"), _peppered(untrusted_pin, pepper), Type.ID)
    except VerifyMismatchError:
        return False
    except VerificationError as error:
        raise KioskError(f"the PIN could not be tried: {error}", code="PIN_UNTRIED") from error


def _peppered(pin: str, pepper: bytes) -> bytes:
    return hmac.digest(pepper, pin.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _mark(pepper: bytes) -> str:
    return hmac.digest(pepper, b"which pepper", hashlib.sha256).hex()[:_MARK_CHARS]
