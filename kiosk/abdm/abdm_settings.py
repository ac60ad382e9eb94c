"""With whom this hospital speaks: the sandbox or production of ABDM, never a mixture of both."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kiosk.errors import SettingError
from kiosk.model.counter import HOSTS, PRODUCTION, SANDBOX
from kiosk.model.web_address import is_loopback, server_address

_USUAL_BASE = {SANDBOX: "https://dev.abdm.gov.in", PRODUCTION: "https://apis.abdm.gov.in"}
_WORLDS = {
    "dev.abdm.gov.in": SANDBOX,
    "dev.ndhm.gov.in": SANDBOX,
    "apis.abdm.gov.in": PRODUCTION,
    "live.abdm.gov.in": PRODUCTION,
    **HOSTS,
}
_LONGEST_TEXT = 500


@dataclass(frozen=True)
class AbdmSettings:
    """An account at one ABDM gateway. Made by ``abdm_settings``, which fills in what is usual.

    Attributes:
        base_url: of the gateway, without a slash at its end.
        cm_id: ``sbx`` or ``abdm``, as X-CM-ID names the consent manager; of the world that the facilities are in too.
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
    issuer: str = ""
    audience: str = ""
    expiry_s: int = 1800
    accepts_v1: bool = False
    connect_s: float = 2.0
    deadline_s: float = 5.0

    def __post_init__(self) -> None:
        if self.cm_id not in _USUAL_BASE:
            raise SettingError(f"abdm cm_id is {self.cm_id!r}; allowed: {SANDBOX}, {PRODUCTION}")
        _refuse_mixture(self.cm_id, urlsplit(self.base_url).hostname or "")
        for name in ("client_id", "client_secret"):
            _refuse_unprintable(name, getattr(self, name))
        if not 60 <= self.expiry_s <= 86_400:
            raise SettingError(f"abdm expiry_s is {self.expiry_s}; allowed: 60 to 86400 seconds")
        if not 0 < self.connect_s <= self.deadline_s <= 30:
            raise SettingError("abdm connect_s and deadline_s: more than 0, at most 30, connecting within the deadline")

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What of a caller's token nobody looks at: the names of the settings that would change that."""
        told = {"abdm_issuer": self.issuer, "abdm_audience": self.audience}
        return tuple(name for name, value in told.items() if not value)


def abdm_settings(
    cm_id: str,
    client_id: str,
    client_secret: str,
    *,
    base_url: str = "",
    issuer: str = "",
    audience: str = "",
    expiry_s: int = 1800,
    accepts_v1: bool = False,
) -> AbdmSettings:
    """The settings with ABDM's own gateway where none is named.

    Raises:
        SettingError: as ``AbdmSettings``, and for an address that is none.
    """
    return AbdmSettings(
        _address(base_url) if base_url else _USUAL_BASE.get(cm_id, ""),
        client_id,
        client_secret,
        cm_id,
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


def _refuse_mixture(cm_id: str, host: str) -> None:
    """``sbx`` and ``abdm`` each with their own hosts; this machine may be either, for tests."""
    if not host:
        raise SettingError("abdm base_url names no host")
    usual = SANDBOX if "sbx" in host and cm_id == PRODUCTION else cm_id
    if not is_loopback(host) and _WORLDS.get(host, usual) != cm_id:
        raise SettingError(f"abdm base_url is {host}, which is not of {cm_id}: sandbox and production are never mixed")


def _refuse_unprintable(name: str, text: str) -> None:
    if not 0 < len(text) <= _LONGEST_TEXT or not text.isprintable() or text != text.strip():
        raise SettingError(f"abdm {name} must be a text on one line without blanks at its ends")
