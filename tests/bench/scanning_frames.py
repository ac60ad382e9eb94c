"""Pictures with known truth for the scanning bench: drawn here, made by a simulator, or photographs.

What the project draws itself is plain: a card, slanted, small, blurred and noisy by level. The simulator and the
photographs belong to whoever keeps them in ``shared/data`` next to the project; without them their part is left out.
"""

import json
import math
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from kiosk.scanner.reading import Grey
from tests.scanner.drawing import drawn

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
FPS = 30.0
LEVELS = ("easy", "typical", "hard", "very hard")
_SIZE = (1280, 720)
_MODULE_PX = ((4.0, 6.0), (3.0, 5.0), (2.2, 4.0), (1.9, 3.0))
_SLANT, _BLUR_PX, _NOISE = (0.02, 0.06, 0.12, 0.16), (0.4, 0.7, 1.0, 1.2), (2.0, 4.0, 8.0, 11.0)


@dataclass(frozen=True)
class Shot:
    """A picture and what is truly on it: ``text`` None for nothing. ``picture`` is a path, or grey itself."""

    picture: Path | Grey
    text: str | None
    level: int = 0
    at_s: float = 0.0
    inside: bool = True

    def grey(self) -> Grey:
        if isinstance(self.picture, Path):
            return np.asarray(cv2.imread(str(self.picture), cv2.IMREAD_GRAYSCALE), np.uint8)
        return self.picture


Story = Sequence[Shot]
"""The frames of one card being held up, in time."""


def drawn_stills(count: int, seed: int) -> list[Shot]:
    chance = np.random.default_rng([seed, 1])
    return [_drawn(chance, number % 4, number) for number in range(count)]


def drawn_empties(count: int, seed: int) -> list[Shot]:
    """A wall, a window, lines of print."""
    chance = np.random.default_rng([seed, 2])
    return [Shot(_camera(_hall(chance), chance, 1), None, 1) for _ in range(count)]


def drawn_stories(count: int, seed: int, frames: int = 30) -> list[Story]:
    """A card held still, but for a tremor."""
    stories: list[Story] = []
    for number in range(count):
        shots = []
        for frame in range(frames):
            chance = np.random.default_rng([seed, 3, number])  # the same card and hall in each frame
            shots.append(_drawn(chance, number % 4, number, frame))
        stories.append(shots)
    return stories


def _drawn(chance: np.random.Generator, level: int, number: int, frame: int = 0) -> Shot:
    text = json.dumps(
        {
            "hidn": "91-0000-0000-0018",
            "hid": f"bench.{number}@sbx",
            "name": f"Asha Devi {number}",
            "gender": "F",
            "dob": "1/1/1978",
            "state name": "KERALA",
            "address": f"{number} MG Road, " + "Kochi " * int(chance.integers(8, 22)),
        }
    )
    code = drawn(text, scale=8)
    side = len(code) / 8 * chance.uniform(*_MODULE_PX[level])
    hall = _hall(chance)
    corners = _square(chance, side, _SLANT[level])
    corners += np.random.default_rng([number, frame]).normal(0, 1.5, 2) if frame else 0
    flat = np.array([[0, 0], [len(code), 0], [len(code)] * 2, [0, len(code)]], np.float32)
    plane = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    # Drawn twice as large and then shrunk, for a camera's pixels see areas.
    double = np.diag([2.0, 2.0, 1.0]) @ plane
    size = (2 * _SIZE[0], 2 * _SIZE[1])
    seen = cv2.warpPerspective(code, double, size, borderValue=0, flags=cv2.INTER_AREA)
    there = cv2.warpPerspective(np.full_like(code, 255), double, size)
    card, share = (cv2.resize(one, _SIZE, interpolation=cv2.INTER_AREA) / 255 for one in (seen, there))
    picture = hall * (1 - share) + (30 + 190 * card) * share
    return Shot(_camera(picture, np.random.default_rng([number, frame, 9]), level), text, level, frame / FPS)


def _square(chance: np.random.Generator, side: float, slant: float) -> np.ndarray:
    angle = chance.uniform(0, 2 * math.pi)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    square = square + chance.uniform(-slant, slant, (4, 2)) * side / 2
    reach = side * 0.85
    middle = [chance.uniform(min(reach, size / 2), max(size - reach, size / 2)) for size in _SIZE]
    return np.asarray(square @ turn.T + middle)


def _hall(chance: np.random.Generator) -> np.ndarray:
    small = chance.uniform(60, 170, (6, 10)).astype(np.float32)
    hall = cv2.resize(small, _SIZE, interpolation=cv2.INTER_CUBIC)
    for _ in range(12):
        x, y = int(chance.integers(0, _SIZE[0])), int(chance.integers(0, _SIZE[1]))
        end = (x + int(chance.integers(20, 300)), y + int(chance.integers(5, 200)))
        cv2.rectangle(hall, (x, y), end, float(chance.uniform(10, 230)), int(chance.integers(-1, 3)) or 1)
    return hall


def _camera(picture: np.ndarray, chance: np.random.Generator, level: int) -> Grey:
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), _BLUR_PX[level])
    noisy = np.clip(soft + chance.normal(0, _NOISE[level], soft.shape), 0, 255).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 90 - 12 * level])[1]
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE), np.uint8)


def simulated(kind: str, count: int, seed: int, folder: Path) -> list[Shot]:
    """Frames of the simulator, made into ``folder`` if they are not there yet: 0.3 s each; no frames without it.

    ``kind`` is the simulator's own word for what it is to make.
    """
    simulator = SHARED / "webcam_frames.py"
    if count == 0 or not simulator.exists():
        return []
    made = folder / f"{kind}-{count}-seed-{seed}"
    if not (made / "truth.json").exists():
        sizes = "hd,fhd" if kind == "sequences" else "vga,hd,fhd"
        words = [f"--{kind}", str(count), "--seed", str(seed), "--sizes", sizes]
        subprocess.run([sys.executable, str(simulator), str(made), *words], check=True)
    return list(_listed(made))


def stories_of(shots: Sequence[Shot]) -> list[Story]:
    """The simulator's sequences, by the first part of their frames' names."""
    stories: dict[str, list[Shot]] = defaultdict(list)
    for shot in shots:
        assert isinstance(shot.picture, Path)
        stories[shot.picture.name.partition("_")[0]].append(shot)
    return [sorted(story, key=lambda shot: shot.at_s) for story in stories.values()]


def _listed(folder: Path) -> Iterator[Shot]:
    for truth in json.loads((folder / "truth.json").read_text(encoding="utf-8")):
        inside = truth.get("inside", True)
        yield Shot(folder / truth["file"], truth["payload"], truth["level"], truth.get("t", 0.0), inside)


def photographs() -> dict[str, list[Shot]]:
    """By folder; those without a text beside them have nothing that may be read, or nothing that is known."""
    folders = sorted(folder for folder in SHARED.glob("photos/*/*") if folder.is_dir())
    return {str(folder.relative_to(SHARED / "photos")): list(_photographs(folder)) for folder in folders}


def _photographs(folder: Path) -> Iterator[Shot]:
    for path in sorted(folder.iterdir()):
        if path.suffix in {".png", ".jpg", ".jpeg", ".webp"}:
            beside = [path.with_suffix(suffix) for suffix in (".txt", ".bin")]
            truth = next((one.read_bytes().decode(errors="replace") for one in beside if one.exists()), None)
            yield Shot(path, truth)
