"""What can be done with the line that was touched in the list."""

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy

from kiosk.model.desk import DeskRow
from kiosk.model.events import Kind
from kiosk.model.moves import MOVES
from kiosk.model.staff import Right, SignedIn
from kiosk.model.token import LIVE, State, Token
from kiosk.ui.arrange import ACROSS, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


@dataclass(frozen=True)
class RowAct:
    name: str
    words: str
    icon: str
    right: Right


def _act(name: str, words: object, icon: str, right: Right) -> RowAct:
    """The words are str, but PySide's stubs call what QT_TRANSLATE_NOOP returns an object."""
    return RowAct(name, str(words), icon, right)


ROW_ACTS = (
    _act("call", QT_TRANSLATE_NOOP("Desk", "Call"), "call", Right.CALL),
    _act("arrive", QT_TRANSLATE_NOOP("Desk", "Is here"), "arrived", Right.REGISTER),
    _act("give_back", QT_TRANSLATE_NOOP("Desk", "Return"), "give-back", Right.CALL),
    _act("set_priority", QT_TRANSLATE_NOOP("Desk", "Priority"), "priority", Right.SEE),
    _act("transfer", QT_TRANSLATE_NOOP("Desk", "Transfer"), "transfer", Right.CALL),
    _act("reprint", QT_TRANSLATE_NOOP("Desk", "Reprint"), "printer", Right.REGISTER),
    _act("cancel", QT_TRANSLATE_NOOP("Desk", "Cancel"), "cancel", Right.SEE),
)
"""Who lacks the right to override is asked for somebody's leave; so cancel and priority are there for all."""
_LOOKS = {"call": "primary", "arrive": "primary", "cancel": "danger"}


_BACK_TO_A_QUEUE = frozenset({"give_back", "transfer"})


def fits(act: RowAct, token: Token, who: SignedIn | None, *, has_room: bool, is_over: bool = False) -> bool:
    """Whether ``act`` has a place on this token, for this person; ``is_over`` says that its day is."""
    if who is None or not who.may(act.right) or (is_over and act.name in _BACK_TO_A_QUEUE):
        return False
    match act.name:
        case "call":
            return has_room and token.arrived and token.state in MOVES[Kind.TOKEN_CALLED][0]
        case "arrive":
            return not token.arrived and token.state in (State.WAITING, State.LAPSED)
        case "give_back":
            return token.state in (State.NO_SHOW, State.HELD)
        case "transfer":
            return token.state in (State.WAITING, State.HELD)
        case "set_priority":
            return token.state is State.WAITING
        case "cancel":
            return token.state in MOVES[Kind.TOKEN_CANCELLED][0]
    return token.state in LIVE | {State.NO_SHOW}


class RowBar(QFrame):
    """Hidden until a line is touched. Signals: ``wished`` with an act's name and the token's id."""

    wished = Signal(str, str)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.token_id = ""
        self._label = PlainLabel("strong", align=CENTRE)
        self.buttons = {act.name: self._button(metrics, act) for act in ROW_ACTS}
        acts = [(button, 1) for button in self.buttons.values()]
        self.setLayout(line_up(metrics, ACROSS, (self._label, 1), *acts, gap_u=0.7, edge_u=0.7))
        self.hide()

    def show_row(self, row: DeskRow | None, who: SignedIn | None, *, has_room: bool, is_over: bool = False) -> None:
        self.token_id = row.token.token_id if row is not None else ""
        self.setVisible(row is not None)
        self._label.setText(row.token.label if row is not None else "")
        for act in ROW_ACTS:
            button = self.buttons[act.name]
            button.show_words(translate("Desk", act.words))
            button.setVisible(row is not None and fits(act, row.token, who, has_room=has_room, is_over=is_over))
            button.show_role(_LOOKS.get(act.name, "plain"))

    def _button(self, metrics: Metrics, act: RowAct) -> DeskButton:
        button = DeskButton(metrics, "plain", icon=act.icon, icon_u=3.2, stacked=True, height_u=8.4, tight=True)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        button.clicked.connect(lambda: self.wished.emit(act.name, self.token_id))
        return button
