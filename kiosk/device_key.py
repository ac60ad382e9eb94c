"""The station's own key: Ed25519, made on the station and never sent anywhere.

``device.key`` in the data folder holds the private key as 64 hexadecimal digits and, after a space, the name that the
server gave it. A new key is first written to ``device.key.next``, then made known to the server, then named, and only
then takes the old one's place: wherever a power cut falls, one file holds a key that the server accepts. A systemd
credential ``device.key`` stands for the file, and is never written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.errors import KioskError
from kiosk.private_file import settle, write_private

KEY_FILE = "device.key"
NEXT_FILE = "device.key.next"


class DeviceKeyError(KioskError):
    """The station cannot sign. Its tokens go on all the same; the server gets them after a new enrolment."""

    code = "DEVICE_KEY_UNUSABLE"


@dataclass(frozen=True)
class DeviceKey:
    """A private key; ``key_id`` is what the server calls it, empty while that is not written beside it."""

    private_key: Ed25519PrivateKey = field(repr=False)
    key_id: str = ""

    @property
    def public_bytes(self) -> bytes:
        return self.private_key.public_key().public_bytes_raw()


def device_key(data_dir: Path, environ: Mapping[str, str], enrolled_key_id: str) -> DeviceKey:
    """The key to sign with. ``enrolled_key_id`` is of the key that the station was enrolled with.

    Raises:
        DeviceKeyError: there is none, or it cannot be read.
    """
    credential = credential_key(environ)
    if credential is not None:
        return DeviceKey(credential.private_key, credential.key_id or enrolled_key_id)
    following = _read(data_dir / NEXT_FILE)
    if following is not None and following.key_id == enrolled_key_id:
        # Enrolment was cut short before its last step.
        take_next_key(data_dir)
    key = _read(data_dir / KEY_FILE)
    if key is None:
        raise DeviceKeyError(f"{data_dir / KEY_FILE} is gone: enrol this station again")
    return DeviceKey(key.private_key, key.key_id or enrolled_key_id)


def credential_key(environ: Mapping[str, str]) -> DeviceKey | None:
    """The key that systemd hands over, if it does. Raises DeviceKeyError."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    return _read(Path(folder) / KEY_FILE) if folder else None


def next_key(data_dir: Path, *, takes_named: bool) -> DeviceKey:
    """The key to make known to the server: what an earlier try left, or a new one, written down before it is sent.

    ``takes_named`` says whether a left key may be one that the server has accepted before.

    Raises:
        DeviceKeyError
    """
    left = _read(data_dir / NEXT_FILE)
    if left is not None and (takes_named or not left.key_id):
        return left
    fresh = DeviceKey(Ed25519PrivateKey.generate())
    _write(data_dir / NEXT_FILE, fresh)
    return fresh


def name_next_key(data_dir: Path, key: DeviceKey, key_id: str) -> None:
    """The server calls the next key so. Raises DeviceKeyError."""
    _write(data_dir / NEXT_FILE, DeviceKey(key.private_key, key_id))


def take_next_key(data_dir: Path) -> None:
    """From now on the next key signs, and the one before is gone. Raises DeviceKeyError."""
    try:
        (data_dir / NEXT_FILE).replace(data_dir / KEY_FILE)
        settle(data_dir)
    except OSError as error:
        raise DeviceKeyError(f"cannot write {data_dir / KEY_FILE}: {error.strerror}") from error


def _read(path: Path) -> DeviceKey | None:
    try:
        digits, _, key_id = path.read_text("ascii").strip().partition(" ")
        return DeviceKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(digits)), key_id)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DeviceKeyError(f"cannot read {path}: {error.strerror}") from error
    except ValueError:
        # No cause: it would quote the key.
        raise DeviceKeyError(f"{path} holds no key: enrol this station again") from None


def _write(path: Path, key: DeviceKey) -> None:
    try:
        write_private(path, f"{key.private_key.private_bytes_raw().hex()} {key.key_id}".strip())
    except OSError as error:
        raise DeviceKeyError(f"cannot write {path}: {error.strerror}") from error
