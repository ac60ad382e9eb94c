"""An Aadhaar card at a desk that may use one: the notice first, and only then three fields of the form."""

from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QFrame, QWidget

from kiosk.model.aadhaar import Aadhaar, AadhaarError, Proof, read_aadhaar
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


class Trust(Enum):
    """What is known of a card's signature."""

    GENUINE = auto()
    UNCHECKED = auto()
    UNSIGNED = auto()


class AadhaarNotice(QFrame):
    """Lies over the page until it is answered. Signals: ``agreed``, ``declined``."""

    agreed = Signal()
    declined = Signal()

    def __init__(self, metrics: Metrics, window: QWidget, trust: Trust) -> None:
        super().__init__(window)
        self.setProperty("role", "bubble")
        title = PlainLabel("title", lines=2, text=translate("Aadhaar", "Fill in from the Aadhaar card?"))
        notice = PlainLabel("strong", lines=5, text=notice_words())
        state = PlainLabel("text", lines=2, text=trust_words(trust))
        self.yes = DeskButton(metrics, "primary", icon="tick", height_u=11)
        self.yes.show_words(translate("Aadhaar", "The patient agrees: fill in"))
        self.yes.clicked.connect(self.agreed)
        self.no = DeskButton(metrics, "plain", icon="back", height_u=11)
        self.no.show_words(translate("Aadhaar", "Do not use it"))
        self.no.clicked.connect(self.declined)
        words = line_up(metrics, ACROSS, icon(metrics, "aadhaar", 9), (title, 1), gap_u=3)
        buttons = line_up(metrics, ACROSS, (self.no, 1), (self.yes, 1), gap_u=3)
        self.setLayout(line_up(metrics, DOWN, words, (notice, 1), state, buttons, gap_u=2.5, edge_u=4))
        self.setFixedSize(metrics.px(118), metrics.px(64))
        self.move((window.width() - self.width()) // 2, (window.height() - self.height()) // 2)


class AadhaarCards(QObject):
    """Takes the texts of Aadhaar QRs. What a card says is forgotten with the answer, and when staff sign out.

    ``is_genuine`` checks UIDAI's signature; None where no certificate is set.

    Signals:
        agreed: a Patient with name, sex and year of birth alone.
    """

    agreed = Signal(object)

    def __init__(self, window: QWidget, session: DeskSession, is_genuine: Callable[[Proof], bool] | None) -> None:
        super().__init__(session)
        self._window, self._session, self._is_genuine = window, session, is_genuine
        self._card: Aadhaar | None = None
        self.notice: AadhaarNotice | None = None
        session.signed_out.connect(self.forget)

    def take(self, untrusted_text: str) -> None:
        """Show the notice for a card, or say why nothing can be taken from it."""
        self.forget()
        session = self._session
        try:
            card = read_aadhaar(untrusted_text, session.facility.local(session.clock.now()).year)
        except AadhaarError as error:
            session.told.emit(error.code, {})
            return
        trust = self._trust(card.proof)
        if trust is None:
            session.told.emit("AADHAAR_FORGED", {})
        else:
            self._ask(card, trust)

    def forget(self) -> None:
        self._card = None
        if self.notice is not None:
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None

    def _trust(self, proof: Proof | None) -> Trust | None:
        """None for a signature that is not UIDAI's."""
        if proof is None:
            return Trust.UNSIGNED
        if self._is_genuine is None:
            return Trust.UNCHECKED
        return Trust.GENUINE if self._is_genuine(proof) else None

    def _ask(self, card: Aadhaar, trust: Trust) -> None:
        self._card = card
        self.notice = AadhaarNotice(Metrics(self._window.width(), self._window.height()), self._window, trust)
        self.notice.agreed.connect(self._fill)
        self.notice.declined.connect(self.forget)
        self.notice.show()
        self.notice.raise_()

    def _fill(self) -> None:
        card = self._card
        self.forget()
        if card is not None:
            self.agreed.emit(card.patient)


def notice_words() -> str:
    """What the patient must hear before anything is taken from the card."""
    return translate(
        "Aadhaar",
        "Tell the patient: only name, sex and year of birth are taken, to write the OPD token. The Aadhaar number, the "
        "picture and all else on the card are not kept. Nobody has to show an Aadhaar card to see a doctor.",
    )


def trust_words(trust: Trust) -> str:
    match trust:
        case Trust.GENUINE:
            return translate("Aadhaar", "UIDAI's signature on this card is right.")
        case Trust.UNCHECKED:
            return translate("Aadhaar", "UIDAI's signature was not checked: no certificate is set.")
        case Trust.UNSIGNED:
            return translate("Aadhaar", "This old card has no signature: compare it with the patient.")
