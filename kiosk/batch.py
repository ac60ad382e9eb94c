"""Pictures instead of a camera: ``kiosk decode`` and ``kiosk checkin``, one JSON line for each file."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import sleep

from kiosk.app import Station, configuring_of, open_server, ownership
from kiosk.checkin import CheckedIn
from kiosk.errors import CameraError, DeskError
from kiosk.model.patient import Patient
from kiosk.model.qr import Kind, QrError, Reason, classify, parse
from kiosk.model.token import SlipState
from kiosk.ports import Clock
from kiosk.printing.spool import Spool
from kiosk.scanner.explaining import StepTaken
from kiosk.scanner.files import FileRead, FileReader
from kiosk.sync.loop import SyncReport, sync_until_done

PATIENCE_S = 5.0
"""How long a command waits at its end for a printer that takes nothing; then its slips have failed."""


def decode_files(
    reader: FileReader, files: Sequence[Path], today: date, *, explain: bool = False
) -> Iterator[dict[str, object]]:
    """What each picture says, without judging whether a patient may have a token by it; to ``explain``, how."""
    for path in files:
        try:
            read = reader.read(path)
        except CameraError:
            read = FileRead((), 0.0)
        text = read.texts[0] if read.texts else None
        kind = classify(text, today).kind if text is not None else Kind.OTHER
        how = {"steps": [_step(step) for step in read.steps]} if explain else {}
        yield {"source": str(path), "text": text, "kind": kind.value, "ms": round(read.ms, 3), **how}


def _step(step: StepTaken) -> dict[str, object]:
    return {"step": step.name, "ms": round(step.ms, 3), "outcome": step.outcome}


@dataclass
class _Stopwatch:
    """Milliseconds of each part of one check-in; a part that was not reached stays None."""

    clock: Clock
    started_at: float
    decode: float | None = None
    issue: float | None = None
    print: float | None = None

    def lap_ms(self) -> float:
        now = self.clock.monotonic()
        elapsed, self.started_at = now - self.started_at, now
        return round(elapsed * 1000, 3)

    def json(self) -> dict[str, float | None]:
        return {"decode": self.decode, "issue": self.issue, "print": self.print}


@dataclass(frozen=True)
class BatchCheckIn:
    """Check-in without a screen: the same story, store and spool as the window's."""

    station: Station
    spool: Spool
    reader: FileReader
    department: str
    language: str
    wait: Callable[[float], None] = sleep

    def lines(self, files: Sequence[Path]) -> Iterator[dict[str, object]]:
        """One line a file, each after its token is committed and its slip tried.

        Raises:
            StoreError: nothing was issued for this file, and going on is useless.
        """
        if self.station.owns_devices:
            self.spool.recover()
        for path in files:
            yield self._line(path)
        self._print_what_is_left()

    def _line(self, path: Path) -> dict[str, object]:
        watch = _Stopwatch(self.station.clock, self.station.clock.monotonic())
        try:
            patient = self._patient(path, watch)
            watch.lap_ms()
            checked = self.station.registration.check_in(patient, self.department, self.language)
            watch.issue = watch.lap_ms()
        except QrError as error:
            return _rejected(path, error.reason.value, watch)
        except DeskError as error:
            return _rejected(path, error.code.lower(), watch)
        slip = self._print(checked)
        watch.print = watch.lap_ms() if slip is not SlipState.NONE else None
        return _given(path, checked, slip, watch)

    def _patient(self, path: Path, watch: _Stopwatch) -> Patient:
        try:
            read = self.reader.read(path)
        except CameraError:
            raise QrError(Reason.UNREADABLE_FILE) from None
        watch.decode = round(read.ms, 3)
        if len(read.texts) != 1:
            raise QrError(Reason.TWO_CODES if read.texts else Reason.NO_CODE)
        today = self.station.facility.local(self.station.clock.now()).date()
        return parse(read.texts[0], today)

    def _print_what_is_left(self) -> None:
        """The owner of the printer may have ended since it was left these slips.

        A printer that pauses gets a while more. What it has not taken then is given up now, with the cause, so that a
        desk sees it at once: whoever starts next would find patients gone, and nobody knew of their slips until then.
        """
        with ExitStack() as stack:
            if self.station.owns_devices or stack.enter_context(ownership(self.station.settings.data_dir)):
                print_or_give_up(self.spool, self.station.clock, self.wait)

    def _print(self, checked: CheckedIn) -> SlipState:
        if checked.job is None or not self.station.owns_devices:
            return checked.slip
        self.spool.print_due()
        token = self.station.store.token(checked.token.token_id)
        return token.slip if token else checked.slip


def print_or_give_up(spool: Spool, clock: Clock, wait: Callable[[float], None] = sleep) -> None:
    """Print what is due, with patience for a printer that takes nothing; afterwards no slip waits."""
    until_s = clock.monotonic() + PATIENCE_S
    spool.print_due()
    while (pause_s := spool.next_attempt_s()) is not None and clock.monotonic() + pause_s <= until_s:
        wait(pause_s)
        spool.print_due()
    spool.give_up_waiting()


def _given(path: Path, checked: CheckedIn, slip: SlipState, watch: _Stopwatch) -> dict[str, object]:
    return {
        "source": str(path),
        "outcome": "already_issued" if checked.already else "issued",
        "label": checked.token.label,
        "token_id": checked.token.token_id,
        "service_day": checked.token.service_day.isoformat(),
        "reason": "reprint_limit" if checked.reprint_refused else None,
        "print": slip.value,
        "ms": watch.json(),
    }


def _rejected(path: Path, reason: str, watch: _Stopwatch) -> dict[str, object]:
    return {
        "source": str(path),
        "outcome": "rejected",
        "label": None,
        "token_id": None,
        "service_day": None,
        "reason": reason,
        "print": None,
        "ms": watch.json(),
    }


def synced_line(station: Station) -> dict[str, object]:
    """Synchronise now, and say what was pushed, pulled and parked.

    Raises:
        ServerError, StoreError, SettingError, DeviceKeyError
    """
    with closing(open_server(station)) as server:
        return sync_line(sync_until_done(station.store, server, station.clock, configuring_of(station)))


def sync_line(report: SyncReport) -> dict[str, object]:
    parked = [{"seq": each.seq, "code": each.code} for each in report.parked]
    return {"pushed": report.pushed, "pulled": report.pulled, "parked": parked, "acked_seq": report.acked_seq}
