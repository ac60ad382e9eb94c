"""The kiosk cannot issue: patients go to the counter, staff read what is wrong."""

from PySide6.QtCore import QCoreApplication

from kiosk.model import flow
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up, panel, picture
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.screen import EDGE_U, Screen
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


class OutOfServiceScreen(Screen):
    """It comes back by itself."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(metrics)
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self._advice = PlainLabel("strong", lines=3, align=CENTRE)
        self._staff = PlainLabel("small", lines=3)
        size = (60.0, 45.0) if metrics.portrait else (48.0, 36.0)
        shown = line_up(metrics, ACROSS, 1, picture(metrics, "resting", *size), 1)
        staff = panel(
            "panel", line_up(metrics, ACROSS, icon(metrics, "wrench", 6, "muted"), (self._staff, 1), gap_u=2, edge_u=2)
        )
        self.setLayout(line_up(metrics, DOWN, 2, shown, self._title, self._advice, 3, staff, gap_u=2.5, edge_u=EDGE_U))

    def show_state(self, state: flow.State, language: str) -> None:
        assert isinstance(state, flow.OutOfService)
        self._title.setText(translate("OutOfService", "This kiosk is closed for the moment"))
        self._advice.setText(translate("OutOfService", "Please go to the registration counter"))
        staff = translate("OutOfService", "For staff: {code}. {what}")
        self._staff.setText(staff.format(code=state.code, what=what_staff_do(state.code)))


def what_staff_do(code: str) -> str:
    """A sentence for staff; the command line's doctor says more."""
    match code:
        case "STORE_FULL":
            return translate("OutOfService", "The disk is full: free some room.")
        case "STORE_KEY_WRONG":
            return translate("OutOfService", "The store does not open with this key: bring back the right store.key.")
        case "STORE_NEWER":
            return translate("OutOfService", "The store was made by a newer program: install the newer version.")
        case "STORE_FORK":
            return translate("OutOfService", "A copy of this store is in use elsewhere: enrol this kiosk again.")
        case "CLOCK_WRONG" | "CLOCK_BEHIND" | "CLOCK_AHEAD":
            return translate("OutOfService", "The clock is wrong: set date and time.")
        case "BUG":
            return translate("OutOfService", "The program made a mistake: please send its log.")
        case _:
            return translate("OutOfService", "Run “kiosk doctor” on this computer: it names the repair.")
