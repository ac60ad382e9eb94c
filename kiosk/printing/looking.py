"""How a printer is at this moment, and what it can tell at all."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation, PrinterStatus
from kiosk.printing.link import PrinterLink, Transport
from kiosk.printing.link_dialogue import ANSWER_S, Dialogue
from kiosk.printing.owing import Owing
from kiosk.printing.probe import Capabilities, Memory, probed
from kiosk.printing.status import port_problems, status_of

LONGEST_PICTURE = 16384
"""Bytes of one picture command at most: so many zeros end any that was broken off."""
RESUME = bytes(LONGEST_PICTURE) + b"\x1dV\x42\x00"
"""Ends a torn slip, so that the next does not hang on it; outside a picture printers pass over zeros."""
_ANY_HEADER = bytes(16)
"""Ends a command that was broken off before its length: a question there would be taken for the length."""
_RESUME_S = 4.0
_SILENT = 2
"""Looks without an answer after which a printer that used to answer is taken for switched off."""
ANOTHER = 10
"""Questions for its state without an answer after which another printer is taken to stand there, if it takes bytes."""
_FEW, _FEW_S = 1 << 13, 2.0
"""Zeros for a silent printer that is met for the first time, and for how long. Those without paper hold mostly less."""
_MANY, _MANY_S = 1 << 17, 30.0
"""For one that stands in another's place: more than receipt printers mostly hold, so that only one that works takes
them, however slow its line."""


@dataclass
class Looking:
    """What is known of the printer behind ``transport``. Whatever talks to it raises PrinterError, as its link does."""

    transport: Transport
    memory: Memory
    monotonic: Callable[[], float]
    owing: Owing = field(default_factory=Owing)
    _known: tuple[str, Capabilities] | None = None
    _asked_by_us: str = ""
    _silences: int = 0
    _is_lowered: bool = False
    _port_told: bool = False
    _header_ended: bool = False

    def capabilities(self) -> Capabilities | None:
        """What it was found to answer to; None for a printer that was never ready since it is here."""
        identity = self.transport.identity()
        if self._known is None or self._known[0] != identity:
            able = self.memory.read(identity)
            self._known = None if able is None else (identity, able)
        return None if self._known is None else self._known[1]

    def _able(self) -> Capabilities | None:
        """What it answers to. That it is silent must be this run's own finding: it may have stood still before."""
        able = self.capabilities()
        is_hearsay = able == Capabilities() and self._asked_by_us != self.transport.identity()
        return None if is_hearsay else able

    def status(self, dialogue: Dialogue) -> PrinterStatus:
        """As ``SlipPrinter.status``. A printer that is met for the first time is asked what it can tell."""
        able = self._able()
        status = self._looked(dialogue, able)
        if status.ready and (able is None or self._is_back(dialogue, status)):
            self._find_out(dialogue, answers=status.answered)
        elif _has_fallen_silent(able, status):
            return self._silent(dialogue)
        self._silences = 0
        return status

    def ready(self, dialogue: Dialogue) -> Capabilities:
        """What can be expected of its answers. Raises PrinterError where nothing should be sent."""
        able = self._able()
        status = self._looked(dialogue, able)
        if _has_fallen_silent(able, status):
            status = self._looked(dialogue, able)
        if status.problems:
            raise _not_ready(status)
        if _has_fallen_silent(able, status):
            raise PrinterError("the printer used to answer, and does not", code="PRINTER_UNREACHABLE")
        known = None if self._is_back(dialogue, status) else self._able()
        return known or self._find_out(dialogue, answers=status.answered)

    def probe(self, dialogue: Dialogue) -> Capabilities:
        """Find out anew what it can tell. Raises PrinterError where it is not ready."""
        status = self._asked(dialogue)
        if status.problems:
            raise _not_ready(status)
        return self._find_out(dialogue, answers=status.answered)

    def _find_out(self, dialogue: Dialogue, *, answers: bool) -> Capabilities:
        able = probed(dialogue, status=answers) if self.transport.answers else Capabilities()
        if self.transport.answers and able == Capabilities():
            self._see_it_work(dialogue.link)
        identity = self.transport.identity()
        self._known, self._asked_by_us, self._is_lowered = (identity, able), identity, False
        if self.transport.answers:
            self.memory.write(identity, able)
        return able

    def _is_back(self, dialogue: Dialogue, status: PrinterStatus) -> bool:
        """Whether the old printer answers after all."""
        return self._is_lowered and bool(status.answered or dialogue.reached)

    def _looked(self, dialogue: Dialogue, able: Capabilities | None) -> PrinterStatus:
        """How the printer is; one that waits for the rest of a torn slip has been given that."""
        is_torn = self.memory.is_sending(self.transport.identity())
        if is_torn and not self._header_ended:  # once: a printer without paper keeps them all
            dialogue.link.write_all(_ANY_HEADER, self.monotonic() + ANSWER_S)
        self._header_ended = is_torn
        # Who waits for the rest of a picture takes a barrier for it.
        status = self._told(dialogue, able) if not is_torn or self._asks(able) else self.of_port(dialogue.link)
        if status.problems or not is_torn:
            return status
        self._end_torn_slip(dialogue)
        status = self._told(dialogue, able)
        if not _has_fallen_silent(able, status):  # one that stands still has them in front of it, not behind
            self.memory.note_sent(self.transport.identity())
            self._header_ended = False
        return status

    def _asks(self, able: Capabilities | None) -> bool:
        """Whether the printer is asked for its state."""
        return able is None or able.status or self._is_lowered

    def _told(self, dialogue: Dialogue, able: Capabilities | None) -> PrinterStatus:
        if able is None or self._asks(able):
            return self._asked(dialogue)
        status = self.of_port(dialogue.link)
        if status.problems or able.confirmation is Confirmation.SENT:
            return status
        return self._seen_at_work(dialogue, able)

    def _seen_at_work(self, dialogue: Dialogue, able: Capabilities) -> PrinterStatus:
        """Who cannot be asked for its state shows at least whether it works off what it gets."""
        # One with a large buffer takes bytes without paper as well: only a print test finds another in its place.
        return (
            PrinterStatus(answered=True) if self.owing.answers(dialogue, able) else PrinterStatus(("PRINTER_STALLED",))
        )

    def _asked(self, dialogue: Dialogue) -> PrinterStatus:
        status = status_of(dialogue.status()) if self.transport.answers else PrinterStatus()
        return status if status.answered else self.of_port(dialogue.link)

    @property
    def believes_port(self) -> bool:
        """Whether the USB port's own word counts: it has been seen to say that all is well."""
        return self._port_told

    def of_port(self, link: PrinterLink) -> PrinterStatus:
        """The USB port's own word, where it counts: many say the same for ever."""
        byte = link.port_status()
        problems = () if byte is None else port_problems(byte)
        self._port_told |= byte is not None and not problems
        return PrinterStatus(problems if self._port_told else ())

    def _end_torn_slip(self, dialogue: Dialogue) -> None:
        """Whoever waits for picture data takes all that comes for it, questions too.

        Raises PrinterError where the line breaks off, perhaps with the end of these bytes.
        """
        until = self.monotonic() + _RESUME_S
        dialogue.link.write_all(RESUME, until)
        dialogue.link.flush(until)
        dialogue.hear_pending()

    def _silent(self, dialogue: Dialogue) -> PrinterStatus:
        self._silences += 1
        if self._silences % ANOTHER == 0 and self._is_another(dialogue):
            return PrinterStatus()
        return PrinterStatus(("PRINTER_UNREACHABLE",) if self._silences >= _SILENT else ())

    def _is_another(self, dialogue: Dialogue) -> bool:
        """Whether a printer is there that works and is silent; it is not expected to answer from now on.

        It is still asked until the program ends, in case it is the old one after all.
        """
        try:
            self._find_out(dialogue, answers=False)
        except PrinterError:  # it is switched off or without paper, and its line holds us up
            return False
        self._is_lowered, self._silences = True, 0
        self.owing.told()
        return True

    def _see_it_work(self, link: PrinterLink) -> None:
        """A silent printer that works takes zeros. Raises PrinterError where it does not take them in time."""
        before = self.capabilities()
        if before is None:
            self._give(link, _FEW, _FEW_S)
        elif before != Capabilities():
            self._give(link, _MANY, _MANY_S)

    def _give(self, link: PrinterLink, zeros: int, seconds: float) -> None:
        """So many, or as many as a slow line carries in so many seconds."""
        share = max(1.0, self.transport.seconds_for(zeros) / seconds)
        until = self.monotonic() + 2 * seconds  # one that stands still is known long before
        link.write_all(bytes(int(zeros / share)), until)
        link.flush(until)


def _has_fallen_silent(able: Capabilities | None, status: PrinterStatus) -> bool:
    return able is not None and able.status and not status.answered and status.ready


def _not_ready(status: PrinterStatus) -> PrinterError:
    return PrinterError(f"the printer is not ready: {', '.join(status.problems)}", code=status.problems[0])
