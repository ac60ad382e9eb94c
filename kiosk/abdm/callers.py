"""Whether a call comes from ABDM's gateway: its signed token (JWT, RFC 7519), checked before a body is looked at."""

import re
from collections.abc import Mapping

import jwt
from jwt.exceptions import InvalidAudienceError, InvalidIssuerError, InvalidSignatureError, PyJWTError
from jwt.types import Options

from kiosk.abdm.gateway_keys import CallerError, GatewayKeys, Key
from kiosk.ports import Clock

LEEWAY_S = 30.0
"""How far the gateway's clock may lie from ours."""
LONGEST_TOKEN = 8192
"""Characters; Keycloak's have 1,200 to 3,000."""
_LAST_SECOND = 2**40
_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)", re.ASCII | re.IGNORECASE)


class Callers:
    """Knows the gateway by its keys. ``issuer`` and ``audience`` are checked where they are not empty.

    Safe on any thread; asks the gateway for its keys where it must, within that one's own deadline.
    """

    def __init__(self, keys: GatewayKeys, clock: Clock, *, issuer: str = "", audience: str = "") -> None:
        self._keys, self._clock = keys, clock
        self._issuer, self._audience = issuer or None, audience or None

    def check(self, untrusted_authorization: str) -> None:
        """Returns where the header ``Authorization`` proves that the gateway calls.

        Raises:
            CallerError: where it does not, or nobody can tell; and nothing else.
        """
        token = _token_in(untrusted_authorization)
        key = self._key_for(token)
        _check_times(self._claims(token, key), self._clock.now().timestamp())

    def _key_for(self, token: str) -> Key:
        """The key that the token names, if it is for the token's own algorithm."""
        try:
            header = jwt.get_unverified_header(token)
        except (PyJWTError, ValueError, RecursionError):
            raise CallerError("the token cannot be read") from None
        key_id = header.get("kid")
        if not isinstance(key_id, str) or not key_id:
            raise CallerError("the token names no key", code="CALLER_KEY_UNNAMED")
        key = self._keys.key(key_id)
        if header.get("alg") != key.algorithm:
            raise CallerError("the token is signed in another way than its key is for", code="CALLER_ALGORITHM")
        return key

    def _claims(self, token: str, key: Key) -> Mapping[str, object]:
        try:
            claims: Mapping[str, object] = jwt.decode(
                token,
                key.public,
                algorithms=[key.algorithm],
                options=_options(has_audience=self._audience is not None),
                issuer=self._issuer,
                audience=self._audience,
            )
        except (PyJWTError, ValueError, RecursionError) as error:
            raise _refusal(error) from None
        return claims


def _options(*, has_audience: bool) -> Options:
    """Times are left out: they are judged by our own clock."""
    return {
        "require": ["exp"],
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "verify_sub": False,
        "verify_jti": False,
        "verify_aud": has_audience,
    }


def _token_in(untrusted_authorization: str) -> str:
    if not untrusted_authorization:
        raise CallerError("the call carries no token", code="CALLER_UNNAMED")
    found = _BEARER.fullmatch(untrusted_authorization) if len(untrusted_authorization) <= LONGEST_TOKEN else None
    if found is None:
        raise CallerError("the token cannot be read")
    return found[1]


def _check_times(claims: Mapping[str, object], now: float) -> None:
    if now >= _seconds(claims["exp"]) + LEEWAY_S:
        raise CallerError("the token has expired", code="CALLER_EXPIRED")
    for name in ("nbf", "iat"):
        if name in claims and now < _seconds(claims[name]) - LEEWAY_S:
            raise CallerError("the token is not valid yet", code="CALLER_EARLY")


def _seconds(untrusted_claim: object) -> float:
    if not isinstance(untrusted_claim, int | float) or abs(untrusted_claim) > _LAST_SECOND:
        raise CallerError("the token's times make no sense")
    return float(untrusted_claim)


_CODES: tuple[tuple[type[Exception], str, str], ...] = (
    (InvalidSignatureError, "CALLER_SIGNATURE", "the token's signature is not the gateway's"),
    (InvalidIssuerError, "CALLER_ISSUER", "the token is from another issuer"),
    (InvalidAudienceError, "CALLER_AUDIENCE", "the token is for somebody else"),
)


def _refusal(error: Exception) -> CallerError:
    claim = getattr(error, "claim", "")
    if claim in ("iss", "aud"):
        code = "CALLER_ISSUER" if claim == "iss" else "CALLER_AUDIENCE"
        return CallerError(f"the token has no {claim}", code=code)
    for kind, code, message in _CODES:
        if isinstance(error, kind):
            return CallerError(message, code=code)
    return CallerError("the token cannot be read")
