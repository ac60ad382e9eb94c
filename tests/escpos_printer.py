"""A receipt printer on a loopback port: reads the ESC/POS that we use, rebuilds the paper, and can break on purpose."""

import contextlib
import re
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType

from PIL import Image

_REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")
_FIXED = {b"\x1b@": 2, b"\x1bd": 3, b"\x1bJ": 3}
"""Commands of a known length in bytes: initialise, feed lines, feed dots."""
_SMALL_BUFFER = 4096


@dataclass(frozen=True)
class SlipPaper:
    """One slip as it was cut off: black on white, and the bytes that would have come out as letters."""

    image: Image.Image
    text_bytes: bytes


@dataclass
class Tokeniser:
    """Cuts a stream of bytes into commands; ``slips`` grows with each cut, ``errors`` with anything unknown."""

    slips: list[SlipPaper] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _rest: bytes = b""
    _last: bytes = b""
    _bands: list[Image.Image] = field(default_factory=list)
    _text: bytes = b""

    def feed(self, data: bytes) -> None:
        joined, self._last = self._last + data, data[-1:] or self._last
        self.errors += [f"real-time command {match[0].hex()}" for match in _REAL_TIME.finditer(joined)]
        self._rest += data
        while (length := self._token_length()) and length <= len(self._rest):
            token, self._rest = self._rest[:length], self._rest[length:]
            self._obey(token)

    @property
    def unfinished(self) -> bool:
        """Whether the stream ended inside a command or before a cut."""
        return bool(self._rest or self._bands or self._text)

    def _token_length(self) -> int:
        """0 where more bytes are needed to tell."""
        head = self._rest[:2]
        if len(head) < 2:
            return 0 if head[:1] in (b"", b"\x1b", b"\x1d") else 1
        if head in _FIXED:
            return _FIXED[head]
        if head == b"\x1dV":
            return 0 if len(self._rest) < 3 else 4 if self._rest[2] in (65, 66) else 3
        if self._rest.startswith(b"\x1dv0"):
            return 8 + self._width_bytes() * self._height() if len(self._rest) >= 8 else 0
        return 0 if head == b"\x1dv" and len(self._rest) < 3 else 1

    def _width_bytes(self) -> int:
        return int.from_bytes(self._rest[4:6], "little")

    def _height(self) -> int:
        return int.from_bytes(self._rest[6:8], "little")

    def _obey(self, token: bytes) -> None:
        if token.startswith(b"\x1dv0"):
            size = (8 * int.from_bytes(token[4:6], "little"), int.from_bytes(token[6:8], "little"))
            band = Image.frombytes("1", size, bytes(255 - value for value in token[8:]))
            wide, tall = 1 + (token[3] & 1), 1 + (token[3] >> 1 & 1)  # modes 1 to 3 print each dot doubled
            self._bands.append(band.resize((size[0] * wide, size[1] * tall), Image.Resampling.NEAREST))
        elif token.startswith(b"\x1dV"):
            self.slips.append(SlipPaper(_stacked(self._bands), self._text))
            self._bands, self._text = [], b""
        elif token[:2] not in _FIXED:
            self._text += token
            self.errors.append(f"byte {token.hex()} outside any command")


def _stacked(bands: list[Image.Image]) -> Image.Image:
    paper = Image.new("1", (max((band.width for band in bands), default=8), sum(band.height for band in bands)), 1)
    top = 0
    for band in bands:
        paper.paste(band, (0, top))
        top += band.height
    return paper


class TcpPrinter:
    """``with TcpPrinter() as printer:`` listens on ``printer.setting``; one connection at a time, as printers do.

    Attributes:
        stall_after: stop reading after so many bytes of a connection, until ``resume``.
        close_after: hang up after so many bytes of a connection.
        slips, errors, received, stream: what came, over all connections; read them after ``wait_for``.
    """

    def __init__(self, *, refuse: bool = False, stall_after: int | None = None, close_after: int | None = None) -> None:
        self.stall_after = stall_after
        self.close_after = close_after
        self.slips: list[SlipPaper] = []
        self.errors: list[str] = []
        self.received = 0
        self.stream = bytearray()
        self._refuse = refuse
        self._changed = threading.Condition()
        self._resumed = threading.Event()
        self._listener: socket.socket | None = None
        self._link: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._holder = socket.socket()
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._holder.bind(("127.0.0.1", 0))  # bound but not listening: keeps the port ours, and refuses
        self.port: int = self._holder.getsockname()[1]

    @property
    def setting(self) -> str:
        """The value for KIOSK_PRINTER."""
        return f"network:127.0.0.1:{self.port}"

    def __enter__(self) -> "TcpPrinter":
        if not self._refuse:
            self.switch_on()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.switch_off()
        self._holder.close()

    def switch_on(self) -> None:
        """Listen; afterwards connections are no longer refused."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if self.stall_after is not None or self.close_after is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)  # or the system hides the fault
        listener.bind(("127.0.0.1", self.port))
        listener.listen(8)
        self._listener = listener
        self._resumed.clear()
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="tcp-printer")
        self._thread.start()

    def switch_off(self) -> None:
        """Refuse connections and drop the one at hand."""
        if self._listener is None or self._thread is None:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        with self._changed:
            if self._link is not None:
                with contextlib.suppress(OSError):  # the far end may have gone before
                    self._link.shutdown(socket.SHUT_RD)
        self._resumed.set()
        self._thread.join()
        self._listener.close()
        self._listener = None

    def resume(self) -> None:
        """Read on, after a stall."""
        self.stall_after = None
        self._resumed.set()

    def wait_for(self, count: int, timeout_s: float) -> list[SlipPaper]:
        """The slips, once there are ``count``."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.slips) >= count, timeout_s)
            assert came, f"{len(self.slips)} of {count} slips after {timeout_s} s; errors: {self.errors}"
            return list(self.slips)

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:  # switched off
                return
            with link:
                with self._changed:
                    self._link = link
                self._read(link)
                with self._changed:
                    self._link = None

    def _read(self, link: socket.socket) -> None:
        tokeniser, count = Tokeniser(), 0
        while self.close_after is None or count < self.close_after:
            if self.stall_after is not None and count >= self.stall_after:
                self._resumed.wait()
            try:
                data = link.recv(self._room(count))
            except ConnectionResetError:
                return
            if not data:
                return
            count += len(data)
            tokeniser.feed(data)
            self._note(data, tokeniser)

    def _room(self, count: int) -> int:
        limits = [
            limit - count for limit in (self.stall_after, self.close_after) if limit is not None and limit > count
        ]
        return min([65536, *limits])

    def _note(self, data: bytes, tokeniser: Tokeniser) -> None:
        with self._changed:
            self.received += len(data)
            self.stream += data
            self.slips += tokeniser.slips
            self.errors += tokeniser.errors
            tokeniser.slips, tokeniser.errors = [], []
            self._changed.notify_all()
