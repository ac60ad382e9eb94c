"""The address of a hospital server: encrypted, unless it never leaves the machine."""

import ipaddress
import re
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"https?://[^/?#\s\x00-\x20@]+(?:/[^?#\s\x00-\x20]*)?")


def server_address(untrusted_url: str) -> str:
    """``untrusted_url`` without a slash at its end.

    Raises:
        ValueError: with what is allowed. Patients' details never cross a network in plain HTTP.
    """
    url = untrusted_url.rstrip("/")
    if not _ADDRESS.fullmatch(url) or not _host(url):
        raise ValueError("an address such as https://opd.example.org, or http://127.0.0.1:8765 on this machine")
    if url.startswith("http://") and not is_loopback(_host(url)):
        raise ValueError("an address such as https://opd.example.org: http:// only for this machine's own server")
    return url


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine alone: 127.0.0.0/8, ::1 or localhost."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(url: str) -> str:
    """Empty where there is none, or where host or port make no sense."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "" if parts.port != 0 else ""
    except ValueError:
        return ""
