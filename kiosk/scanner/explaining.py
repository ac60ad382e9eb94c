"""What a reader did for its answer, for ``kiosk decode --explain``. Loads no picture library."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from kiosk.errors import CameraError
from kiosk.scanner.messages import checked_text

_MOST_STEPS = 40


@dataclass(frozen=True)
class StepTaken:
    """One way of looking: its name, what it cost, and what came of it in a few words, never the text itself."""

    name: str
    ms: float
    outcome: str


def packed(steps: Sequence[StepTaken]) -> list[dict[str, object]]:
    return [asdict(step) for step in steps]


def unpacked(untrusted: object) -> tuple[StepTaken, ...]:
    """The steps in a process's answer.

    Raises:
        CameraError: SCANNER_GARBLED, where these are none.
    """
    if not isinstance(untrusted, list) or len(untrusted) > _MOST_STEPS:
        raise _garbled()
    return tuple(_step(one) for one in untrusted)


def _step(untrusted: object) -> StepTaken:
    match untrusted:
        case {"name": name, "ms": float(ms), "outcome": outcome, **others} if not others:
            return StepTaken(checked_text(name), ms, checked_text(outcome))
    raise _garbled()


def _garbled() -> CameraError:
    return CameraError("the scanner's process sent something that it never should", code="SCANNER_GARBLED")
