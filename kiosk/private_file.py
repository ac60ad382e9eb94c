"""Secrets in small files: for their owner's eyes only, and whole or not there, wherever a power cut falls.

All of it raises OSError.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """In the place of what was there."""
    draft = _drafted(path, text)
    try:
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    settle(path.parent)


def make_private(path: Path, text: str) -> None:
    """Raises FileExistsError where somebody else has made it meanwhile: unlike a rename, a link covers nothing."""
    draft = _drafted(path, text)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    settle(path.parent)


def settle(folder: Path) -> None:
    """A new name in a folder survives a power cut only once the folder itself is written."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _drafted(path: Path, text: str) -> Path:
    """A whole file beside ``path``."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    return draft
