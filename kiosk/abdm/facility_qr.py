"""The QR that a hospital hangs up for phones: its address names the facility and the counter."""

import re
from collections.abc import Collection
from urllib.parse import urlencode

import segno

from kiosk.errors import SettingError

_COUNTER = re.compile(r"[A-Za-z0-9]{1,20}", re.ASCII)
_PROFESSIONAL = re.compile(r"[1-9][0-9]{13}", re.ASCII)
"""The 14 digits of a health professional's id (HPID)."""
_HIP = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@./-]{0,63}", re.ASCII)
_HOST = re.compile(r"[a-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII)


def check_counter(counter: str, forbidden: Collection[str] = ()) -> None:
    """ABDM's rule for a counter's id: 1 to 20 letters and digits, and none of the facility's ids and names.

    ``forbidden`` are those, in any spelling.

    Raises:
        SettingError: with the rule.
    """
    if not _COUNTER.fullmatch(counter):
        raise SettingError(f"the counter's id is {counter!r}; allowed: 1 to 20 letters A-Z and digits")
    if _PROFESSIONAL.fullmatch(counter):
        raise SettingError("the counter's id is 14 digits like a professional's id; choose another")
    if _bare(counter) in {_bare(each) for each in forbidden}:
        raise SettingError(f"the counter's id {counter!r} is the facility's own id or name; choose another")


def facility_url(host: str, hip_id: str, counter: str, forbidden: Collection[str] = ()) -> str:
    """What the QR holds; ``host`` is the PHR apps' own, see ``AbdmSettings.phr_host``.

    Raises:
        SettingError: a part is not what it must be.
    """
    check_counter(counter, {hip_id, *forbidden})
    if not _HIP.fullmatch(hip_id):
        raise SettingError(f"the facility's HIP id is {hip_id!r}; ABDM's ids look like IN0000000000")
    if not _HOST.fullmatch(host):
        raise SettingError(f"abdm phr_host is {host!r}; allowed: a host name such as phrsbx.abdm.gov.in")
    return f"https://{host}/share-profile?{urlencode({'hip-id': hip_id, 'counter-id': counter})}"


def qr_matrix(url: str, level: str = "q") -> tuple[bytes, ...]:
    """The modules row by row, 1 is dark, without the quiet zone of 4. ``level``: ``m`` or ``q`` error correction."""
    return tuple(bytes(row) for row in segno.make_qr(url, error=level, boost_error=False).matrix)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
