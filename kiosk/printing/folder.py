"""Slips into a folder: each as a PNG to look at and as the exact bytes that a printer would have got."""

import io
import itertools
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation, Printed, PrinterStatus
from kiosk.model.slip import Slip
from kiosk.printing.escpos import slip_bytes
from kiosk.printing.layout import PAPERS, SlipPainter
from kiosk.printing.raster import Raster

_UNSAFE = re.compile(r"[^A-Za-z0-9-]")
_OURS = re.compile(r"\.?[0-9]{8}-[0-9]{6}-[A-Za-z0-9_-]{1,30}\.(?:png|bin|png\.part)")
"""What a printer's files are called, one that was cut short included."""


@dataclass(frozen=True)
class FolderPrinter:
    """Writes ``20261122-093015-M-017.png`` and ``.bin``, the time as ``now`` gives it, readable by the owner alone."""

    folder: Path
    painter: SlipPainter
    now: Callable[[], datetime]

    @property
    def name(self) -> str:
        return f"folder:{self.folder}"

    def print_slip(self, slip: Slip, job_id: str = "") -> Printed:
        return self.print_raster(self.painter.render(slip), slip.label)

    def print_raster(self, raster: Raster, name: str) -> Printed:
        """The PNG appears last, and only once both files are whole.

        Raises:
            PrinterError: SLIP_FOLDER_UNWRITABLE.
        """
        stem = f"{self.now():%Y%m%d-%H%M%S}-{_UNSAFE.sub('_', name)[:20]}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write_pair(stem, slip_bytes(raster), _png(raster))
        except OSError as error:
            message = f"slips cannot be written to {self.folder} ({error.strerror})"
            raise PrinterError(message, code="SLIP_FOLDER_UNWRITABLE") from error
        return Printed(Confirmation.PRINTED, raster.height / PAPERS[raster.width].dots_per_mm)

    def status(self) -> PrinterStatus:
        return PrinterStatus()

    def finished_ids(self) -> frozenset[str]:
        return frozenset()

    def _write_pair(self, stem: str, printed: bytes, picture: bytes) -> None:
        part = self._reserved(stem)
        path = part.with_name(part.name.removeprefix(".").removesuffix(".part"))
        try:
            _write_new(path.with_suffix(".bin"), printed)
            part.write_bytes(picture)
            part.rename(path)
        except OSError:
            path.with_suffix(".bin").unlink(missing_ok=True)
            part.unlink(missing_ok=True)
            raise

    def _reserved(self, stem: str) -> Path:
        """A hidden part file that nobody else writes to, whose final name is free."""
        more = (f"{stem}-{count}.png" for count in itertools.count(2))
        return next(filter(None, map(self._claimed, itertools.chain([f"{stem}.png"], more))))

    def _claimed(self, name: str) -> Path | None:
        part = self.folder / f".{name}.part"
        try:
            _write_new(part, b"")
        except FileExistsError:
            return None
        if not (self.folder / name).exists():
            return part
        part.unlink()
        return None


def purge_slips(folder: Path, before: datetime) -> int:
    """Delete the slips that a FolderPrinter wrote before then; other files stay. Returns how many files.

    Raises:
        PrinterError: SLIP_FOLDER_UNWRITABLE.
    """
    try:
        old = [path for path in _slips(folder) if path.stat().st_mtime < before.timestamp()]
        for path in old:
            path.unlink(missing_ok=True)
    except OSError as error:
        message = f"slips cannot be deleted from {folder} ({error.strerror})"
        raise PrinterError(message, code="SLIP_FOLDER_UNWRITABLE") from error
    return len(old)


def _slips(folder: Path) -> list[Path]:
    if not folder.exists():
        return []
    return [
        path for path in folder.iterdir() if _OURS.fullmatch(path.name) and path.is_file() and not path.is_symlink()
    ]


def _write_new(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def _png(raster: Raster) -> bytes:
    buffer = io.BytesIO()
    dpi = PAPERS[raster.width].dots(25.4)
    raster.image().save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()
