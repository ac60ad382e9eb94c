"""What Linux says of USB printers under ``/sys`` and ``/dev``, in a folder, with printers behind its nodes."""

from dataclasses import dataclass
from pathlib import Path

from kiosk.printing.finding import found_printers
from kiosk.printing.printer import Places
from tests.escpos_printer import PtyPrinter

RECEIPT = "MFG:EPSON;CMD:ESC/POS;MDL:TM-T82;CLS:PRINTER;"
CLONE = "MFG:;MDL:;CLS:PRINTER;"
OFFICE = "MFG:HP;MDL:LaserJet;CMD:PJL,PCL,POSTSCRIPT;CLS:PRINTER;"


@dataclass
class Machine:
    """What ``/sys`` and ``/dev`` say of USB printers; each has a place on the bus, as ``1-2``."""

    root: Path

    def plug_in(
        self, place: str, node: str = "", id_1284: str = CLONE, title: str = "Maker Printer", serial: str = "S1"
    ) -> None:
        usb = self.root / "sys" / "devices" / place
        interface = usb / f"{place}:1.0"
        interface.mkdir(parents=True)
        maker, product = title.split(" ", 1)
        told = {"idVendor": "0416", "idProduct": "5011", "serial": serial, "manufacturer": maker, "product": product}
        for name, text in told.items():
            (usb / name).write_text(f"{text}\n")
        (interface / "bInterfaceClass").write_text("07\n")
        bus = self.root / "sys" / "bus" / "usb" / "devices"
        bus.mkdir(parents=True, exist_ok=True)
        (bus / interface.name).symlink_to(interface)
        if node:
            self._bind(interface, node, id_1284)

    def unplug(self, node: str) -> None:
        (self.root / "dev" / "usb" / node).unlink()
        (self.root / "sys" / "class" / "usbmisc" / node / "device").unlink()

    def replug(self, place: str, node: str) -> None:
        self._bind(self.root / "sys" / "devices" / place / f"{place}:1.0", node, "")

    def found(self) -> list[str]:
        return [one.name for one in found_printers(self.root / "sys", self.root / "dev")]

    def lead_to(self, node: str, device: PtyPrinter) -> None:
        """What is written to ``node`` goes to ``device``."""
        path = self.root / "dev" / "usb" / node
        path.unlink()
        path.symlink_to(device.path)

    @property
    def places(self) -> Places:
        return Places(None, self.root / "sys", self.root / "dev")

    def _bind(self, interface: Path, node: str, id_1284: str) -> None:
        if id_1284:
            (interface / "ieee1284_id").write_text(f"{id_1284}\n")
        (interface / "driver").mkdir(exist_ok=True)
        of_class = self.root / "sys" / "class" / "usbmisc" / node
        of_class.mkdir(parents=True, exist_ok=True)
        (of_class / "device").symlink_to(interface)
        path = self.root / "dev" / "usb" / node
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
