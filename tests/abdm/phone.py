"""A PHR app on somebody's phone: scans the hospital's QR, shares a profile through the gateway, waits for the token."""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.abdm.gateway import APP_WAITS_S, AbdmGateway, Answered
from tests.abdm.signing import Forgery, token

PHR_HOST = "phrsbx.abdm.gov.in"
HIP_ID = "IN0000000000"
PATIENCE_S = 30.0
"""Of the gateway with a hospital on a machine that does much else."""
SHARE_PATH = "/api/v3/hip/patient/share"
SHARE_PATH_V1 = "/v1.0/patients/profile/share"


def person(**changes: object) -> dict[str, object]:
    """Somebody invented, as the sandbox was seen to send people."""
    fields: dict[str, object] = {
        "abhaNumber": None,
        "abhaAddress": "ashadevi@sbx",
        "name": "Asha Devi",
        "gender": "F",
        "dayOfBirth": "6",
        "monthOfBirth": "6",
        "yearOfBirth": "2000",
        "address": {"line": "House 12, Sector 9", "district": "Lucknow", "state": "Uttar Pradesh", "pincode": "226001"},
        "phoneNumber": "9000000000",
    }
    return {name: value for name, value in (fields | changes).items() if value is not ...}


def body_v3(counter: str = "OPD1", hip_id: str = HIP_ID, who: Mapping[str, object] | None = None) -> dict[str, object]:
    about = {"hipId": hip_id, "context": counter, "hprId": None, "latitude": "12.97", "longitude": "77.71"}
    return {"intent": "PROFILE_SHARE", "metaData": about, "profile": {"patient": who or person()}}


def body_v1(request_id: str, counter: str = "12345") -> dict[str, object]:
    """As the documents of 2022 have it: numbers for the parts of a birthday, identifiers in a list."""
    patient = {
        "healthId": "ashadevi@sbx",
        "healthIdNumber": None,
        "name": "Asha Devi",
        "gender": "F",
        "address": {"line": "House 12", "district": "Lucknow", "state": "Uttar Pradesh", "pincode": None},
        "yearOfBirth": 1991,
        "dayOfBirth": 18,
        "monthOfBirth": 10,
        "identifiers": [{"type": "MOBILE", "value": "9000000000"}, {"type": "NDHM_HEALTH_NUMBER", "value": None}],
    }
    return {
        "requestId": request_id,
        "timestamp": "2026-11-23T03:30:00.129",
        "intent": {"type": "string"},
        "location": {"latitude": "string", "longitude": "string"},
        "profile": {"hipCode": counter, "patient": patient},
    }


@dataclass(frozen=True)
class Share:
    """One request of the gateway to the hospital, ready to be sent, more than once if need be."""

    request_id: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Shown:
    """What the app shows in the end.

    Attributes:
        statuses: of the hospital's immediate answers, one for each delivery; 0 where it was not reached.
        answered: what on-share said, or None where the app gave up.
        after_s: how long that took.
    """

    share: Share
    statuses: tuple[int, ...]
    answered: Answered | None
    after_s: float


@dataclass
class PhrApp:
    """``waits_s`` is the app's patience."""

    gateway: AbdmGateway
    waits_s: float = APP_WAITS_S
    seen: list[Shown] = field(default_factory=list)

    def compose(
        self,
        body: Mapping[str, object] | None = None,
        *,
        hip_id: str = HIP_ID,
        forgery: Forgery = Forgery.NONE,
        path: str = SHARE_PATH,
        request_id: str = "",
    ) -> Share:
        """A share that the gateway signs now."""
        request_id = request_id or str(uuid.uuid4())
        now = self.gateway.now()
        signed = token(self.gateway.key, now.timestamp(), forgery)
        headers = {
            "REQUEST-ID": request_id,
            "TIMESTAMP": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "X-HIP-ID": hip_id,
            "Content-Type": "application/json",
        }
        if signed:
            headers["Authorization"] = f"Bearer {signed}"
        return Share(request_id, path, headers, json.dumps(body or body_v3(hip_id=hip_id)).encode())

    def deliver(self, share: Share) -> int:
        """Send it to the registered bridge once; in any order, as often as wanted. Returns the status, or 0."""
        self.gateway.expect(share.request_id)
        try:
            # Loopback: certificates that nobody asks for would take longer to load than the call.
            with httpx2.Client(trust_env=False, verify=False, timeout=PATIENCE_S) as client:
                url = self.gateway.bridge_url + share.path
                return int(client.post(url, content=share.body, headers=dict(share.headers)).status_code)
        except httpx2.TransportError:
            return 0

    def share(self, share: Share | None = None, deliveries: int = 1) -> Shown:
        """From the patient's tap to what the screen shows, which is an answer or that none came."""
        share, began = share or self.compose(), time.monotonic()
        statuses = tuple(self.deliver(share) for _ in range(deliveries))
        taken = any(200 <= status < 300 for status in statuses)
        answered = self.gateway.wait_for_answer(share.request_id, self.waits_s) if taken else None
        shown = Shown(share, statuses, answered, time.monotonic() - began)
        self.seen.append(shown)
        return shown

    def scan(self, url: str, who: Mapping[str, object] | None = None) -> Shown:
        """The poster's text, read as the published app reads it: the exact host, both parameters there."""
        parts, parameters = urlsplit(url), parse_qs(urlsplit(url).query)
        assert (parts.scheme, parts.netloc, parts.path) == ("https", PHR_HOST, "/share-profile")
        (hip_id,), (counter,) = parameters["hip-id"], parameters["counter-id"]
        return self.share(self.compose(body_v3(counter, hip_id, who), hip_id=hip_id))
