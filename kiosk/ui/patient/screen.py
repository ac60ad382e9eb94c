"""What all screens have in common: they draw a state, and a touch becomes an input."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from kiosk.model import flow
from kiosk.ui.theme import Metrics

EDGE_U = 4.0
"""Room between the window's edge and what is on it."""


class Screen(QWidget):
    """One kind of state, drawn. Made anew for each size of the window, so it never rearranges itself.

    Signals:
        wished: a flow.Input.
    """

    wished = Signal(object)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.metrics = metrics

    def prepare(self, language: str) -> None:
        """Make what is the same for every patient, so that the first one does not wait for it."""

    def show_state(self, state: flow.State, language: str) -> None:
        """Draw ``state``; called again when the language changes, so every text is set here."""
        raise NotImplementedError

    def forget(self) -> None:
        """Leave nothing of the patient behind; called when another screen comes up."""
