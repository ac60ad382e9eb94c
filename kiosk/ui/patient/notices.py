"""What each wrong code is called, and what to show instead."""

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from kiosk.model.qr import Reason

CONTEXT = "Notice"
_SHOW_CARD = QT_TRANSLATE_NOOP("Notice", "Please show your ABHA card")
_ANOTHER_COPY = QT_TRANSLATE_NOOP("Notice", "Please show another copy, or type the ABHA number")


@dataclass(frozen=True)
class Notice:
    """The picture's name, what the code was, and what helps; the texts are source texts of ``CONTEXT``."""

    icon: str
    what: str
    advice: str

    def what_it_was(self) -> str:
        return QCoreApplication.translate(CONTEXT, self.what)

    def what_to_show(self) -> str:
        return QCoreApplication.translate(CONTEXT, self.advice)


def _notice(icon: str, what: object, advice: object = _SHOW_CARD) -> Notice:
    """The texts are str, but PySide's stubs call what QT_TRANSLATE_NOOP returns an object."""
    return Notice(icon, str(what), str(advice))


def _damaged(what: object) -> Notice:
    return _notice("qr-damaged", what, _ANOTHER_COPY)


NOTICES = {
    Reason.NO_CODE: _notice("qr-unknown", QT_TRANSLATE_NOOP("Notice", "This QR code is empty")),
    Reason.TWO_CODES: _notice(
        "two-codes",
        QT_TRANSLATE_NOOP("Notice", "Two QR codes at once"),
        QT_TRANSLATE_NOOP("Notice", "Please show one card at a time"),
    ),
    Reason.UNREADABLE_FILE: _notice("page", QT_TRANSLATE_NOOP("Notice", "This picture cannot be read"), _ANOTHER_COPY),
    Reason.AADHAAR: _notice("aadhaar", QT_TRANSLATE_NOOP("Notice", "This is an Aadhaar card")),
    Reason.FACILITY: _notice(
        "poster",
        QT_TRANSLATE_NOOP("Notice", "This is a hospital's QR code"),
        QT_TRANSLATE_NOOP("Notice", "Scan it with your phone, or show your ABHA card here"),
    ),
    Reason.SLIP: _notice(
        "slip",
        QT_TRANSLATE_NOOP("Notice", "This is a token slip"),
        QT_TRANSLATE_NOOP("Notice", "Wait until your number is called, or show your ABHA card"),
    ),
    Reason.WEB_ADDRESS: _notice("globe", QT_TRANSLATE_NOOP("Notice", "This is a website's QR code")),
    Reason.PAYMENT: _notice("rupee", QT_TRANSLATE_NOOP("Notice", "This is a payment QR code")),
    Reason.CONTACT: _notice("contact", QT_TRANSLATE_NOOP("Notice", "This is a contact's QR code")),
    Reason.WIFI: _notice("wifi", QT_TRANSLATE_NOOP("Notice", "This is a Wi-Fi QR code")),
    Reason.PLAIN_TEXT: _notice("page", QT_TRANSLATE_NOOP("Notice", "This QR code holds only text")),
    Reason.TOO_LARGE: _notice("qr-large", QT_TRANSLATE_NOOP("Notice", "This QR code holds too much")),
    Reason.NOT_JSON: _notice("qr-unknown", QT_TRANSLATE_NOOP("Notice", "This QR code is incomplete"), _ANOTHER_COPY),
    Reason.NOT_AN_OBJECT: _notice("qr-unknown", QT_TRANSLATE_NOOP("Notice", "This QR code holds no card")),
    Reason.NESTED: _notice("qr-unknown", QT_TRANSLATE_NOOP("Notice", "This is another kind of card")),
    Reason.NO_IDENTIFIER: _notice(
        "qr-unknown", QT_TRANSLATE_NOOP("Notice", "No ABHA number in this QR code"), _ANOTHER_COPY
    ),
    Reason.NUL_BYTES: _damaged(QT_TRANSLATE_NOOP("Notice", "This QR code is damaged")),
    Reason.CONTROL_CHARACTERS: _damaged(QT_TRANSLATE_NOOP("Notice", "This QR code holds hidden signs")),
    Reason.DIRECTION_CHARACTERS: _damaged(QT_TRANSLATE_NOOP("Notice", "The writing in this QR code is turned around")),
    Reason.MARKUP: _damaged(QT_TRANSLATE_NOOP("Notice", "This QR code holds program text")),
    Reason.FORMULA: _damaged(QT_TRANSLATE_NOOP("Notice", "This QR code holds a formula")),
    Reason.FOREIGN_DIGITS: _damaged(
        QT_TRANSLATE_NOOP("Notice", "The number in this QR code is written in other digits")
    ),
    Reason.TEXT_MALFORMED: _damaged(QT_TRANSLATE_NOOP("Notice", "The writing in this QR code is garbled")),
}
"""Every reason has its own entry; a test sees to it."""
