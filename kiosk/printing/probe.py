"""What a printer can tell: found out once with an empty job, and kept beside the store."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

import structlog

from kiosk.model.printer import Confirmation
from kiosk.printing.ladder import BARRIER, NO_ASB, RESET, id_request
from kiosk.printing.link_dialogue import Dialogue

PROBE_S = 1.0
"""For each answer."""
_PROBE_ID = "Prb?"
_BARRIERS = 2
"""So many in a row are no chance: a slip is in doubt without the answer that a printer is known for."""
_FIELDS = ("status", "barrier", "ids")

log = structlog.get_logger()


@dataclass(frozen=True)
class Capabilities:
    """What a printer answers to.

    Attributes:
        status: DLE EOT.
        barrier: GS r 1, once it has worked off what came before.
        ids: GS ( H, once what came before is on paper.
    """

    status: bool = False
    barrier: bool = False
    ids: bool = False

    @property
    def confirmation(self) -> Confirmation:
        """The highest rung that it reaches."""
        if self.ids:
            return Confirmation.PRINTED
        return Confirmation.PROCESSED if self.barrier else Confirmation.SENT


def probed(dialogue: Dialogue, *, status: bool) -> Capabilities:
    """Ask a printer that is ready, and prints nothing now. ``status`` says whether it has answered DLE EOT before.

    A printer that takes the question for text has its line emptied before anything of it is printed.

    Raises:
        PrinterError: nothing is known then.
    """
    started = dialogue.monotonic()
    link = dialogue.link
    link.write_all(RESET + NO_ASB, started + PROBE_S)
    barrier = all(_tells_once(dialogue) for _ in range(_BARRIERS))
    link.write_all(id_request(_PROBE_ID), dialogue.monotonic() + PROBE_S)
    ids = dialogue.hear_until(lambda: _PROBE_ID in dialogue.finished, dialogue.monotonic() + PROBE_S)
    link.write_all(RESET, dialogue.monotonic() + PROBE_S)
    link.flush(dialogue.monotonic() + PROBE_S)
    dialogue.finished.discard(_PROBE_ID)
    return Capabilities(status, barrier, ids)


def _tells_once(dialogue: Dialogue) -> bool:
    """Whether one question has one answer. Those to GS r look like much else that may come by chance."""
    before = dialogue.reached
    dialogue.link.write_all(BARRIER, dialogue.monotonic() + PROBE_S)
    dialogue.hear_until(lambda: dialogue.reached > before, dialogue.monotonic() + PROBE_S)
    dialogue.hear_pending()
    return dialogue.reached == before + 1


@dataclass(frozen=True)
class Memory:
    """The files of one station, one for each printer; ``folder`` None remembers nothing."""

    folder: Path | None = None
    _sending: set[str] = field(default_factory=set)

    def read(self, identity: str) -> Capabilities | None:
        """What was found out, or None: never met, or the file cannot be read. Then it is found out again."""
        if self.folder is None:
            return None
        try:
            untrusted = json.loads(self._path(self.folder, identity).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(untrusted, dict) or untrusted.get("printer") != identity:
            return None
        values = [untrusted.get(name) for name in _FIELDS]
        if not all(isinstance(value, bool) for value in values):
            return None
        return Capabilities(*(value is True for value in values))

    def has_met_any(self) -> bool:
        """Whether a printer belongs to this station, as far as its files tell."""
        return self.folder is not None and any(self.folder.glob("printer-*.json"))

    def write(self, identity: str, capabilities: Capabilities) -> None:
        """Keep them; where that fails, they are found out again after the next start."""
        log.info("printer_probed", printer=identity, **asdict(capabilities))
        if self.folder is None:
            return
        path = self._path(self.folder, identity)
        part = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.write_text(json.dumps({"printer": identity, **asdict(capabilities)}) + "\n", encoding="utf-8")
            part.replace(path)
        except OSError as error:
            log.warning("printer_not_remembered", reason=error.strerror)

    def is_sending(self, identity: str) -> bool:
        """Whether a slip was broken off in the middle, also by an earlier run of the program."""
        return identity in self._sending or (self.folder is not None and self._mark(self.folder, identity).exists())

    def note_sending(self, identity: str) -> None:
        self._sending.add(identity)
        if self.folder is not None:
            with suppress(OSError):
                self._mark(self.folder, identity).touch(mode=0o600)

    def note_sent(self, identity: str) -> None:
        self._sending.discard(identity)
        if self.folder is not None:
            with suppress(OSError):
                self._mark(self.folder, identity).unlink(missing_ok=True)

    def _mark(self, folder: Path, identity: str) -> Path:
        return self._path(folder, identity).with_suffix(".sending")

    def _path(self, folder: Path, identity: str) -> Path:
        return folder / f"printer-{sha256(identity.encode()).hexdigest()[:16]}.json"
