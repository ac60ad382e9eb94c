"""ABHA numbers and addresses: reading, showing, hinting. Numbers are kept as 14 ASCII digits."""

import re

_NUMBER = re.compile(r"[0-9]{14}", re.ASCII)
_ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9._!-]{0,62}[a-z0-9])?(?:@[a-z]{2,16})?", re.ASCII)


def parse_number(untrusted_text: str) -> str | None:
    """The 14 digits of an ABHA number written with or without dashes and blanks, or None."""
    digits = untrusted_text.replace("-", "").replace(" ", "")
    return digits if _NUMBER.fullmatch(digits) else None


def parse_address(untrusted_text: str) -> str | None:
    """An ABHA address in lower case, or None. Cards exist without the ``@abdm`` part."""
    address = untrusted_text.strip().lower()
    return address if _ADDRESS.fullmatch(address) else None


def masked_number(number: str | None) -> str:
    """``XX-XXXX-XXXX-1234``: the only form that screens, slips and logs may show."""
    return f"XX-XXXX-XXXX-{number[-4:]}" if number else ""


def masked_address(address: str | None) -> str:
    """``as•••@abdm``: enough for its owner to recognise."""
    if not address:
        return ""
    name, at, domain = address.partition("@")
    return f"{name[:2]}•••{at}{domain}"


def looks_mistyped(number: str) -> bool:
    """Whether the last digit fails Luhn's check.

    Only ever a hint on typed numbers: the check digit is undocumented, and was found to hold for 21 of 25 real ones.
    """
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 != 0
