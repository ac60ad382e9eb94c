"""Answers that a printer still owes us: until they have come, a new one could be for an earlier slip.

A printer that cannot be asked for its state (DLE EOT) shows by them alone that it works off what it gets: without
paper, or with its cover open, it goes offline and owes them.
"""

from dataclasses import dataclass

from kiosk.printing.ladder import BARRIER, id_request
from kiosk.printing.link_dialogue import Dialogue
from kiosk.printing.probe import Capabilities

_SETTLE_S, _QUIET_S = 0.6, 0.2
_SETTLE_ID = "Set?"


@dataclass
class Owing:
    """From the start something may be owed: to an earlier run of the program.

    Attributes:
        silences: how often in a row it was asked in vain.
    """

    silences: int = 0
    _owes: bool = True

    def ask(self) -> None:
        """A slip was sent, or it is time to see whether the printer still works."""
        self._owes = True

    def told(self) -> None:
        self._owes, self.silences = False, 0

    def is_settled(self, dialogue: Dialogue, able: Capabilities) -> bool:
        """Whether it owes nothing; where it does, it is asked once more. Raises PrinterError as the link does."""
        if self._owes and not _has_worked_off(dialogue, able):
            self.silences += 1
            return False
        self.told()
        return True


def _has_worked_off(dialogue: Dialogue, able: Capabilities) -> bool:
    """Whether the printer has come to the end of all that it had; its earlier answers are heard by then."""
    dialogue.hear_pending()  # noise is like an answer
    before, until = dialogue.reached, dialogue.monotonic() + _SETTLE_S
    dialogue.link.write_all(BARRIER if able.barrier else id_request(_SETTLE_ID), until)
    if not dialogue.hear_until(lambda: dialogue.reached > before or _SETTLE_ID in dialogue.finished, until):
        return False
    dialogue.finished.discard(_SETTLE_ID)
    dialogue.hear_pending(_QUIET_S)
    return True
