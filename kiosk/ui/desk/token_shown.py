"""One token, large enough to be read over the counter and read out."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from kiosk.model.opd import Facility, text_in
from kiosk.model.token import SlipState, Token
from kiosk.ui.arrange import ACROSS, DOWN, disc, icon, line_up, panel
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics, department_icon, show_role

translate = QCoreApplication.translate


class TokenShown(QWidget):
    """Signals: ``next_wished``, ``reprint_wished``; ``other_wished``: a token of another department for the same
    patient; ``read_wished``: the number was read out.
    """

    next_wished = Signal()
    reprint_wished = Signal()
    other_wished = Signal()
    read_wished = Signal()

    def __init__(self, metrics: Metrics, facility: Facility) -> None:
        super().__init__()
        self._facility = facility
        self._title = PlainLabel("title", align=CENTRE)
        self.label = PlainLabel("token-huge", align=CENTRE, least=0.4)
        self._sign = icon(metrics, "", 6)
        self._department = PlainLabel("heading", elides=True)
        self._place = PlainLabel("strong", lines=2, align=CENTRE)
        self._slip_icon = icon(metrics, "printer", 5)
        self._slip = PlainLabel("strong", lines=3)
        self._slip_panel = panel("news", line_up(metrics, ACROSS, self._slip_icon, (self._slip, 1), gap_u=2, edge_u=2))
        self.reprint = DeskButton(metrics, "plain", icon="printer", height_u=9)
        self.reprint.clicked.connect(self.reprint_wished)
        self.other = DeskButton(metrics, "plain", icon="walk-in", height_u=9)
        self.other.clicked.connect(self.other_wished)
        self.read = DeskButton(metrics, "call-next", icon="read-out", icon_u=5, height_u=12)
        self.read.clicked.connect(self.read_wished)
        self.next = DeskButton(metrics, "call-next", icon="next", icon_u=5, height_u=12)
        self.next.clicked.connect(self.next_wished)
        self._arrange(metrics)

    def show_token(self, token: Token, language: str, *, already: bool, people_ahead: int | None) -> None:
        """The token of a walk-in; ``already`` says that the patient had it before."""
        title = translate("WalkIn", "This patient has a token today") if already else translate("WalkIn", "Token")
        self._show(token, language, title, people_ahead)
        self.other.show_words(translate("WalkIn", "Another department"))
        self.other.setVisible(already)
        self.read.hide()
        self.next.show_words(translate("WalkIn", "Next patient"))
        self.next.show_role("call-next")
        self.next.picture.show_icon("next")

    def read_token(self, token: Token, language: str) -> None:
        """A token whose slip did not come out."""
        self._show(token, language, translate("Slips", "Please read this number out"), None)
        self.other.hide()
        self.read.show_words(translate("Slips", "I have read it out"))
        self.read.show()
        self.next.show_words(translate("Desk", "Back"))
        self.next.show_role("plain")
        self.next.picture.show_icon("back")

    def _show(self, token: Token, language: str, title: str, people_ahead: int | None) -> None:
        department = self._facility.department(token.queue_department)
        self._title.setText(title)
        self.label.setText(token.label)
        self._sign.show_icon(department_icon(token.queue_department))
        self._department.setText(department.name(language) if department else token.queue_department)
        room = translate("Desk", "Room {room}").format(room=department.room) if department and department.room else ""
        step = room or (text_in(department.next_step, language) if department else "")
        ahead = "" if people_ahead is None else translate("WalkIn", "People ahead: {count}").format(count=people_ahead)
        self._place.setText("  ·  ".join(part for part in (step, ahead) if part))
        self.show_slip(token.slip)
        self.reprint.show_words(translate("WalkIn", "Print again"))

    def show_slip(self, slip: SlipState) -> None:
        tone, picture, words = slip_words(slip)
        show_role(self._slip_panel, tone)
        self._slip_icon.show_icon(picture)
        self._slip.setText(words)

    def tell(self, text: str) -> None:
        """What could not be done, in place of what is known of the slip."""
        show_role(self._slip_panel, "news-warning")
        self._slip_icon.show_icon("warning")
        self._slip.setText(text)

    def forget(self) -> None:
        for label in (self.label, self._department, self._place, self._slip):
            label.setText("")

    def _arrange(self, metrics: Metrics) -> None:
        place = line_up(metrics, ACROSS, 1, disc(metrics, self._sign, 9), self._department, 1, gap_u=1.6)
        ticket = panel(
            "ticket", line_up(metrics, DOWN, 1, self._title, (self.label, 6), place, self._place, 1, edge_u=3)
        )
        acts = line_up(metrics, DOWN, self._slip_panel, 1, self.reprint, self.other, self.read, self.next, gap_u=1.6)
        self.setLayout(line_up(metrics, ACROSS, (ticket, 11), (acts, 7), gap_u=2, edge_u=1))


def slip_words(slip: SlipState) -> tuple[str, str, str]:
    """Role, icon and sentence: whether paper comes."""
    match slip:
        case SlipState.QUEUED | SlipState.SENDING:
            return "news", "printer", translate("WalkIn", "The slip is being printed.")
        case SlipState.PRINTED | SlipState.RESOLVED:
            return "news-good", "slip", translate("WalkIn", "The slip is printed.")
        case SlipState.IN_DOUBT:
            return "news-warning", "printer-off", translate("WalkIn", "Perhaps no slip came out: please look.")
        case SlipState.FAILED:
            return "news-warning", "printer-off", translate("WalkIn", "No slip came out: read the number out.")
        case SlipState.NONE:
            return "news-warning", "no-slip", translate("WalkIn", "There is no slip: read the number out.")
