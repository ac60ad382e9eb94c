"""One line of ``kiosk doctor``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``advice`` is what to do about it, empty where nothing."""

    name: str
    ok: bool
    text: str
    advice: str = ""

    def line(self) -> str:
        advice = f" -> {self.advice}" if self.advice else ""
        return f"{'ok  ' if self.ok else 'FAIL'} {self.name:<9} {self.text}{advice}"
