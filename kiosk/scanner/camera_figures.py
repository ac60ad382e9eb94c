"""What was measured of a camera, as values. Loads no camera library, so the program may read what its process sends."""

import re
from dataclasses import dataclass, field, fields

from kiosk.model.aiming import Guidance
from kiosk.scanner.messages import checked_guidance, checked_text, parse_object

LOOK_S = 3.0
"""So long rate and latency are measured."""
CARD_S = 15.0
"""So long a card may take to appear."""
UNKNOWN = -1.0
_DEVICE = re.compile(r"/dev/[\w./:+-]{1,200}", re.ASCII)
"""It comes from the scanner's process, and is shown on a terminal."""


@dataclass(frozen=True)
class Figures:
    """What was measured; ``UNKNOWN`` for what cannot be known of this camera.

    ``told_fps``, ``focus``, ``exposure``: what the driver says. ``autofocus``, ``auto_exposure``: 1 on, 0 off.
    ``latency_ms``: median from the sensor's time stamp to the program. ``sharpness``: of a code as in Finding, else
    of the whole picture as the Laplacian's standard deviation. ``read_s``: from the first frame to the first code.
    ``has_network``: whether the process that looks could reach another machine. ``exposure`` is in units of 0.1 ms.
    ``device``: what was opened, empty where it is no device. ``guidance``: what a patient would be told, as long as
    nothing was read.
    """

    device: str
    guidance: Guidance
    width: int
    height: int
    is_jpeg: bool
    fps: float
    told_fps: float
    latency_ms: float
    luma: float
    burnt: float
    sharpness: float
    sees_code: bool
    module_px: float
    autofocus: float
    focus: float
    auto_exposure: float
    exposure: float
    read_s: float
    has_network: bool
    texts: tuple[str, ...] = field(repr=False)


_OTHER_KINDS: dict[str, type] = {
    "device": str,
    "guidance": str,
    "width": int,
    "height": int,
    "is_jpeg": bool,
    "sees_code": bool,
    "texts": list,
    "has_network": bool,
}


def parse_figures(untrusted: bytes) -> Figures:
    """The figures that the scanner's process has sent.

    Raises:
        CameraError: SCANNER_GARBLED
    """
    kinds: dict[str, type] = dict.fromkeys((each.name for each in fields(Figures)), float)
    values = parse_object(untrusted, kinds | _OTHER_KINDS)
    texts = values["texts"]
    assert isinstance(texts, list)
    checked = {
        "texts": tuple(map(checked_text, texts)),
        "guidance": checked_guidance(str(values["guidance"])),
        "device": str(values["device"]) if _DEVICE.fullmatch(str(values["device"])) else "",
    }
    return Figures(**{**values, **checked})  # type: ignore[arg-type]
