"""Only the gateway is believed, by keys that it still has; and nobody can make us hammer it for them."""

import base64
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from kiosk.abdm.callers import LEEWAY_S, LONGEST_TOKEN, Callers
from kiosk.abdm.gateway_keys import LIFETIME_S, PAUSE_S, CallerError, GatewayKeys
from kiosk.errors import GatewayError
from tests.abdm.signing import AUDIENCE, ISSUER, LASTS_S, Forgery, SigningKey, rsa_key, token
from tests.fakes import FakeClock

NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
KEY, KEY_512, NEXT = SigningKey("one", "RS256", 0), SigningKey("two", "RS512", 1), SigningKey("next", "RS256", 2)


class KeySet:
    """What the gateway would tell; ``broken`` is raised in its place. ``gate``, where there is one, is waited for."""

    def __init__(self, *keys: SigningKey) -> None:
        self.untrusted: Mapping[str, object] = {"keys": [key.jwk() for key in keys]}
        self.broken: GatewayError | None = None
        self.gate: threading.Event | None = None
        self.fetched = 0

    def fetch(self) -> Mapping[str, object]:
        self.fetched += 1
        if self.gate is not None:
            assert self.gate.wait(10)
        if self.broken is not None:
            raise self.broken
        return self.untrusted


class Door:
    """Callers with everything about them in reach."""

    def __init__(self, *keys: SigningKey, issuer: str = ISSUER, audience: str = AUDIENCE) -> None:
        self.clock = FakeClock(NOW)
        self.set = KeySet(*(keys or (KEY, KEY_512)))
        self.keys = GatewayKeys(self.set.fetch, self.clock)
        self.callers = Callers(self.keys, self.clock, issuer=issuer, audience=audience)

    def pass_s(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))

    def token(self, key: SigningKey = KEY, forgery: Forgery = Forgery.NONE, **claims: object) -> str:
        return token(key, self.clock.now().timestamp(), forgery, **claims)

    def check(self, key: SigningKey = KEY, forgery: Forgery = Forgery.NONE, **claims: object) -> str:
        """Empty where the caller is believed, else the code."""
        return self.said(f"Bearer {self.token(key, forgery, **claims)}")

    def said(self, authorization: str) -> str:
        try:
            self.callers.check(authorization)
        except CallerError as error:
            return error.code
        return ""


def unavailable() -> GatewayError:
    return GatewayError("the gateway cannot be reached", code="GATEWAY_UNREACHABLE", transient=True)


@pytest.mark.parametrize("key", [KEY, KEY_512], ids=lambda key: key.algorithm)
def test_the_gateway_is_believed(key: SigningKey) -> None:
    assert Door().check(key) == ""


def test_the_scheme_is_read_as_http_has_it() -> None:
    door = Door()
    assert door.said(f"bearer  {door.token()}") == ""


@pytest.mark.parametrize(
    ("forgery", "code"),
    [
        (Forgery.UNKNOWN_KID, "CALLER_KEY_UNKNOWN"),
        (Forgery.NO_KID, "CALLER_KEY_UNNAMED"),
        (Forgery.ALG_NONE, "CALLER_ALGORITHM"),
        (Forgery.HS256, "CALLER_ALGORITHM"),
        (Forgery.OTHER_ALG, "CALLER_ALGORITHM"),
        (Forgery.OTHER_KEY, "CALLER_SIGNATURE"),
        (Forgery.TAMPERED, "CALLER_SIGNATURE"),
        (Forgery.WRONG_AUDIENCE, "CALLER_AUDIENCE"),
        (Forgery.WRONG_ISSUER, "CALLER_ISSUER"),
        (Forgery.EXPIRED, "CALLER_EXPIRED"),
        (Forgery.EARLY, "CALLER_EARLY"),
        (Forgery.ENDLESS, "CALLER_MALFORMED"),
    ],
)
def test_each_forgery_has_its_code(forgery: Forgery, code: str) -> None:
    door = Door()
    assert door.check(forgery=forgery) == code
    assert door.check(KEY_512, forgery) == code
    assert door.check() == ""


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": "tomorrow"}, "CALLER_MALFORMED"),
        ({"exp": None}, "CALLER_MALFORMED"),
        ({"exp": True}, "CALLER_EXPIRED"),
        ({"exp": 10**400}, "CALLER_MALFORMED"),
        ({"nbf": []}, "CALLER_MALFORMED"),
        ({"iat": int(NOW.timestamp()) + 3600}, "CALLER_EARLY"),
        ({"aud": None}, "CALLER_AUDIENCE"),
        ({"aud": {"a": 1}}, "CALLER_AUDIENCE"),
        ({"aud": ["other", AUDIENCE]}, ""),
        ({"iss": None}, "CALLER_ISSUER"),
        ({"iss": 7}, "CALLER_ISSUER"),
        ({"sub": 7, "jti": 8}, ""),
    ],
)
def test_claims_of_any_kind(claims: dict[str, Any], code: str) -> None:
    door = Door()
    assert door.said(f"Bearer {token(KEY, NOW.timestamp(), **claims)}") == code


def test_issuer_and_audience_are_free_where_nothing_is_set() -> None:
    door = Door(issuer="", audience="")
    assert door.check(forgery=Forgery.WRONG_AUDIENCE) == ""
    assert door.check(forgery=Forgery.WRONG_ISSUER) == ""
    assert door.check(aud=None, iss=None) == ""


def test_clocks_may_differ_a_little() -> None:
    door = Door()
    signed = f"Bearer {door.token(nbf=int(NOW.timestamp()) + 20)}"
    assert door.said(signed) == ""
    door.pass_s(LASTS_S + LEEWAY_S - 1)
    assert door.said(signed) == ""
    door.pass_s(1)
    assert door.said(signed) == "CALLER_EXPIRED"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer x",
        "Basic YTpi",
        "Bearer a.b",
        "Bearer a.b.c.d",
        "Bearer ..",
        "Bearer é.b.c",
        "Bearer W10.e30.AA",
    ],
)
def test_what_is_no_token(authorization: str) -> None:
    assert Door().said(authorization) == ("CALLER_MALFORMED" if authorization else "CALLER_UNNAMED")


def test_a_token_of_any_length_costs_nothing() -> None:
    door = Door()
    assert door.check(filler="x" * LONGEST_TOKEN) == "CALLER_MALFORMED"
    assert door.set.fetched == 0


_PART = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)
_HEADER = st.fixed_dictionaries(
    {"kid": st.sampled_from((KEY.key_id, KEY_512.key_id, "x", 7, None)), "alg": st.sampled_from(("RS256", "none", 1))},
    optional={"crit": _PART, "b64": st.booleans(), "jwk": _PART, "zip": _PART},
)
_DOOR = Door()


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(st.text(max_size=200) | st.from_regex(r"Bearer [A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,9}"))
def test_any_text_is_refused(authorization: str) -> None:
    assert _DOOR.said(authorization).startswith("CALLER_")


@given(_HEADER, _PART, st.binary(max_size=300))
def test_any_unsigned_token_is_refused(header: dict[str, object], claims: object, signature: bytes) -> None:
    signed = base64.urlsafe_b64encode(signature).decode().rstrip("=")
    assert _DOOR.said(f"Bearer {part(header)}.{part(claims)}.{signed}").startswith("CALLER_")


def test_nested_json_does_not_exhaust_the_stack() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=")
    assert Door().said(f"Bearer {deep}.{deep}.AA") == "CALLER_MALFORMED"


# --- the keys --------------------------------------------------------------------------------------------------------


def test_keys_are_fetched_once() -> None:
    door = Door()
    assert [door.check(), door.check(KEY_512), door.check()] == ["", "", ""]
    assert door.set.fetched == 1


def test_a_new_key_is_found_by_fetching_again() -> None:
    door = Door()
    assert door.check() == ""
    door.set.untrusted = {"keys": [NEXT.jwk()]}
    door.pass_s(PAUSE_S)
    assert door.check(NEXT) == ""
    assert door.check(KEY) == "CALLER_KEY_UNKNOWN"
    assert door.set.fetched == 2


def test_unknown_keys_do_not_hammer_the_gateway() -> None:
    door = Door()
    for _ in range(100):
        assert door.check(forgery=Forgery.UNKNOWN_KID) == "CALLER_KEY_UNKNOWN"
        door.pass_s(1)
    assert door.set.fetched == 10


def test_without_keys_nobody_is_believed() -> None:
    door = Door()
    door.set.broken = unavailable()
    assert door.check() == "CALLER_KEYS_MISSING"
    assert door.check() == "CALLER_KEYS_MISSING"
    assert door.set.fetched == 1
    door.set.broken = None
    door.pass_s(PAUSE_S)
    assert door.check() == ""


def test_old_keys_count_for_nothing() -> None:
    door = Door()
    assert door.check() == ""
    door.set.broken = unavailable()
    door.pass_s(LIFETIME_S - 1)
    assert door.check() == ""
    door.pass_s(1)
    assert door.check() == "CALLER_KEYS_MISSING"


def test_keys_are_freshened_before_they_are_old() -> None:
    door = Door()
    door.keys.freshen()
    door.keys.freshen()
    assert door.set.fetched == 1
    door.pass_s(LIFETIME_S / 2 + 1)
    door.keys.freshen()
    assert door.set.fetched == 2
    door.pass_s(LIFETIME_S - 1)
    assert door.check() == ""
    assert door.set.fetched == 2


def test_a_failure_to_freshen_keeps_what_there_is() -> None:
    door = Door()
    door.keys.freshen()
    door.set.broken = unavailable()
    door.pass_s(LIFETIME_S / 2 + 1)
    with capture_logs() as logs:
        door.keys.freshen()
    assert [line["code"] for line in logs] == ["GATEWAY_UNREACHABLE"]
    assert door.check() == ""


@pytest.mark.parametrize("untrusted", [{}, {"keys": None}, {"keys": []}, {"keys": [None, 1, {}]}])
def test_an_empty_key_set_does_not_take_the_place_of_a_good_one(untrusted: Mapping[str, object]) -> None:
    door = Door()
    assert door.check() == ""
    door.set.untrusted = untrusted
    door.pass_s(PAUSE_S)
    assert door.check(NEXT) == "CALLER_KEY_UNKNOWN"
    assert door.check() == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": "PS256"},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "EC"},
        {"use": "enc"},
        {"kid": ""},
        {"kid": 7},
        {"n": "AQAB"},
        {"n": "*"},
        {"e": None},
        {"d": "AQAB"},
    ],
)
def test_keys_that_cannot_be_used_are_passed_over(changes: dict[str, object]) -> None:
    door = Door()
    door.set.untrusted = {"keys": [KEY.jwk() | changes, KEY_512.jwk()]}
    assert door.check(KEY_512) == ""
    assert door.check(KEY) == "CALLER_KEY_UNKNOWN"


def test_a_key_that_does_not_say_what_for_is_for_rs256() -> None:
    door = Door()
    door.set.untrusted = {"keys": [{name: value for name, value in KEY.jwk().items() if name != "alg"}]}
    assert door.check(KEY) == ""
    assert door.check(SigningKey(KEY.key_id, "RS512", KEY.number)) == "CALLER_ALGORITHM"


def test_many_threads_share_one_fetch() -> None:
    door = Door()
    door.set.gate = threading.Event()
    rsa_key(KEY.number)
    with ThreadPoolExecutor(8) as pool:
        checks = [pool.submit(door.check) for _ in range(8)]
        door.set.gate.set()
        assert [check.result(10) for check in checks] == [""] * 8
    assert door.set.fetched == 1


def test_known_keys_do_not_wait_for_a_fetch() -> None:
    door = Door()
    assert door.check() == ""
    door.pass_s(PAUSE_S)
    door.set.gate = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(door.check, NEXT)
        while door.set.fetched < 2:
            assert not waiting.done()
        assert door.check() == ""
        door.set.gate.set()
        assert waiting.result(10) == "CALLER_KEY_UNKNOWN"


def test_nothing_of_the_token_is_told() -> None:
    door = Door()
    for forgery in Forgery:
        signed = door.token(forgery=forgery) or "none"
        with capture_logs() as logs:
            try:
                door.callers.check(f"Bearer {signed}")
            except CallerError as error:
                told = f"{error!r} {error.__cause__!r} {logs}"
                assert not [piece for piece in signed.split(".") if len(piece) > 4 and piece in told]
