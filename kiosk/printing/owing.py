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
    """From the start something may be owed: to an earlier run of the program."""

    _owes: bool = True

    def ask(self) -> None:
        """A slip was sent, with a question behind it."""
        self._owes = True

    def told(self) -> None:
        self._owes = False

    def is_settled(self, dialogue: Dialogue, able: Capabilities) -> bool:
        """Whether it owes nothing; where it does, it is asked once more. Raises PrinterError as the link does."""
        return not self._owes or self.answers(dialogue, able)

    def answers(self, dialogue: Dialogue, able: Capabilities) -> bool:
        """Whether it has worked off all that it had. Raises PrinterError as the link does."""
        if not _has_worked_off(dialogue, able):
            self._owes = True
            return False
        if self._owes:
            dialogue.hear_pending(_QUIET_S)  # what it owed comes first, and the answer to this question then
        self.told()
        return True


def _has_worked_off(dialogue: Dialogue, able: Capabilities) -> bool:
    """Whether an answer has come in time."""
    dialogue.hear_pending()  # noise is like an answer, and one to an earlier question may have waited
    dialogue.finished.discard(_SETTLE_ID)
    before, until = dialogue.reached, dialogue.monotonic() + _SETTLE_S
    dialogue.link.write_all(BARRIER if able.barrier else id_request(_SETTLE_ID), until)
    if not dialogue.hear_until(lambda: dialogue.reached > before or _SETTLE_ID in dialogue.finished, until):
        return False
    dialogue.finished.discard(_SETTLE_ID)
    return True
