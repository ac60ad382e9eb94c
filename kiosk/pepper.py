"""The pepper: 32 random bytes without which nobody can try PINs against their hashes. It stands in no database.

A hospital's server has one, in the file that the setting ``pin_pepper`` names, and tells it to desks when they enrol; a
desk keeps it in ``desk.pepper`` in its data folder. A desk without a server has its own there. Systemd credentials
named like the files stand for them, and are never written.

A pepper that is lost is no disaster: PINs made with it fit no more, and new ones must be set.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.private_file import make_private, settle, write_private

SERVER_FILE = "pin.pepper"
DESK_FILE = "desk.pepper"
PEPPER_BYTES = 32


class PepperError(KioskError):
    """The pepper cannot be read or written: nobody signs in by PIN until then; all else goes on."""

    code = "PEPPER_UNUSABLE"


def kept_pepper(path: Path, environ: Mapping[str, str]) -> bytes | None:
    """The pepper in ``path``, or the credential of that name; None where there is neither.

    Raises:
        PepperError: it cannot be read, or is none.
    """
    folder = environ.get("CREDENTIALS_DIRECTORY")
    given = _read(Path(folder) / path.name) if folder else None
    return given or _read(path)


def made_pepper(path: Path, environ: Mapping[str, str]) -> bytes:
    """As ``kept_pepper``; made at the first use. Of several that make it at once, all get the same."""
    known = kept_pepper(path, environ)
    if known is not None:
        return known
    fresh = secrets.token_bytes(PEPPER_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_private(path, fresh.hex())
    except FileExistsError:
        return _read(path) or fresh
    except OSError as error:
        raise PepperError(f"cannot write {path}: {error.strerror}") from error
    return fresh


def keep_pepper(path: Path, pepper: bytes | None) -> None:
    """Keep ``pepper`` in the place of what was kept; None keeps none. Raises PepperError."""
    try:
        if pepper is None:
            path.unlink(missing_ok=True)
            settle(path.parent)
        else:
            write_private(path, pepper.hex())
    except OSError as error:
        raise PepperError(f"cannot write {path}: {error.strerror}") from error


def _read(path: Path) -> bytes | None:
    try:
        pepper = bytes.fromhex(path.read_text("ascii"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PepperError(f"cannot read {path}: {error.strerror}") from error
    except ValueError:
        pepper = b""
    if len(pepper) != PEPPER_BYTES:
        # No cause: it would quote the secret.
        raise PepperError(f"{path} is no pepper of {2 * PEPPER_BYTES} hexadecimal digits") from None
    return pepper
