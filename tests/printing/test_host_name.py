"""A printer's name in the network costs no time once it is known, whatever the name server does."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from kiosk.errors import PrinterError
from kiosk.printing.host_name import HostName, looked_up
from kiosk.printing.transports import NetworkTransport
from tests.escpos_printer import TcpPrinter

SOON_S, LONG_S = 0.1, 30.0


@dataclass
class NameServer:
    """Answers each question with the next of ``answers`` once it ``answers_now``."""

    answers: list[tuple[str, ...] | OSError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers_now: threading.Event = field(default_factory=threading.Event)

    def __call__(self, host: str) -> tuple[str, ...]:
        self.asked.append(host)
        assert self.answers_now.wait(LONG_S)
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer


@pytest.fixture
def server() -> Iterator[NameServer]:
    made = NameServer()
    yield made
    made.answers_now.set()
    _await_lookups()


def _await_lookups() -> None:
    for thread in threading.enumerate():
        if thread.name == "printer-name":
            thread.join(LONG_S)


def addresses(name: HostName, seconds: float = LONG_S) -> tuple[str, ...]:
    return name.addresses(time.monotonic() + seconds)


@pytest.mark.parametrize("address", ["10.0.0.7", "::1", "fe80::1"])
def test_an_address_is_asked_of_nobody(server: NameServer, address: str) -> None:
    assert addresses(HostName(address, server)) == (address,)
    assert server.asked == []


def test_a_name_server_that_is_away_costs_no_more_than_the_time_there_is(server: NameServer) -> None:
    name = HostName("printer", server)
    for _ in range(3):
        with pytest.raises(PrinterError) as caught:
            addresses(name, SOON_S)
        assert caught.value.code == "PRINTER_UNREACHABLE"
    assert server.asked == ["printer"], "one question at a time"
    server.answers.append(("10.0.0.7",))
    server.answers_now.set()
    assert addresses(name) == ("10.0.0.7",)


def test_an_unknown_name_is_told_at_once_and_asked_for_again(server: NameServer) -> None:
    server.answers += [socket.gaierror(socket.EAI_NONAME, "Name or service not known"), ("10.0.0.7",)]
    server.answers_now.set()
    name = HostName("printer", server)
    with pytest.raises(PrinterError, match="not known"):
        addresses(name)
    assert addresses(name) == ("10.0.0.7",)


def test_what_is_known_is_not_asked_for_again_so_soon(server: NameServer) -> None:
    server.answers.append(("10.0.0.7",))
    server.answers_now.set()
    name = HostName("printer", server)
    assert [addresses(name), addresses(name)] == [("10.0.0.7",)] * 2
    assert len(server.asked) == 1


def test_a_known_address_is_used_while_it_is_asked_for_anew(server: NameServer) -> None:
    server.answers += [("10.0.0.7",), ("10.0.0.8",), ("10.0.0.9",)]
    server.answers_now.set()
    name = HostName("printer", server, fresh_s=0.0)
    addresses(name)
    _await_lookups()
    server.answers_now.clear()
    assert addresses(name) == ("10.0.0.7",)
    server.answers_now.set()
    _await_lookups()
    server.answers_now.clear()
    assert addresses(name) == ("10.0.0.8",)


def test_an_address_where_nobody_answers_is_asked_for_anew(server: NameServer) -> None:
    server.answers += [("10.0.0.7",), ("10.0.0.8",)]
    server.answers_now.set()
    name = HostName("printer", server)
    addresses(name)
    name.doubt()
    addresses(name)
    _await_lookups()
    assert addresses(name) == ("10.0.0.8",)


def test_a_printer_is_reached_by_its_name() -> None:
    with TcpPrinter() as printer, NetworkTransport("localhost", printer.port).opened(LONG_S) as link:
        link.write_all(b"\x10\x04\x01", time.monotonic() + LONG_S)
        assert link.read(time.monotonic() + LONG_S)
    _await_lookups()


def test_the_address_that_answered_comes_first_also_after_it_was_asked_for_anew(server: NameServer) -> None:
    server.answers += [("10.0.0.7", "10.0.0.8"), ("10.0.0.7", "10.0.0.8", "10.0.0.9"), ("10.0.0.7",)]
    server.answers_now.set()
    name = HostName("printer", server)
    addresses(name)
    name.prefer("10.0.0.8")
    assert addresses(name) == ("10.0.0.8", "10.0.0.7")
    for expected in (("10.0.0.8", "10.0.0.7", "10.0.0.9"), ("10.0.0.7",)):
        name.doubt()
        addresses(name)
        _await_lookups()
        assert addresses(name) == expected


def test_an_address_of_one_network_card_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """No such address can be had here: the system's answer is put in."""
    found = [("fe80::1", 0, 0, 2), ("fe80::1%3", 0, 0, 3), ("2001:db8::1", 0, 0, 0), ("10.0.0.7", 0)]
    answer = [(0, socket.SOCK_STREAM, 6, "", address) for address in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    assert looked_up("printer") == ("fe80::1%2", "fe80::1%3", "2001:db8::1", "10.0.0.7")


@dataclass
class DeadEnd:
    """Connections to ``address`` use up all the time they get, and lead nowhere; others need ``SOON_S`` at least."""

    address: str
    tried: list[str] = field(default_factory=list)
    _real: Callable[..., socket.socket] = socket.create_connection

    def __call__(self, address: tuple[str, int], timeout_s: float) -> socket.socket:
        self.tried.append(address[0])
        if address[0] == self.address or timeout_s < SOON_S:
            time.sleep(timeout_s)
            raise TimeoutError("timed out")
        return self._real(address, timeout_s)


def test_a_printer_is_reached_though_the_first_of_its_addresses_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = DeadEnd("fd00::7")
    monkeypatch.setattr(socket, "create_connection", dead)
    with TcpPrinter() as printer:
        transport = NetworkTransport("printer", printer.port)
        transport.__dict__["name"] = HostName("printer", lambda host: ("fd00::7", "127.0.0.1"))
        for _ in range(2):
            with transport.opened(1.0):
                pass
    assert dead.tried == ["fd00::7", "127.0.0.1", "127.0.0.1"]
    _await_lookups()
