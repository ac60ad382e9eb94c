"""A network that is cut: a TCP proxy on loopback that refuses, stalls, and breaks connections half-way."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

CHUNK = 4096


class Weather(StrEnum):
    """What happens to connections for a while."""

    FAIR = "fair"
    CUT = "cut"  # new connections are closed at once, running ones are broken
    FRAYED = "frayed"  # each chunk may be the connection's last one, in either direction
    SILENT = "silent"  # bytes are taken and go nowhere


class CutNetwork:
    """Passes bytes between its own ``url`` and ``target_port``, as the ``weather`` allows; faults follow ``seed``."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.target_port = 0
        self.weather = Weather.FAIR
        self.broken = 0
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def change(self, weather: Weather) -> None:
        self.weather = weather
        if weather is Weather.CUT:
            self._break_all()

    def run(self) -> None:
        while not self._stopping.is_set():
            with suppress(OSError):
                near, _ = self._listener.accept()
                self._carry(near)

    def stop(self) -> None:
        self._stopping.set()
        # A blocking accept is woken by a last caller, not by closing its socket.
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._listener.close()
        self._break_all()
        for thread in self._threads:
            thread.join(60)

    def _carry(self, near: socket.socket) -> None:
        if self._stopping.is_set() or self.weather is Weather.CUT:
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.target_port), timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        with self._lock:
            self._open |= {near, far}
        for source, target in ((near, far), (far, near)):
            thread = threading.Thread(target=self._pump, args=(source, target), name="cut-network", daemon=True)
            self._threads = [known for known in self._threads if known.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK):
                if self.weather is Weather.SILENT:
                    continue
                if self.weather is Weather.FRAYED and self._chance.random() < 0.1:
                    target.sendall(chunk[: self._chance.randrange(len(chunk))])
                    self.broken += 1
                    break
                target.sendall(chunk)
        self._break(source, target)

    def _break_all(self) -> None:
        with self._lock:
            broken = list(self._open)
        self.broken += len(broken) // 2
        self._break(*broken)

    def _break(self, *ends: socket.socket) -> None:
        with self._lock:
            self._open -= set(ends)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def cut_network(seed: int) -> Iterator[CutNetwork]:
    """A proxy that runs within the block."""
    network = CutNetwork(seed)
    thread = threading.Thread(target=network.run, name="cut-network", daemon=True)
    thread.start()
    try:
        yield network
    finally:
        network.stop()
        thread.join(60)
