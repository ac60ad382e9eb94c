"""The store's key: 32 random bytes in a file that only the station's user can read, or a systemd credential."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from kiosk.errors import StoreError, StoreKeyError

KEY_BYTES = 32
KEY_FILE = "store.key"
CHECK_FILE = "store.check"
"""Tells a wrong key from a damaged store: SQLCipher reports both as "file is not a database"."""


def load_key(data_dir: Path, store_file: Path, environ: Mapping[str, str]) -> bytes:
    """The key of the store in ``data_dir``; made on first use. The caller keeps other processes away meanwhile.

    Raises:
        StoreError: STORE_LOST, there was a store here and it is gone.
        StoreKeyError: the key is missing though there is a store, is malformed, or is another store's.
    """
    untrusted_key = _credential(environ) or _file(data_dir / KEY_FILE)
    if untrusted_key is None:
        if store_file.exists():
            raise StoreKeyError(f"{store_file} is there but its key is not; put {KEY_FILE} back beside it")
        untrusted_key = secrets.token_hex(KEY_BYTES)
        _write_private(data_dir / KEY_FILE, untrusted_key)
    key = _parse(untrusted_key)
    _check(data_dir / CHECK_FILE, key, store_file)
    return key


def read_key(data_dir: Path, environ: Mapping[str, str]) -> bytes:
    """The key in ``data_dir``, which must be there.

    Raises:
        StoreKeyError: it is not, or is malformed.
    """
    untrusted_key = _credential(environ) or _file(data_dir / KEY_FILE)
    if untrusted_key is None:
        raise StoreKeyError(
            f"no backup holds the key: put the copy of {KEY_FILE} that was kept elsewhere in {data_dir}"
        )
    return _parse(untrusted_key)


def remember_key(data_dir: Path, key: bytes) -> None:
    """Note that ``key`` has opened the store, so that the next start can tell a wrong one."""
    path, digest = data_dir / CHECK_FILE, _digest(key)
    if _file(path) != digest:
        path.unlink(missing_ok=True)
        _write_private(path, digest)


def _credential(environ: Mapping[str, str]) -> str | None:
    folder = environ.get("CREDENTIALS_DIRECTORY")
    return _file(Path(folder) / KEY_FILE) if folder else None


def _file(path: Path) -> str | None:
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreKeyError(f"cannot read the store's key {path}: {type(error).__name__}") from error


def _parse(untrusted_key: str) -> bytes:
    try:
        key = bytes.fromhex(untrusted_key)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreKeyError(f"the store's key must be {2 * KEY_BYTES} hexadecimal digits")
    return key


def _check(path: Path, key: bytes, store_file: Path) -> None:
    known = _file(path)
    if known is not None and _is_gone(store_file):
        # A store opened here before: a new one in its place would give its numbers out again.
        raise StoreError(f"{store_file} is gone: bring it back, or begin anew in another data_dir", code="STORE_LOST")
    if known is not None and not hmac.compare_digest(known, _digest(key)):
        raise StoreKeyError(f"this key does not belong to {store_file}; put the right {KEY_FILE} back")


def _is_gone(store_file: Path) -> bool:
    return not store_file.exists() or store_file.stat().st_size == 0


def _digest(key: bytes) -> str:
    return hmac.new(key, b"store", hashlib.sha256).hexdigest()


def _write_private(path: Path, text: str) -> None:
    """Written whole or not at all, for its owner's eyes only.

    ``link`` rather than ``rename``: a key that is there is never written over.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
