"""A printer's link that hands everything on, for tests that want one thing of it otherwise."""

from dataclasses import dataclass

from kiosk.printing.link import PrinterLink


@dataclass(frozen=True)
class PassingLink:
    link: PrinterLink

    def write_all(self, data: bytes, until: float) -> None:
        self.link.write_all(data, until)

    def flush(self, until: float) -> None:
        self.link.flush(until)

    def read(self, until: float) -> bytes:
        return self.link.read(until)

    def port_status(self) -> int | None:
        return self.link.port_status()
