"""What is wrong with a camera or the program that reads it, in a sentence for staff, by its code."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

CONTEXT = "Reader"

_SENTENCES: dict[str, object] = {
    "SCANNER_CRASHED": QT_TRANSLATE_NOOP(
        "Reader", "The program that reads codes broke off. It starts again by itself."
    ),
    "SCANNER_HUNG": QT_TRANSLATE_NOOP("Reader", "The program that reads codes fell silent. It starts again by itself."),
    "SCANNER_GARBLED": QT_TRANSLATE_NOOP(
        "Reader", "The program that reads codes said what it never should. It starts again by itself."
    ),
    "SCANNER_NOT_STARTED": QT_TRANSLATE_NOOP(
        "Reader", "The program that reads codes does not start: restart this computer."
    ),
    "CAMERA_NOT_FOUND": QT_TRANSLATE_NOOP("Reader", "No camera is plugged in: plug one in."),
    "CAMERA_UNPLUGGED": QT_TRANSLATE_NOOP("Reader", "The camera was unplugged: plug it in again."),
    "CAMERA_NOT_OPENED": QT_TRANSLATE_NOOP(
        "Reader", "The camera does not open: close other programs that use it, or plug it out and in again."
    ),
    "CAMERA_NO_FRAMES": QT_TRANSLATE_NOOP("Reader", "The camera gives no pictures: plug it out and in again."),
    "CAMERA_FROZEN": QT_TRANSLATE_NOOP("Reader", "The camera's picture stands still: plug it out and in again."),
    "CAMERA_BLACK": QT_TRANSLATE_NOOP("Reader", "The camera sees only black: uncover it, or switch the light on."),
    "CAMERA_STUCK": QT_TRANSLATE_NOOP("Reader", "The camera does not answer: plug it out and in again."),
    "CAMERA_UNREACHABLE": QT_TRANSLATE_NOOP(
        "Reader", "The network camera does not answer: look at its power and the network cable."
    ),
    "CAMERA_REFUSED": QT_TRANSLATE_NOOP(
        "Reader", "The network camera refuses: the IT person sets its address and password."
    ),
    "CAMERA_STREAM_CUT": QT_TRANSLATE_NOOP(
        "Reader", "The network camera broke off: look at its power and the network."
    ),
    "CAMERA_STREAM_STALLED": QT_TRANSLATE_NOOP(
        "Reader", "The network camera fell silent: look at its power and the network."
    ),
    "CAMERA_STREAM_GARBLED": QT_TRANSLATE_NOOP(
        "Reader", "The network camera sends no pictures that can be read: the IT person sets its address."
    ),
    "CAMERA_FILE_UNREADABLE": QT_TRANSLATE_NOOP(
        "Reader", "The picture that stands for a camera cannot be read: the IT person sets the camera."
    ),
    "CAMERA_RESOLUTION_LOW": QT_TRANSLATE_NOOP(
        "Reader", "The camera's pictures are small, and cards hard to read: it needs 1280x720 or more."
    ),
}
CODES = frozenset(_SENTENCES)


def sentence_for(code: str) -> str:
    """In the language of the screens; empty for a code that has none."""
    return QCoreApplication.translate(CONTEXT, str(_SENTENCES[code])) if code in _SENTENCES else ""
