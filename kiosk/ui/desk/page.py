"""What all pages of the desk have in common."""

from PySide6.QtWidgets import QWidget

from kiosk.model.patient import Patient
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.theme import Metrics


class Page(QWidget):
    """One page of the desk. Made anew for each size of the window, so it never rearranges itself."""

    def __init__(self, metrics: Metrics, session: DeskSession) -> None:
        super().__init__()
        self.metrics = metrics
        self.session = session

    def redraw(self) -> None:
        """Set every text; called when the page comes up, and when the language changes."""
        raise NotImplementedError

    def fill(self) -> None:
        """Somebody is signed in and has a place: take up what the session knows."""

    def take_over(self, _before: "Page") -> None:
        """The window has another size: go on with what was typed and chosen in the page that stood here before."""

    def take_newcomer(self, _patient: Patient) -> bool:
        """The card of somebody without a token was scanned: whether this is the page for them."""
        return False

    def forget(self) -> None:
        """Leave nothing of any patient behind: nobody is signed in any more."""
