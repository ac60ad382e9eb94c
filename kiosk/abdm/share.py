"""A patient's profile as ABDM's gateway shares it, versions 3 and 1.0, and why one is refused.

The documents and what senders really send differ, so that only the ABHA address and the name are insisted on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from kiosk.abdm.share_json import ShareError, Table, object_in
from kiosk.abdm.shared_patient import address_in, patient_in
from kiosk.model.counter import PRODUCTION
from kiosk.model.patient import Patient

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@-]{0,63}", re.ASCII)
_COUNTER = re.compile(r"[A-Za-z0-9 ._-]{0,250}", re.ASCII)
"""Looser than what our own QR holds: the published pattern of ``context``."""
_LONGEST_TIME = 40
_OTHER_INTENTS = frozenset({"RECORD_SHARE", "PAYMENT_SHARE"})


class Version(StrEnum):
    V3 = "v3"
    V1 = "v1.0"


class Intent(StrEnum):
    """Why a profile is shared; the published others, for records and payments, are refused."""

    PROFILE_SHARE = "PROFILE_SHARE"


@dataclass(frozen=True)
class SharedProfile:
    """One share.

    Attributes:
        request_id: the gateway's; our answer refers to it, and a second delivery has the same.
        hip_id: the facility that was scanned.
        counter: the counter's id in the QR; empty where none was named.
        address_as_sent: the ABHA address letter by letter, as the answer gives it back.
        sent_at: when the gateway says it was sent (UTC), or None where it does not.
    """

    request_id: str
    hip_id: str
    counter: str
    intent: Intent
    patient: Patient
    version: Version
    address_as_sent: str = field(repr=False)
    sent_at: datetime | None = None


def parse_share(untrusted_headers: Mapping[str, str], untrusted_body: bytes, today: date, cm_id: str) -> SharedProfile:
    """``POST /api/v3/hip/patient/share``. ``today`` is the hospital's, ``cm_id`` ours: ``sbx`` or ``abdm``.

    Raises:
        ShareError: and nothing else.
    """
    headers, body = _lower(untrusted_headers), Table(object_in(untrusted_body))
    about, person = body.table("metaData"), body.table("profile").table("patient")
    return SharedProfile(
        request_id=_identifier("REQUEST-ID", headers.get("request-id", "")),
        hip_id=_hip_id(headers.get("x-hip-id", ""), about.text("hipId")),
        counter=_counter(about.text("context")),
        intent=_intent(body.text("intent")),
        patient=patient_in(person, today),
        version=Version.V3,
        address_as_sent=_of_environment(address_in(person), cm_id),
        sent_at=_time(headers.get("timestamp", "")),
    )


def parse_share_v1(
    untrusted_headers: Mapping[str, str], untrusted_body: bytes, today: date, cm_id: str
) -> SharedProfile:
    """``POST /v1.0/patients/profile/share``, where the request's id and time stand in the body.

    Raises:
        ShareError: and nothing else.
    """
    headers, body = _lower(untrusted_headers), Table(object_in(untrusted_body))
    profile = body.table("profile")
    person = profile.table("patient")
    return SharedProfile(
        request_id=_identifier("requestId", body.text("requestId")),
        hip_id=_hip_id(headers.get("x-hip-id", ""), ""),
        counter=_counter(profile.text("hipCode")),
        intent=_intent_v1(body.table("intent").text("type")),
        patient=patient_in(person, today),
        version=Version.V1,
        address_as_sent=_of_environment(address_in(person), cm_id),
        sent_at=_time(body.text("timestamp")),
    )


def refusal_body(error: ShareError) -> dict[str, object]:
    """What a hospital answers with, beside status 400."""
    return {"error": {"code": "ABDM-1006", "message": f"Bad Request, invalid request Body: {error}"}}


def _lower(untrusted_headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value.strip() for name, value in untrusted_headers.items()}


def _identifier(name: str, untrusted_text: str) -> str:
    if not _ID.fullmatch(untrusted_text):
        raise ShareError(f"{name} is missing or malformed", code="SHARE_INCOMPLETE")
    return untrusted_text


def _hip_id(in_header: str, in_body: str) -> str:
    if in_header and in_body and in_header != in_body:
        raise ShareError("X-HIP-ID and metaData.hipId differ", code="SHARE_HIP_MIXED")
    return _identifier("X-HIP-ID", in_header or in_body)


def _counter(untrusted_text: str) -> str:
    if not _COUNTER.fullmatch(untrusted_text):
        raise ShareError("metaData.context is malformed", code="SHARE_HOSTILE")
    return untrusted_text


def _intent(untrusted_text: str) -> Intent:
    """Where none is said a profile can only be meant for this."""
    if untrusted_text.upper() not in ("", Intent.PROFILE_SHARE):
        raise ShareError("intent is not PROFILE_SHARE", code="SHARE_OTHER_INTENT")
    return Intent.PROFILE_SHARE


def _intent_v1(untrusted_text: str) -> Intent:
    """Version 1.0 names no values: whatever is not plainly something else is taken."""
    return _intent(untrusted_text if untrusted_text.upper() in _OTHER_INTENTS else "")


def _of_environment(address: str, cm_id: str) -> str:
    """Addresses of the sandbox do not exist in production."""
    if cm_id == PRODUCTION and address.lower().endswith("@sbx"):
        raise ShareError("the ABHA address is of the sandbox", code="SHARE_ENVIRONMENT")
    return address


def _time(untrusted_text: str) -> datetime | None:
    if len(untrusted_text) > _LONGEST_TIME:
        return None
    try:
        time = datetime.fromisoformat(untrusted_text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
