"""Looks into a store's files as a thief with the key would: every page of the file, every frame of its log.

SQLCipher 4: pages of 4096 bytes, AES-256-CBC under the raw key; the last 80 bytes of a page are its IV (16) and its
HMAC (64); the first 16 bytes of page 1 are the salt, in the clear.
"""

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

PAGE = 4096
IV_AT = PAGE - 80
LOG_HEADER = 32
FRAME_HEADER = 24


def places_of(text: str, folder: Path, key: bytes) -> list[str]:
    """In which pages of the stores and logs below ``folder`` the text stands."""
    needle = text.encode()
    return [
        f"{path.relative_to(folder)} page {number}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size >= PAGE
        for number, page in _pages(path)
        if needle in _decrypted(page, number, key)
    ]


def _pages(path: Path) -> Iterator[tuple[int, bytes]]:
    content = path.read_bytes()
    if not path.name.endswith("-wal"):
        for place in range(0, len(content) - PAGE + 1, PAGE):
            yield place // PAGE + 1, content[place : place + PAGE]
        return
    for place in range(LOG_HEADER, len(content) - PAGE + 1, FRAME_HEADER + PAGE):
        page = content[place + FRAME_HEADER : place + FRAME_HEADER + PAGE]
        if len(page) == PAGE:
            yield int.from_bytes(content[place : place + 4], "big"), page


def _decrypted(page: bytes, number: int, key: bytes) -> bytes:
    start = 16 if number == 1 else 0
    decryptor = Cipher(AES(key), CBC(page[IV_AT : IV_AT + 16])).decryptor()
    return decryptor.update(page[start:IV_AT]) + decryptor.finalize()
