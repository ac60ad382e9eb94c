"""What may go wrong with one request to the gateway, in the words of its documents."""

import json
import threading
from dataclasses import dataclass

from tests.abdm.http_server import Given


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
        given: answered in place of the right answer, or None.
        held: the answer waits for this.
        late: the request does its work all the same.
    """

    given: Given | None = None
    held: threading.Event | None = None
    late: bool = False


def access_denied() -> Fault:
    return Fault(Given(403, b"Access Denied", content_type="text/plain"))


def too_many(retry_after: str = "2") -> Fault:
    return Fault(Given(429, error_body("ABDM-1022", "Too many requests"), {"Retry-After": retry_after}))


def broken(status: int = 500) -> Fault:
    return Fault(Given(status, b'{"code":"900900","message":"Unclassified Authentication Failure"}'))


def cut_short() -> Fault:
    """The request is taken, and its answer is lost."""
    return Fault(Given(0, cut=True), late=True)


def error_body(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


def slow(until: threading.Event) -> Fault:
    """Answers rightly, when it is told to."""
    return Fault(held=until, late=True)
