"""What can be done with the token at hand: legal acts are awake, the likeliest is the largest."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.model.events import Kind
from kiosk.model.moves import MOVES
from kiosk.model.staff import Right, SignedIn
from kiosk.model.token import State, Token
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Act:
    """One button. ``right`` is what it needs of who works here; who lacks OVERRIDE is asked for somebody's leave."""

    name: str
    kind: Kind
    words: str
    icon: str
    right: Right = Right.CALL


def _act(name: str, kind: Kind, words: object, icon: str) -> Act:
    """The words are str, but PySide's stubs call what QT_TRANSLATE_NOOP returns an object."""
    return Act(name, kind, str(words), icon)


ACTS = (
    _act("start", Kind.TOKEN_STARTED, QT_TRANSLATE_NOOP("Desk", "Start"), "start"),
    _act("complete", Kind.TOKEN_COMPLETED, QT_TRANSLATE_NOOP("Desk", "Complete"), "complete"),
    _act("recall", Kind.TOKEN_RECALLED, QT_TRANSLATE_NOOP("Desk", "Recall"), "recall"),
    _act("call", Kind.TOKEN_CALLED, QT_TRANSLATE_NOOP("Desk", "Call again"), "call"),
    _act("no_show", Kind.TOKEN_NO_SHOW, QT_TRANSLATE_NOOP("Desk", "No-show"), "no-show"),
    _act("hold", Kind.TOKEN_HELD, QT_TRANSLATE_NOOP("Desk", "Hold"), "hold"),
    _act("give_back", Kind.TOKEN_RETURNED, QT_TRANSLATE_NOOP("Desk", "Return"), "give-back"),
    _act("transfer", Kind.TOKEN_TRANSFERRED, QT_TRANSLATE_NOOP("Desk", "Transfer"), "transfer"),
    _act("refer", Kind.TOKEN_COMPLETED, QT_TRANSLATE_NOOP("Desk", "Refer"), "refer"),
    _act("cancel", Kind.TOKEN_CANCELLED, QT_TRANSLATE_NOOP("Desk", "Cancel"), "cancel"),
)
_LIKELY = {State.CALLED: "start", State.SERVING: "complete", State.HELD: "call"}


_BACK_TO_A_QUEUE = frozenset({Kind.TOKEN_RETURNED, Kind.TOKEN_TRANSFERRED})


def is_legal(act: Act, token: Token | None, who: SignedIn | None, *, is_over: bool = False) -> bool:
    """Whether the token's state and the person's rights have a place for ``act``.

    Of a day that ``is_over`` nobody goes back to a queue, from which nobody would be called.
    """
    if token is None or who is None or not who.may(act.right):
        return False
    return token.state in MOVES[act.kind][0] and not (is_over and act.kind in _BACK_TO_A_QUEUE)


class ActGrid(QWidget):
    """Signals: ``wished`` with an act's name."""

    wished = Signal(str)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.buttons = {act.name: self._button(metrics, act) for act in ACTS}
        # In one place, as never both are legal: a hand finds either without looking.
        first = [self.buttons[name] for name in ("start", "complete", "recall", "call", "no_show")]
        second = [self.buttons[name] for name in ("hold", "give_back", "transfer", "refer", "cancel")]
        above = line_up(metrics, ACROSS, *[(each, 1) for each in first], gap_u=0.8)
        below = line_up(metrics, ACROSS, *[(each, 1) for each in second], gap_u=0.8)
        self.setLayout(line_up(metrics, DOWN, above, below, gap_u=0.8))

    def show_token(self, token: Token | None, who: SignedIn | None, *, is_busy: bool, is_over: bool = False) -> None:
        """Set words and wake what is legal now; while an act is under way, nothing."""
        likely = _LIKELY.get(token.state) if token is not None else None
        is_held = token is not None and token.state is State.HELD
        self.buttons["call"].setVisible(is_held)
        self.buttons["recall"].setVisible(not is_held)
        for act in ACTS:
            button = self.buttons[act.name]
            button.show_words(translate("Desk", act.words))
            look = "primary" if act.name == likely else "danger" if act.name == "cancel" else "plain"
            button.wake(is_legal(act, token, who, is_over=is_over) and not is_busy, look)

    def on(self, name: str) -> Callable[[], None]:
        """A slot that wishes one act."""
        return lambda: self.wished.emit(name)

    def _button(self, metrics: Metrics, act: Act) -> DeskButton:
        button = DeskButton(metrics, "plain", icon=act.icon, icon_u=3.4, stacked=True, height_u=8, tight=True)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        button.clicked.connect(self.on(act.name))
        return button
