"""Who has scanned the hospital's QR at home and stands here now: proved by the label and four digits of the mobile."""

import hashlib
import hmac
from collections import deque
from datetime import date, timedelta

LAST_DIGITS = 4
"""Of the mobile number: the patient knows them, and somebody who looks at the label does not."""
MAX_WRONG = 5
WITHIN = timedelta(minutes=10)
"""After MAX_WRONG wrong tries within this time nobody may try until the first of them is as old as that."""


def arrival_key(facility_key: bytes, service_day: date, label: str, last_digits: str) -> str:
    """What a phone token's TOKEN_ISSUED says of the mobile, so that any station can check the digits without a network.

    Without the facility's secret key nobody finds the digits by trying all of them.
    """
    text = f"arrival:{service_day.isoformat()}:{label}:{last_digits}"
    return hmac.new(facility_key, text.encode(), hashlib.sha256).hexdigest()


def last_digits_of(mobile: str | None) -> str | None:
    """What is to be typed for ``mobile``; None where it is no number of which so much could be typed."""
    digits = "".join(letter for letter in mobile or "" if letter.isascii() and letter.isdigit())
    return digits[-LAST_DIGITS:] if len(digits) >= LAST_DIGITS else None


class WrongTries:
    """The wrong tries of one kiosk, whoever made them. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._at_s: deque[float] = deque(maxlen=MAX_WRONG)

    def note(self, now_s: float) -> None:
        self._at_s.append(now_s)

    def pause_s(self, now_s: float) -> float:
        """For how long nobody may try; 0 where somebody may."""
        if len(self._at_s) < MAX_WRONG:
            return 0.0
        return max(0.0, self._at_s[0] + WITHIN.total_seconds() - now_s)
