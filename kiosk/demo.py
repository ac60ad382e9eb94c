"""``kiosk demo``: everything on one machine with no hardware. Sample cards are held up to a virtual camera.

With a display it is a kiosk to play with. Without one, an invented patient touches the screens: the same window, off
screen, and each token is told line by line.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from kiosk.app import Station, has_display, open_station
from kiosk.model import flow
from kiosk.model.token import SlipState, Token
from kiosk.server.app import running_server
from kiosk.settings import Settings
from kiosk.window import Kiosk, kiosk_application, running_kiosk

CARDS = Path(__file__).parent.parent / "resources" / "cards"
PATIENTS = 3
DEADLINE_S = 90.0
TOUCH_S, LOOK_S = 0.4, 0.2
_DONE = frozenset({SlipState.PRINTED, SlipState.FAILED, SlipState.IN_DOUBT, SlipState.NONE})


def run_demo(
    settings: Settings, environ: Mapping[str, str], camera: str | None, printer: str | None, *, offscreen: bool
) -> int:
    """Run until the window is closed or the invented patients are done. Returns the exit code.

    Raises:
        SettingError, StoreError
    """
    folder = settings.data_dir if "KIOSK_DATA_DIR" in environ else Path(tempfile.mkdtemp(prefix="kiosk-demo-"))
    slips = folder / "slips"
    offscreen = offscreen or not has_display(environ)
    application = kiosk_application(environ, offscreen=offscreen)
    with running_server(f"sqlite:///{_made(folder) / 'server.db'}") as server:
        demo = replace(
            settings,
            data_dir=folder / "kiosk",
            camera=camera or environ.get("KIOSK_CAMERA") or f"file:{CARDS}",
            printer=printer or environ.get("KIOSK_PRINTER") or f"folder:{slips}",
            server_url=server.url,
            sync_interval_s=1,
        )
        _say(f"server  {server.url} (SQLite, {folder / 'server.db'})")
        _say(f"camera  {demo.camera}")
        _say(f"slips   {demo.printer}")
        with open_station(demo, environ) as station, running_kiosk(station, application) as kiosk:
            if not offscreen:
                _say("kiosk   touch a department when a sample card was read; close the window to end")
                kiosk.window.show()
                return application.exec()
            visitors = _Visitors(kiosk, slips)
            kiosk.window.resize(1920, 1080)
            kiosk.window.show()
            application.exec()
            return visitors.exit_code


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a demo talks


class _Visitors(QObject):
    """Touches what patients would touch, and tells what came of it."""

    def __init__(self, kiosk: Kiosk, slips: Path) -> None:
        super().__init__()
        self.exit_code = 1
        self._kiosk = kiosk
        self._slips = slips
        self._tokens: list[Token] = []
        self._deadline = self._timer(DEADLINE_S, self._give_up)
        self._touch = self._timer(TOUCH_S, self._choose_department)
        self._look = self._timer(LOOK_S, self._look_at_slip)
        kiosk.journey.state_changed.connect(self._see)
        self._deadline.start()

    def _timer(self, seconds: float, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self, interval=round(seconds * 1000), singleShot=True)
        timer.timeout.connect(act)
        return timer

    def _see(self, state: object) -> None:
        match state:
            case flow.Choosing(patient=patient):
                _say(f"read    {patient.short_name}, {patient.masked_id}")
                self._touch.start()
            case flow.Issued(token=token) if token not in self._tokens:
                self._tokens.append(token)
                self._look.start()

    def _choose_department(self) -> None:
        station = self._kiosk.station
        open_now = station.facility.open_departments(station.clock.now())
        self._kiosk.journey.feed(flow.DepartmentChosen(open_now[len(self._tokens) % len(open_now)].code))

    def _look_at_slip(self) -> None:
        """Until the slip is out and the server has everything."""
        station, issued = self._kiosk.station, self._tokens[-1]
        row = next(row for row in station.store.tokens(issued.service_day) if row.token.token_id == issued.token_id)
        if row.token.slip not in _DONE or not row.synced:
            self._look.start()
            return
        _say(self._told(station, row.token))
        self._kiosk.journey.feed(flow.Cancelled())
        if len(self._tokens) == PATIENTS:
            self._finish(0, f"done    {PATIENTS} tokens issued, printed and on the server")

    def _told(self, station: Station, token: Token) -> str:
        department = station.facility.department(token.department)
        name = department.name("en") if department else token.department
        slip = next(iter(sorted(self._slips.glob(f"*-{token.label}*.png"))), None)
        return f"token   {token.label}  {name}  slip {slip or token.slip.value}  synced"

    def _give_up(self) -> None:
        self._finish(1, f"failed  not done after {DEADLINE_S:.0f} s; see the lines above and kiosk doctor")

    def _finish(self, exit_code: int, line: str) -> None:
        self.exit_code = exit_code
        _say(line)
        self._kiosk.window.close()
