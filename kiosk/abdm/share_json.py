"""JSON from outside as one object of texts, bounded in size and depth before anybody looks into it."""

import json
from collections.abc import Iterator, Mapping

from kiosk.errors import KioskError
from kiosk.model.qr import NOTHING

MAX_BYTES = 512 * 1024
"""A share has about 600 bytes; some senders add a photograph, which is dropped."""
MAX_DEPTH = 12
MAX_MEMBERS = 200
"""Of one object or list."""


class ShareError(KioskError):
    """A share that cannot be taken: the sender's fault, to be answered with 400. The message holds nothing of it.

    Codes: SHARE_TOO_LARGE, SHARE_NOT_JSON, SHARE_AMBIGUOUS, SHARE_TOO_DEEP, SHARE_INCOMPLETE, SHARE_HOSTILE,
    SHARE_OTHER_INTENT, SHARE_HIP_MIXED, SHARE_ENVIRONMENT.
    """

    code = "SHARE_NOT_JSON"


def object_in(untrusted_body: bytes) -> Mapping[str, object]:
    """The object; numbers stay texts, so that a long one costs nothing and no leading zero is lost.

    Raises:
        ShareError: and nothing else.
    """
    if len(untrusted_body) > MAX_BYTES:
        raise ShareError("the body is too large", code="SHARE_TOO_LARGE")
    value = _loaded(untrusted_body)
    if not isinstance(value, dict):
        raise ShareError("the body is no JSON object")
    if _is_deeper(value, MAX_DEPTH):
        raise ShareError("the body is nested too deeply, or too wide", code="SHARE_TOO_DEEP")
    return value


def _loaded(untrusted_body: bytes) -> object:
    try:
        return json.loads(
            untrusted_body.decode("utf-8-sig"),
            strict=False,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_constant,
            object_pairs_hook=_unambiguous,
        )
    except RecursionError:
        raise ShareError("the body is nested too deeply", code="SHARE_TOO_DEEP") from None
    except ValueError:
        # The cause is left out: it would quote the body.
        raise ShareError("the body is no JSON") from None


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A key that stands twice could be read as two patients."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ShareError("a key stands twice in one object", code="SHARE_AMBIGUOUS")
    return dict(pairs)


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _is_deeper(value: object, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    return depth == 0 or len(value) > MAX_MEMBERS or any(_is_deeper(each, depth - 1) for each in _inside(value))


def _inside(value: "dict[str, object] | list[object]") -> Iterator[object]:
    return iter(value.values() if isinstance(value, dict) else value)


class Table:
    """One object, whose keys are found whatever their capitals, underscores, dashes and blanks; first come counts.

    What is missing, null or of another shape reads as empty.
    """

    def __init__(self, untrusted: object) -> None:
        self._values: dict[str, object] = {}
        for key, value in untrusted.items() if isinstance(untrusted, dict) else ():
            self._values.setdefault(_plain(str(key)), value)

    def table(self, key: str) -> "Table":
        return Table(self._values.get(_plain(key)))

    def tables(self, key: str) -> "list[Table]":
        value = self._values.get(_plain(key))
        return [Table(each) for each in value] if isinstance(value, list) else []

    def text(self, *keys: str) -> str:
        """The first of ``keys`` under which there is a text or a number, as it was sent but for blanks at its ends."""
        values = (self._values.get(_plain(key)) for key in keys)
        texts = (value.strip() for value in values if isinstance(value, str))
        return next((text for text in texts if text.lower() not in NOTHING), "")


def _plain(key: str) -> str:
    return key.lower().translate(_JOINTS)


_JOINTS = dict.fromkeys(map(ord, "_- "))
