"""What every Scanner promises, whatever it reads with."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from kiosk.ports import CameraStateChanged, CodeRead, DeviceState, GunStateChanged, Scanner, ScannerReport
from tests.scanner.hearing import Hearing

TIMES = 4


@dataclass
class Stage:
    """A scanner, and how to show it a code that says ``text``: for some seconds to a camera, ``TIMES`` to a gun."""

    scanner: Scanner
    show_code: Callable[[], None]
    text: str
    states: type[CameraStateChanged] | type[GunStateChanged] = CameraStateChanged


class ScannerContract:
    def test_starts_reads_stops_and_starts_again(self, stage: Stage) -> None:
        for _ in range(2):
            hearing = Hearing()
            stage.scanner.start(hearing)
            assert hearing.until(stage.states(DeviceState.RUNNING)) == [stage.states(DeviceState.STARTING)]
            stage.show_code()
            assert hearing.until(CodeRead(stage.text)) == []
            stage.scanner.stop()
            assert set(hearing.until(stage.states(DeviceState.STOPPED))) <= {CodeRead(stage.text)}
            stage.show_code()
            assert hearing.is_over()

    def test_what_is_shown_again_is_told_again(self, stage: Stage) -> None:
        hearing = Hearing()
        stage.scanner.start(hearing)
        hearing.until(stage.states(DeviceState.RUNNING))
        stage.show_code()
        assert [hearing.until(CodeRead(stage.text)) for _ in range(TIMES)] == [[]] * TIMES

    def test_stopping_what_does_not_run_is_harmless(self, stage: Stage) -> None:
        stage.scanner.stop()
        stage.scanner.stop()

    def test_starting_twice_is_a_bug(self, stage: Stage) -> None:
        stage.scanner.start(Hearing())
        with pytest.raises(RuntimeError):
            stage.scanner.start(Hearing())

    def test_stop_may_be_called_from_a_report(self, stage: Stage) -> None:
        hearing, before = Hearing(), set(threading.enumerate())

        def report(heard: ScannerReport) -> None:
            hearing(heard)
            if isinstance(heard, CodeRead):
                stage.scanner.stop()

        stage.scanner.start(report)
        hearing.until(stage.states(DeviceState.RUNNING))
        stage.show_code()
        hearing.until(stage.states(DeviceState.STOPPED))
        for thread in set(threading.enumerate()) - before:
            thread.join(60)
