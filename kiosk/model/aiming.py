"""What a patient is told about how to hold the card, as long as it is not read."""

from dataclasses import dataclass
from enum import StrEnum


class Guidance(StrEnum):
    """``NO_CODE``: none is seen, the usual invitation fits. ``HOLD_STILL``: all is well, it should be read soon."""

    NO_CODE = "no_code"
    TOO_FAR = "too_far"
    TOO_NEAR = "too_near"
    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    CUT_OFF = "cut_off"
    HOLD_STILL = "hold_still"


@dataclass(frozen=True)
class GuidanceChanged:
    """Said once for as long as it holds; a camera that starts begins with NO_CODE."""

    guidance: Guidance
