"""Before anybody's time is taken: no slip can be printed now. Said in all languages, as nobody has chosen one yet."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from kiosk.model import flow
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up, panel, picture
from kiosk.ui.buttons import TouchButton
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.screen import EDGE_U, Screen
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

CONTEXT = "NoSlips"
_TITLE = str(QT_TRANSLATE_NOOP("NoSlips", "No slips can be printed now"))
_ADVICE = str(QT_TRANSLATE_NOOP("NoSlips", "You can get your number all the same: it is shown here. Remember it."))


class NoSlipsScreen(Screen):
    """It goes by itself once the printer works again.

    ``said`` gives a source text of ``CONTEXT`` in a language, whichever is on the screen.
    """

    def __init__(self, metrics: Metrics, languages: Sequence[str], said: Callable[[str, str, str], str]) -> None:
        super().__init__(metrics)
        self._languages, self._said = languages, said
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self._other_title = PlainLabel("strong", lines=2, align=CENTRE)
        self._advice = PlainLabel("strong", lines=3, align=CENTRE)
        self._other_advice = PlainLabel("text", lines=3, align=CENTRE)
        self._staff = PlainLabel("small", lines=3)
        self.go_on = TouchButton(metrics, "primary", icon="next", icon_u=6.5, lines=2)
        self.go_on.setMinimumHeight(metrics.px(14))
        self.go_on.clicked.connect(lambda: self.wished.emit(flow.SlipDeclined()))
        self._arrange()

    def show_state(self, state: flow.State, language: str) -> None:
        assert isinstance(state, flow.NoSlips)
        self._title.setText(translate(CONTEXT, _TITLE))
        self._advice.setText(translate(CONTEXT, _ADVICE))
        others = [each for each in self._languages if each != language]
        self._other_title.setText(" · ".join(self._said(each, CONTEXT, _TITLE) for each in others))
        self._other_advice.setText(" ".join(self._said(each, CONTEXT, _ADVICE) for each in others))
        self.go_on.show_words(translate("NoSlips", "Go on without a slip"))
        staff = translate("NoSlips", "For staff: {code}. {what} The kiosk then goes on by itself.")
        self._staff.setText(staff.format(code=state.code, what=what_staff_do(state.code)))

    def _arrange(self) -> None:
        metrics = self.metrics
        size = (64.0, 48.0) if metrics.portrait else (52.0, 39.0)
        shown = line_up(metrics, ACROSS, 1, picture(metrics, "no-paper", *size), 1)
        words = line_up(
            metrics,
            DOWN,
            1,
            self._title,
            self._other_title,
            1,
            self._advice,
            self._other_advice,
            1,
            gap_u=1.5,
            edge_u=3,
        )
        told = line_up(metrics, DOWN, (panel("notice", words), 1), self.go_on, gap_u=3)
        if metrics.portrait:
            body = line_up(metrics, DOWN, 1, shown, 1, (told, 8), gap_u=3)
        else:
            body = line_up(metrics, ACROSS, (shown, 8), (told, 10), gap_u=3)
        staff = line_up(metrics, ACROSS, icon(metrics, "wrench", 4, "muted"), (self._staff, 1), gap_u=1.5)
        self.setLayout(line_up(metrics, DOWN, (body, 1), staff, gap_u=2.5, edge_u=EDGE_U))


def what_staff_do(code: str) -> str:
    """A sentence for staff, by the code of the printer's problem."""
    match code:
        case "PAPER_OUT":
            return translate("NoSlips", "The printer has no paper: put a new roll in.")
        case "COVER_OPEN":
            return translate("NoSlips", "The printer's cover is open: close it.")
        case "CUTTER_JAMMED":
            return translate("NoSlips", "The printer's cutter is jammed: free the paper.")
        case "PRINTER_HOT":
            return translate("NoSlips", "The printer is too hot: let it cool down.")
        case "PRINTER_STALLED" | "PRINTER_OFFLINE":
            return translate("NoSlips", "The printer stands still: look at paper and cover.")
        case "PRINTER_UNREACHABLE":
            return translate("NoSlips", "The printer does not answer: look at its cable and power.")
        case "PRINTER_NONE":
            return translate("NoSlips", "No printer is plugged into this computer: plug one in and switch it on.")
        case "PRINTER_FAILED":
            return translate("NoSlips", "The printer tells of a fault: switch it off and on.")
        case _:
            return translate("NoSlips", "Run “kiosk doctor” on this computer: it names the repair.")
