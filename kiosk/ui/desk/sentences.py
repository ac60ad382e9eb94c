"""What the message bar says for each code: calm, in one or two sentences, with what to do."""

from collections.abc import Mapping
from enum import Enum

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate


class Tone(Enum):
    """How a message looks: its role in the style sheet, and its icon; colour is never the only sign."""

    PLAIN = ("news", "info")
    GOOD = ("news-good", "complete")
    WARNING = ("news-warning", "warning")
    WRONG = ("news-wrong", "cross")


def tone_of(code: str) -> Tone:
    if code in ("NOBODY_WAITS", "COPIED", "SCAN_NO_TOKEN", "SCAN_SEVERAL"):
        return Tone.PLAIN
    is_ours = code == "BUG" or code.startswith(("STORE_", "CLOCK_"))
    return Tone.WRONG if is_ours else Tone.WARNING


def sentence(code: str, details: Mapping[str, str]) -> str:
    """For a person at a counter; an unknown code is shown as it is, with what was said with it."""
    told = _desk(code, details) or _scanned(code, details) or _uncalled(code) or _refused(code) or _broken(code)
    return told or translate("Desk", "This was not done ({code}): {text}").format(
        code=code, text=details.get("text", "")
    )


def _desk(code: str, details: Mapping[str, str]) -> str:
    match code:
        case "NOBODY_WAITS":
            return translate("Desk", "Nobody is waiting for this room now.")
        case "COPIED":
            return translate("Desk", "Copied: {what}").format(what=details.get("what", ""))
        case "SECOND" if details.get("room"):
            words = translate("Desk", "{label} was called to room {room} first, while this desk was cut off.")
            return words.format(label=details.get("label", ""), room=details["room"])
        case "SECOND":
            words = translate("Desk", "Others had acted on {label} first, while this desk was cut off.")
            return words.format(label=details.get("label", ""))
        case "CALLED_ALONE":
            return translate("Desk", "The server does not answer: this desk calls by itself.")
        case "KIND_FORBIDDEN":
            return translate(
                "Desk", "The server does not take what is done here: this is no desk. Ask your administrator."
            )
    return ""


def _scanned(code: str, details: Mapping[str, str]) -> str:
    match code:
        case "SCAN_NO_TOKEN":
            return translate("Desk", "This patient has no token today.")
        case "SCAN_SEVERAL":
            return translate("Desk", "This patient has several tokens: {labels}").format(labels=details["labels"])
        case "SCAN_OLD":
            words = translate("Desk", "This slip is of another day: {label}, {day}")
            return words.format(label=details["label"], day=details["day"])
        case "SCAN_UNKNOWN":
            return translate("Desk", "This slip's token is not known here, or not yet.")
        case "SCAN_UNREADABLE" if details.get("reason") == "aadhaar":
            return translate("Desk", "This is an Aadhaar card: please ask for the ABHA card, or type the name.")
        case "SCAN_UNREADABLE":
            return translate("Desk", "This is neither an ABHA card nor a slip of this hospital.")
        case "AADHAAR_FORGED":
            return translate("Desk", "UIDAI has not signed this Aadhaar card: nothing was taken from it.")
        case "AADHAAR_VERSION":
            return translate("Desk", "This kind of Aadhaar card cannot be read yet: please type the name.")
        case "AADHAAR_DAMAGED" | "AADHAAR_UNUSABLE":
            return translate("Desk", "This Aadhaar card's QR code is damaged: please type the name.")
    return ""


def _uncalled(code: str) -> str:
    """Why somebody was not called, or put back where nobody is called; empty for other codes."""
    match code:
        case "DAY_OVER":
            return translate("Desk", "The day of this token is over: complete it, or refer the patient.")
        case "CALLED_ELSEWHERE":
            return translate("Desk", "Another room has called this patient.")
        case "NOT_CALLABLE":
            return translate("Desk", "This patient cannot be called: not come yet, or not waiting any more.")
        case "ROOM_CLOSED":
            return translate("Desk", "This room is closed today: a supervisor can open it.")
        case "SERVICE_DAY_WRONG":
            return translate("Desk", "The server has another day than this desk: check this computer's date and time.")
        case "KEY_UNKNOWN" | "STATION_CLONED" | "STORE_FOREIGN" | "FORBIDDEN":
            words = translate("Desk", "The server does not let this desk in ({code}): ask your administrator.")
            return words.format(code=code)
    return ""


def _refused(code: str) -> str:
    match code:
        case "MOVE_ILLEGAL" | "TOKEN_UNKNOWN":
            return translate("Desk", "Somebody has acted on this token meanwhile. The list shows how it stands.")
        case "NO_SHOW_EARLY":
            return translate("Desk", "Please call once more before you set the patient aside, or ask a supervisor.")
        case "RETURN_LATE":
            return translate("Desk", "The time to come back is over: a supervisor may still allow it.")
        case "UNDO_LATE":
            return translate("Desk", "It is too late to undo this.")
        case "PRINTER_NONE":
            return translate("Desk", "This desk has no printer: read the number out.")
        case "REASON_MISSING":
            return translate("Desk", "Please choose a reason.")
        case "NOT_ALLOWED":
            return translate("Desk", "This needs a supervisor.")
        case "DEPARTMENT_CLOSED":
            return translate("Desk", "This department is closed now: a supervisor may still allow it.")
        case "QUOTA_REACHED":
            return translate("Desk", "No tokens are left here today: a supervisor may still allow one.")
        case "DEPARTMENT_UNKNOWN":
            return translate("Desk", "This department is no more. Please choose another.")
        case "SERVER_UNREACHABLE" | "SERVER_TIMEOUT":
            return translate("Desk", "The server does not answer. What you do here is kept and sent later.")
    return pin_sentence(code)


def pin_sentence(code: str) -> str:
    """Why somebody's PIN was not taken; empty for other codes."""
    match code:
        case "PIN_WRONG":
            return translate("Desk", "This PIN is wrong. Please try again.")
        case "PIN_WAIT":
            return translate("Desk", "Too many wrong PINs. Please wait a moment.")
        case "PIN_STALE":
            return translate("Desk", "This desk has not reached the server for too long: nobody can sign in.")
        case "PIN_UNSET":
            return translate("Desk", "You have no PIN for this desk yet: ask your administrator.")
        case "STAFF_UNKNOWN":
            return translate("Desk", "You are no longer on the list: ask your administrator.")
    return ""


def _broken(code: str) -> str:
    match code:
        case "STORE_FULL":
            return translate("Desk", "The disk is full: nothing can be written until there is room.")
        case "BUG":
            return translate("Desk", "The program made a mistake. Please try again, and send its log.")
    if code.startswith("CLOCK_"):
        return translate("Desk", "The clock of this computer is wrong ({code}): set date and time.").format(code=code)
    if code.startswith("STORE_"):
        return translate("Desk", "The store cannot be used ({code}): run “kiosk doctor”.").format(code=code)
    return ""
