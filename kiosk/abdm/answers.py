"""What a hospital answers to a share: the token's label, or why there is none. The bodies of versions 3 and 1.0."""

from dataclasses import dataclass, field

from kiosk.abdm.share import SharedProfile, Version

UNKNOWN_ERROR = "ABDM-9999"
_UNKNOWN_ERROR_V1 = 1000


@dataclass(frozen=True)
class ShareAnswer:
    """Everything that must be kept until the gateway has taken it.

    Attributes:
        request_id: of the share that is answered.
        label: the token's; empty where there is none.
        reason: then why, one sentence for the patient, without personal details.
    """

    version: Version
    hip_id: str
    request_id: str
    counter: str
    abha_address: str = field(repr=False)
    label: str = ""
    reason: str = ""


def answer_to(profile: SharedProfile, *, label: str = "", reason: str = "") -> ShareAnswer:
    """Either a label or a reason."""
    assert bool(label) != bool(reason), "a share is answered with a label or with a reason"
    return ShareAnswer(
        profile.version,
        profile.hip_id,
        profile.request_id,
        profile.counter,
        profile.address_as_sent,
        label=label,
        reason=reason,
    )


def body_v3(answer: ShareAnswer, expiry_s: int) -> dict[str, object]:
    """A failure has no acknowledgement: its published form would need a token's number."""
    response = {"requestId": answer.request_id}
    if not answer.label:
        return {"error": {"code": UNKNOWN_ERROR, "message": answer.reason}, "response": response}
    profile = {"context": answer.counter, "tokenNumber": answer.label, "expiry": str(expiry_s)}
    acknowledgement = {"status": "SUCCESS", "abhaAddress": answer.abha_address, "profile": profile}
    return {"acknowledgement": acknowledgement, "response": response}


def body_v1(answer: ShareAnswer, own_request_id: str, timestamp: str) -> dict[str, object]:
    """Version 1.0 carries its own id and time in the body, and has numbers for error codes."""
    head: dict[str, object] = {"requestId": own_request_id, "timestamp": timestamp}
    acknowledgement = {"status": "SUCCESS", "healthId": answer.abha_address, "tokenNumber": answer.label}
    resp = {"requestId": answer.request_id}
    if answer.label:
        return {**head, "acknowledgement": acknowledgement, "resp": resp}
    failed = {"status": "FAILURE", "healthId": answer.abha_address}
    error = {"code": _UNKNOWN_ERROR_V1, "message": answer.reason}
    return {**head, "acknowledgement": failed, "error": error, "resp": resp}
