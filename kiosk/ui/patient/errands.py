"""What the state machine asks of the store, done on the store's thread: each command becomes one answer."""

import traceback

import structlog

from kiosk.checkin import CheckedIn, Registration
from kiosk.errors import AlreadyHasTokenError, DepartmentClosedError, DeskError, PhoneTokenError, StoreError
from kiosk.model import flow

BUG = "BUG"
"""The code of a fault that is ours."""

log = structlog.get_logger()


def answer(registration: Registration, command: flow.Command, language: str) -> flow.Input:
    """Do ``command``; every error becomes an answer, so that the patient never waits for one that does not come."""
    try:
        return _done(registration, command, language)
    except AlreadyHasTokenError as error:
        return flow.SentToDesk(error.code)
    except PhoneTokenError as error:
        return flow.Refused(error.code) if error.code == PhoneTokenError.code else flow.SentToDesk(error.code)
    except DepartmentClosedError as error:
        return flow.Refused(error.code, str(error))
    except DeskError as error:
        return flow.Refused(error.code)
    except StoreError as error:
        log.error("store_failed", code=error.code)
        return flow.ServiceLost(error.code)
    except Exception as error:  # A bug of ours: it is reported, and the kiosk stays alive to say so.
        log_bug(error)
        return flow.ServiceLost(BUG)


def log_bug(error: BaseException) -> None:
    """Where it happened, without the message: that could hold a patient's text."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("bug", error=type(error).__name__, traceback=where)


def _done(registration: Registration, command: flow.Command, language: str) -> flow.Input:
    match command:
        case flow.FindHeld(patient):
            return flow.HeldFound(registration.held_tokens(patient), bool(registration.expected_tokens(patient)))
        case flow.CheckIn(patient, department, typed):
            return _told(registration.check_in(patient, department, language, typed=typed))
        case flow.Arrive(patient):
            return _told(registration.arrive(patient, language))
        case flow.Claim(label, last_digits):
            return _told(registration.claim(label, last_digits, language))


def _told(checked: CheckedIn) -> flow.CheckedIn:
    return flow.CheckedIn(
        token=checked.token,
        already=checked.already,
        people_ahead=checked.people_ahead,
        slip=checked.slip,
        copy=checked.job.copy if checked.job else 0,
        reprint_refused=checked.reprint_refused,
    )
