"""A receipt printer on a loopback port or behind a terminal: what it gets is obeyed by a ``VirtualPrinter``."""

import contextlib
import os
import selectors
import socket
import threading
import tty
from types import TracebackType

from tests.escpos_device import VirtualPrinter
from tests.escpos_paper import SlipPaper, Tokeniser

__all__ = ["PtyPrinter", "SlipPaper", "TcpPrinter", "Tokeniser"]
_SMALL_BUFFER = 4096
_LOOK_S = 0.01
"""How soon an answer that comes later by itself is sent."""


class TcpPrinter:
    """``with TcpPrinter() as printer:`` listens on ``printer.setting``; one connection at a time, as printers do.

    Attributes:
        stall_after: stop reading after so many bytes of a connection, until ``resume``.
        close_after: hang up after so many bytes of a connection.
        slips, errors, received, stream: what came, over all connections; read them after ``wait_for``. Torn slips do
            not count.
        is_narrow: this end takes little ahead.
        device: the printer proper, which answers what it is asked unless it is told to be silent.
    """

    def __init__(
        self,
        *,
        refuse: bool = False,
        stall_after: int | None = None,
        close_after: int | None = None,
        device: VirtualPrinter | None = None,
        host: str = "127.0.0.1",
        is_narrow: bool = False,
    ) -> None:
        self.stall_after = stall_after
        self.close_after = close_after
        self.device = device or VirtualPrinter()
        self.host = host
        self._is_narrow = is_narrow or stall_after is not None or close_after is not None
        self.received = 0
        self.stream = bytearray()
        self._refuse, self._is_on = refuse, False
        self._changed = threading.Condition()
        self._resumed = threading.Event()
        self._listener: socket.socket | None = None
        self._link: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._holder = socket.socket(self._family)
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._holder.bind((host, 0))  # bound but not listening: keeps the port ours, and refuses
        self.port: int = self._holder.getsockname()[1]

    @property
    def slips(self) -> list[SlipPaper]:
        return [slip for slip in self.device.slips if not slip.torn]

    @property
    def errors(self) -> list[str]:
        return self.device.errors

    @property
    def setting(self) -> str:
        """The value for KIOSK_PRINTER."""
        place = f"[{self.host}]" if ":" in self.host else self.host
        return f"network:{place}:{self.port}"

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
        listener = socket.socket(self._family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if self._is_narrow:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)  # or the system hides the fault
        listener.bind((self.host, self.port))
        listener.listen(8)
        self._listener, self._is_on = listener, True
        self._resumed.clear()
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="tcp-printer")
        self._thread.start()

    def switch_off(self) -> None:
        """Refuse connections and drop the one at hand."""
        if self._listener is None or self._thread is None:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        with self._changed:
            self._is_on = False
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
                    self.device.hung_up()

    def _read(self, link: socket.socket) -> None:
        """Until either end hangs up; without power this one does."""
        count, power_cuts = 0, self.device.power_cuts
        link.setblocking(False)
        while (self.close_after is None or count < self.close_after) and power_cuts == self.device.power_cuts:
            if self.stall_after is not None and count >= self.stall_after:
                self._resumed.wait()
            try:
                if (data := self._next(link, self._room(count))) is None:
                    continue
                if not data:
                    return
                count += len(data)
                self._take(data, power_cuts)
                self._answer(link)
            except (ConnectionResetError, BrokenPipeError):
                return

    def _next(self, link: socket.socket, room: int) -> bytes | None:
        """What has come, nothing at the end, None where nothing came but an answer may be due."""
        with selectors.DefaultSelector() as selector:
            selector.register(link, selectors.EVENT_READ)
            if not selector.select(_LOOK_S):
                self._answer(link)
                return None
        return link.recv(room)

    def _answer(self, link: socket.socket) -> None:
        with self._changed:
            said = self.device.answers()
            self._changed.notify_all()
        if said:
            link.sendall(said)

    def _room(self, count: int) -> int:
        limits = [
            limit - count for limit in (self.stall_after, self.close_after) if limit is not None and limit > count
        ]
        return min([65536, *limits])

    def _take(self, data: bytes, power_cuts: int) -> None:
        """All of it, or until it is switched off: what was on its way is lost then."""
        with self._changed:
            self.received += len(data)
            self.stream += data
            while data and self._is_on and power_cuts == self.device.power_cuts:
                if not (taken := self.device.receive(data)):
                    self._changed.wait(_LOOK_S)  # its buffer is full
                data = data[taken:]
            self._changed.notify_all()


class PtyPrinter:
    """``with PtyPrinter() as printer:`` answers behind ``printer.path``: a serial line, or the kernel's node."""

    def __init__(self, device: VirtualPrinter | None = None) -> None:
        self.device = device or VirtualPrinter()
        self._changed = threading.Condition()
        self._ending = threading.Event()
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._thread = threading.Thread(target=self._serve, name="pty-printer")

    def __enter__(self) -> "PtyPrinter":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        os.close(self._slave)
        os.close(self._master)

    def wait_for(self, count: int, timeout_s: float) -> list[SlipPaper]:
        """The slips, once there are ``count``."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.device.slips) >= count, timeout_s)
            assert came, f"{len(self.device.slips)} of {count} slips; errors: {self.device.errors}"
            return list(self.device.slips)

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._master, selectors.EVENT_READ)
            held = b""
            while not self._ending.is_set():
                if not held and selector.select(_LOOK_S):
                    held = os.read(self._master, 65536)
                with self._changed:
                    held = held[self.device.receive(held) :]
                    said = self.device.answers()
                    self._changed.notify_all()
                if said:
                    os.write(self._master, said)
                if held:
                    self._ending.wait(_LOOK_S)  # its buffer is full
