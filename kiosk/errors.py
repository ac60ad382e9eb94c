"""The errors a person may meet, and whose fault each is.

    KioskError                     has a stable ``code`` and a sentence for staff
    |-- SettingError               a setting's name or value is wrong
    |-- DeskError                  the patient must be told something, nothing is broken
    |   |-- DepartmentUnknownError
    |   |-- DepartmentClosedError
    |   |-- QuotaReachedError
    |   |-- ReprintLimitError
    |   |-- PhoneTokenError        nobody can come with this phone token, or nothing proves that it is theirs
    |   |-- AlreadyHasTokenError   a typed number already has a token: no detail is told
    |   |-- CalledElsewhereError   another room has called this patient already
    |   |-- NotAllowedError        this needs somebody with more rights, or a later time
    |   `-- PinError               wrong, or too many wrong ones before
    |-- StoreError                 the local store cannot be used: no token is issued
    |   |-- StoreKeyError
    |   |-- StoreNewerError
    |   |-- StoreFullError
    |   |-- StoreForkError         a clone of this store was there before
    |   `-- ClockError             the machine's clock cannot be believed
    |-- CameraError
    |-- GunError                 the scanner gun cannot be used
    |-- PrinterError               a slip did not come out, or perhaps did
    |-- ServerError                the hospital server did not take the message; try again later
    `-- GatewayError               ABDM's gateway did not take the message; says whether trying again may help

All of these are the environment's doing: show the code, stay calm, retry. Anything else that is raised is a bug of
ours: it is logged with its traceback and reported. What is wrong with a QR is ``model.qr.QrError``, since the model
knows nothing of this module.
"""


class KioskError(Exception):
    """Something outside the program went wrong. ``code`` is stable; the message says what to do."""

    code = "KIOSK"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code or self.code


class SettingError(KioskError):
    """A setting has an unknown name or a bad value; the message names key, value and what is allowed."""

    code = "SETTING_INVALID"


class DeskError(KioskError):
    """No token, for a reason that the patient is told politely."""

    code = "NO_TOKEN"


class DepartmentUnknownError(DeskError):
    code = "DEPARTMENT_UNKNOWN"


class DepartmentClosedError(DeskError):
    code = "DEPARTMENT_CLOSED"


class QuotaReachedError(DeskError):
    code = "QUOTA_REACHED"


class ReprintLimitError(DeskError):
    """The kiosk has reprinted this slip often enough; the desk may go on."""

    code = "REPRINT_LIMIT"


class AlreadyHasTokenError(DeskError):
    """Says nothing of which token: whoever types a number has not shown that it is theirs."""

    code = "ALREADY_HAS_TOKEN"


class PhoneTokenError(DeskError):
    """A phone's token is the answer, or none is.

    Codes: CLAIM_WRONG, label and digits prove nothing; CLAIMS_PAUSED, too many did; TOKEN_OVER, it is used up;
    TOKEN_EXPECTED, its holder is to come with it.
    """

    code = "CLAIM_WRONG"


class CalledElsewhereError(DeskError):
    """Another room was first; the message names it."""

    code = "CALLED_ELSEWHERE"


class NotAllowedError(DeskError):
    code = "NOT_ALLOWED"


class PinError(DeskError):
    """Nobody signs in with this.

    Codes: PIN_WRONG; PIN_WAIT (too many wrong ones before); PIN_STALE (the staff list is too old); PIN_UNSET (there is
    none, or none that can be used here); STAFF_UNKNOWN; and of a new PIN: PIN_INVALID, PIN_WEAK.

    Attributes:
        wait_s: how long from now no further PIN is tried.
        tries_left: how many wrong ones there may still be before the first wait.
    """

    code = "PIN_WRONG"

    def __init__(self, message: str, *, code: str | None = None, wait_s: float = 0.0, tries_left: int = 0) -> None:
        super().__init__(message, code=code)
        self.wait_s, self.tries_left = wait_s, tries_left


class StoreError(KioskError):
    code = "STORE_UNUSABLE"


class StoreKeyError(StoreError):
    code = "STORE_KEY_WRONG"


class StoreNewerError(StoreError):
    code = "STORE_NEWER"


class StoreFullError(StoreError):
    code = "STORE_FULL"


class StoreForkError(StoreError):
    code = "STORE_FORK"


class ClockError(StoreError):
    code = "CLOCK_WRONG"


class CameraError(KioskError):
    code = "CAMERA_FAILED"


class GunError(KioskError):
    """Codes: GUN_MISSING, it is not there; GUN_LOST, it is not there any more; GUN_DENIED, not for this program."""

    code = "GUN_MISSING"


class PrinterError(KioskError):
    """The slip is not known to be printed.

    Attributes:
        sent: whether bytes had left for the printer, so that paper may have come out all the same.
    """

    code = "PRINTER_FAILED"

    def __init__(self, message: str, *, code: str | None = None, sent: bool = False) -> None:
        super().__init__(message, code=code)
        self.sent = sent


class ServerError(KioskError):
    """The server did not take the message.

    Attributes:
        retry_after_s: how long it asked to be left alone (429, 503), or None.
    """

    code = "SERVER_UNREACHABLE"

    def __init__(self, message: str, *, code: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class GatewayError(KioskError):
    """ABDM's gateway did not take the message.

    Codes: the gateway's own where it gave one (``ABDM-1006``, ``900901``), else GATEWAY_REFUSED, GATEWAY_BUSY,
    GATEWAY_FAILED, GATEWAY_UNREACHABLE, GATEWAY_UNTRUSTED, GATEWAY_TIMEOUT or GATEWAY_GARBAGE.

    Attributes:
        transient: whether the same message may be taken later.
        status: the HTTP status, or None where there was no whole answer.
        retry_after_s: how long it asked to be left alone, or None.
    """

    code = "GATEWAY_REFUSED"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        transient: bool = False,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.transient, self.status, self.retry_after_s = transient, status, retry_after_s
