"""Questions to a printer over one link, and its answers to them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.printing.link import PrinterLink
from kiosk.printing.status import ERROR, OFFLINE, PAPER, PRINTER
from kiosk.printing.status_answers import Answer, Answers, Cleared, Finished, Reached, Status

ANSWER_S = 0.4
"""For one answer to DLE EOT. Printers answer in milliseconds, but on USB often only to the second or third look."""
STATUS_S = 0.9
"""For all four."""
_QUIET_S = 0.02


@dataclass
class Dialogue:
    """One conversation. Answers that nobody waits for are kept apart, so that none is taken for another.

    All methods raise PrinterError as the link does.

    Attributes:
        finished: the process ids that were told, whoever asked.
        reached: how many barriers were told.
    """

    link: PrinterLink
    monotonic: Callable[[], float]
    finished: set[str] = field(default_factory=set)
    reached: int = 0
    cleared: bool = False
    _status: list[int] = field(default_factory=list)
    _late: int = 0
    _answers: Answers = field(default_factory=Answers)

    def status(self) -> dict[int, int]:
        """The answers to DLE EOT 1 to 4, by number.

        Nothing more is asked once one has not come: it may come late, and would be taken for the next.
        """
        self.hear_pending()
        self._late = max(0, self._late - len(self._status))
        until = self.monotonic() + STATUS_S
        told: dict[int, int] = {}
        for number in (PRINTER, OFFLINE, ERROR, PAPER):
            byte = self._asked(number, until)
            if byte is None:
                break
            told[number] = byte
            if self._late:
                break
        return told

    def hear_pending(self, quiet_s: float = _QUIET_S) -> None:
        """Take what has come already, until nothing has come for so long."""
        until = self.monotonic() + quiet_s + ANSWER_S
        while (now := self.monotonic()) < until and (data := self.link.read(now + quiet_s)):
            self._take(data)

    def hear_until(self, met: Callable[[], bool], until: float) -> bool:
        """Listen until ``met``; returns whether it was in time."""
        while not met():
            if self.monotonic() >= until:
                return False
            self._take(self.link.read(until))
        return True

    def _asked(self, number: int, until: float) -> int | None:
        self._status.clear()
        now = self.monotonic()
        self.link.write_all(b"\x10\x04" + bytes([number]), min(until, now + ANSWER_S))
        asked = self._late + 1
        self.hear_until(lambda: len(self._status) >= asked, min(until, now + ANSWER_S))
        self._late = max(0, asked - len(self._status))
        return self._status[-1] if self._status else None

    def _take(self, untrusted_data: bytes) -> None:
        for answer in self._answers.feed(untrusted_data):
            self._note(answer)

    def _note(self, answer: Answer) -> None:
        match answer:
            case Status(byte):
                self._status.append(byte)
            case Finished(process_id):
                self.finished.add(process_id)
            case Reached():
                self.reached += 1
            case Cleared():
                self.cleared = True
