"""Which codes have had their turn, so that a card still in view does not start a second time."""

import os
from hashlib import blake2b

from kiosk.model.flow import REPEAT_S, SAME_SCAN_S


class TakenCodes:
    """Keeps digests under a key of its own, never texts, and these for seconds after a code was last seen.

    Times are monotonic seconds. As the scanner speaks only every ``REPEAT_S``, a code may have been seen for so much
    longer than was told.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._seen_at: dict[bytes, float] = {}

    def take(self, untrusted_text: str, now: float) -> None:
        """The code has started somebody's journey."""
        self._seen_at[self._digest(untrusted_text)] = now

    def still_there(self, untrusted_text: str, now: float) -> bool:
        """Whether the code just seen was taken, and has not been away for ``SAME_SCAN_S`` since."""
        self._drop_gone(now)
        digest = self._digest(untrusted_text)
        if digest not in self._seen_at:
            return False
        self._seen_at[digest] = now
        return True

    def stay(self, now: float) -> None:
        """Several codes are in view, and nobody says which: each of those taken may be among them."""
        self._drop_gone(now)
        self._seen_at = dict.fromkeys(self._seen_at, now)

    def _drop_gone(self, now: float) -> None:
        kept_s = SAME_SCAN_S + REPEAT_S
        self._seen_at = {digest: at for digest, at in self._seen_at.items() if now - at < kept_s}

    def _digest(self, untrusted_text: str) -> bytes:
        return blake2b(untrusted_text.encode(errors="surrogatepass"), key=self._key, digest_size=16).digest()
