"""The gateway's public keys: kept for a while, fetched again where one is not known, and void when they are old."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from kiosk.errors import GatewayError, KioskError
from kiosk.ports import Clock

LIFETIME_S = 3600.0
PAUSE_S = 10.0
"""Between two fetches, whatever callers name: nobody can make us hammer the gateway."""
ALGORITHMS = frozenset({"RS256", "RS512"})
_LEAST_BITS = 2048
_MOST_KEYS = 32
_LONGEST_ID = 200
_log = structlog.get_logger()


class CallerError(KioskError):
    """A call that is not proved to come from the gateway. Codes for logs; they quote nothing of the token.

    CALLER_UNNAMED (no token), CALLER_MALFORMED, CALLER_KEY_UNNAMED, CALLER_KEY_UNKNOWN, CALLER_ALGORITHM,
    CALLER_SIGNATURE, CALLER_EXPIRED, CALLER_EARLY, CALLER_ISSUER, CALLER_AUDIENCE: the caller's fault.
    CALLER_KEYS_MISSING: the gateway's keys cannot be had, so that nobody can be believed.
    """

    code = "CALLER_MALFORMED"


@dataclass(frozen=True)
class Key:
    """One public key, good for one algorithm alone."""

    key_id: str
    algorithm: str
    public: RSAPublicKey = field(repr=False)


class GatewayKeys:
    """The keys by their ids. ``fetch`` asks the gateway for its key set; safe on any thread.

    A key that is known costs no waiting. Keys older than ``LIFETIME_S`` count for nothing; call ``freshen`` now and
    then, so that no caller need wait for the gateway.
    """

    def __init__(self, fetch: Callable[[], Mapping[str, object]], clock: Clock) -> None:
        self._fetch, self._clock = fetch, clock
        self._keys: Mapping[str, Key] = {}
        self._void_at = self._asked_at = float("-inf")
        self._asking = threading.Lock()

    def key(self, key_id: str) -> Key:
        """Raises CallerError: CALLER_KEY_UNKNOWN, or CALLER_KEYS_MISSING where there are none."""
        found = self._fresh().get(key_id)
        if found is None:
            self._ask_once_more()
            found = self._fresh().get(key_id)
        if found is not None:
            return found
        if self._fresh():
            raise CallerError("the token names a key that the gateway does not have", code="CALLER_KEY_UNKNOWN")
        raise CallerError("the gateway's keys cannot be had", code="CALLER_KEYS_MISSING")

    def freshen(self) -> None:
        """Fetch the keys again where they are half-way to being void. Failures are logged, and tried again later."""
        if self._clock.monotonic() > self._void_at - LIFETIME_S / 2:
            self._ask_once_more()

    def _fresh(self) -> Mapping[str, Key]:
        return self._keys if self._clock.monotonic() < self._void_at else {}

    def _ask_once_more(self) -> None:
        """Whoever waits here while another asks does not ask again."""
        with self._asking:
            now = self._clock.monotonic()
            if now - self._asked_at < PAUSE_S:
                return
            self._asked_at = now
            try:
                keys = {key.key_id: key for key in _keys_in(self._fetch())}
            except GatewayError as error:
                _log.warning("abdm_keys_not_fetched", code=error.code)
                return
            finally:
                self._asked_at = self._clock.monotonic()
            if keys:
                self._keys, self._void_at = keys, self._clock.monotonic() + LIFETIME_S
            _log.info("abdm_keys_fetched", keys=len(keys))


def _keys_in(untrusted_set: Mapping[str, object]) -> Iterator[Key]:
    """The keys that can be used; others are passed over, as the gateway may add kinds that we do not know."""
    keys = untrusted_set.get("keys")
    for untrusted_key in keys[:_MOST_KEYS] if isinstance(keys, list) else ():
        key = _key_of(untrusted_key) if isinstance(untrusted_key, dict) else None
        if key is not None:
            yield key


def _key_of(untrusted_key: dict[str, object]) -> Key | None:
    """RS256 where a key does not say what it is for: that is what callbacks are documented to be signed with."""
    key_id, algorithm = untrusted_key.get("kid"), untrusted_key.get("alg", "RS256")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= _LONGEST_ID:
        return None
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        return None
    if untrusted_key.get("kty") != "RSA" or untrusted_key.get("use", "sig") != "sig" or "d" in untrusted_key:
        return None
    try:
        public = PyJWK(untrusted_key, algorithm).key
    except (PyJWTError, ValueError, TypeError):
        return None
    if not isinstance(public, RSAPublicKey) or public.key_size < _LEAST_BITS:
        return None
    return Key(key_id, algorithm, public)
