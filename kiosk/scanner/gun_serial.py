"""A scanner gun in its "virtual COM port" mode (USB-CDC), or behind a serial adapter: exact bytes, no keyboard layout.

The port is opened for this program alone. DTR stays as the kernel sets it at the opening, and is not dropped at the
end: some guns start anew, with a beep and seconds of silence, whenever it changes.
"""

import termios
from contextlib import suppress

import serial

from kiosk.scanner.gun_lines import SERIAL_IDLE_S
from kiosk.scanner.gun_source import lost, raise_not_opened

_CHUNK = 4096
ADVICE = "end the other program that uses it, or add the kiosk's user to the group dialout"


class SerialGun:
    """An open port.

    Raises (on construction):
        GunError: GUN_MISSING, GUN_DENIED
    """

    idle_s = SERIAL_IDLE_S

    def __init__(self, where: str, baud: int) -> None:
        self._where = where
        try:
            self._port = serial.Serial(where, baud, timeout=0, exclusive=True)
        except termios.error as error:
            raise_not_opened(OSError(*error.args), where, ADVICE)
        except OSError as error:
            raise_not_opened(error, where, ADVICE)
        _keep_dtr(self._port.fileno())

    def fileno(self) -> int:
        return int(self._port.fileno())

    def receive(self) -> bytes:
        try:
            return bytes(self._port.read(_CHUNK))
        except OSError as error:
            raise lost(self._where) from error

    def close(self) -> None:
        with suppress(OSError, termios.error):
            self._port.close()


def _keep_dtr(port: int) -> None:
    """Let the line's signals be when the port is closed."""
    with suppress(termios.error):
        attributes = termios.tcgetattr(port)
        attributes[2] &= ~termios.HUPCL
        termios.tcsetattr(port, termios.TCSANOW, attributes)
