"""With whom this hospital speaks: the sandbox or production of ABDM, never a mixture of both."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kiosk.errors import SettingError
from kiosk.model.web_address import is_loopback, server_address

SANDBOX, PRODUCTION = "sbx", "abdm"
"""The two consent managers, as X-CM-ID names them."""
_USUAL_BASE = {SANDBOX: "https://dev.abdm.gov.in", PRODUCTION: "https://apis.abdm.gov.in"}
_USUAL_PHR = {SANDBOX: "phrsbx.abdm.gov.in", PRODUCTION: "phr.abdm.gov.in"}
"""The production host of the facility QR is not confirmed by ABDM's documents."""
_KNOWN = {
    SANDBOX: frozenset({"dev.abdm.gov.in", "dev.ndhm.gov.in", "phrsbx.abdm.gov.in"}),
    PRODUCTION: frozenset({"apis.abdm.gov.in", "live.abdm.gov.in", "phr.abdm.gov.in"}),
}
_LONGEST_TEXT = 500


@dataclass(frozen=True)
class AbdmSettings:
    """An account at one ABDM gateway. Made by ``abdm_settings``, which fills in what is usual.

    Attributes:
        base_url: of the gateway, without a slash at its end.
        cm_id: ``sbx`` or ``abdm``.
        phr_host: the host in the facility QR, which PHR apps know.
        issuer: what ``iss`` of a caller's token must be; empty is not checked, as ABDM has not published it.
        audience: the same of ``aud``.
        expiry_s: for how long the app is told to keep its token on the screen.
        accepts_v1: whether shares of version 1.0 are taken too.
        connect_s, deadline_s: for one connecting, and for one whole exchange with the gateway.

    Raises:
        SettingError: something is missing, or sandbox and production are mixed.
    """

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    cm_id: str
    phr_host: str
    issuer: str = ""
    audience: str = ""
    expiry_s: int = 1800
    accepts_v1: bool = False
    connect_s: float = 2.0
    deadline_s: float = 5.0

    def __post_init__(self) -> None:
        if self.cm_id not in _KNOWN:
            raise SettingError(f"abdm cm_id is {self.cm_id!r}; allowed: {SANDBOX}, {PRODUCTION}")
        _refuse_mixture(self.cm_id, urlsplit(self.base_url).hostname or "", "base_url")
        _refuse_mixture(self.cm_id, self.phr_host, "phr_host")
        for name in ("client_id", "client_secret"):
            _refuse_unprintable(name, getattr(self, name))
        if not 60 <= self.expiry_s <= 86_400:
            raise SettingError(f"abdm expiry_s is {self.expiry_s}; allowed: 60 to 86400 seconds")
        if not 0 < self.connect_s <= self.deadline_s <= 30:
            raise SettingError("abdm connect_s and deadline_s: more than 0, at most 30, connecting within the deadline")


def abdm_settings(
    cm_id: str,
    client_id: str,
    client_secret: str,
    *,
    base_url: str = "",
    phr_host: str = "",
    issuer: str = "",
    audience: str = "",
    expiry_s: int = 1800,
    accepts_v1: bool = False,
) -> AbdmSettings:
    """The settings with ABDM's own hosts where none are named; a host that is not known needs the other one named too.

    Raises:
        SettingError: as ``AbdmSettings``, and for an address that is none.
    """
    if base_url:
        base_url = _address(base_url)
    hosts = [host for host in (urlsplit(base_url).hostname, phr_host.lower()) if host]
    if len(hosts) == 1 and not any(hosts[0] in known for known in _KNOWN.values()):
        raise SettingError(f"{hosts[0]} is no known host of ABDM: set both abdm base_url and abdm phr_host")
    return AbdmSettings(
        base_url or _USUAL_BASE.get(cm_id, ""),
        client_id,
        client_secret,
        cm_id,
        phr_host.lower() or _USUAL_PHR.get(cm_id, ""),
        issuer=issuer,
        audience=audience,
        expiry_s=expiry_s,
        accepts_v1=accepts_v1,
    )


def _address(untrusted_url: str) -> str:
    try:
        return server_address(untrusted_url)
    except ValueError as error:
        raise SettingError(f"abdm base_url is {untrusted_url!r}; allowed: {error}") from None


def _refuse_mixture(cm_id: str, host: str, name: str) -> None:
    """``sbx`` and ``abdm`` each with their own hosts; this machine may be either, for tests."""
    if not host:
        raise SettingError(f"abdm {name} names no host")
    other = PRODUCTION if cm_id == SANDBOX else SANDBOX
    if is_loopback(host) or host in _KNOWN[cm_id]:
        return
    if host in _KNOWN[other] or ("sbx" in host and cm_id == PRODUCTION):
        raise SettingError(f"abdm {name} is {host}, which is not of {cm_id}: sandbox and production are never mixed")


def _refuse_unprintable(name: str, text: str) -> None:
    if not 0 < len(text) <= _LONGEST_TEXT or not text.isprintable() or text != text.strip():
        raise SettingError(f"abdm {name} must be a text on one line without blanks at its ends")
