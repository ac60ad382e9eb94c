"""Only the desk can help now."""

from PySide6.QtCore import QCoreApplication

from kiosk.model import flow
from kiosk.ui.arrange import ACROSS, DOWN, line_up, picture
from kiosk.ui.buttons import TouchButton
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.screen import EDGE_U, Screen
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


class SeeDeskScreen(Screen):
    """Says where to go and why, and nothing of any token."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(metrics)
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self._reason = PlainLabel("strong", lines=4, align=CENTRE)
        self._code = PlainLabel("staff", align=CENTRE)
        self.restart = TouchButton(metrics, "plain", icon="restart", icon_u=6)
        self.restart.setMinimumHeight(metrics.px(12))
        self.restart.clicked.connect(lambda: self.wished.emit(flow.Cancelled()))
        size = (56.0, 42.0) if metrics.portrait else (44.0, 33.0)
        shown = line_up(metrics, ACROSS, 1, picture(metrics, "desk-person", *size), 1)
        button = line_up(metrics, ACROSS, 1, self.restart, 1)
        self.setLayout(
            line_up(
                metrics, DOWN, 2, shown, self._title, self._reason, 2, button, 1, self._code, gap_u=2.5, edge_u=EDGE_U
            )
        )

    def show_state(self, state: flow.State, language: str) -> None:
        assert isinstance(state, flow.SeeDesk)
        paused = state.code == "CLAIMS_PAUSED"
        self._title.setText(
            translate("SeeDesk", "Please show your ABHA card instead")
            if paused
            else translate("SeeDesk", "Please go to the help desk")
        )
        self._reason.setText(why(state.code))
        self._code.setText(state.code)
        self.restart.show_words(translate("SeeDesk", "Start again"))


def why(code: str) -> str:
    match code:
        case "ALREADY_HAS_TOKEN":
            return translate("SeeDesk", "This ABHA number has a token today. The help desk can tell and print it.")
        case "TOOK_TOO_LONG":
            return translate(
                "SeeDesk", "It took too long. If a token was made, your card will show it when you scan again."
            )
        case "CLAIMS_PAUSED":
            return translate(
                "SeeDesk",
                "Tokens cannot be typed for some minutes. Your card works, and the help desk can help you.",
            )
        case "TOKEN_OVER":
            return translate("SeeDesk", "This token cannot be used any more. The help desk will help you.")
        case _:
            return translate("SeeDesk", "The kiosk could not give a token just now. The help desk will give you one.")
