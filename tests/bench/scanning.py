"""``python -m tests.bench.scanning``: what is read of frames, stories and photographs, how fast, beside naive decoders.

Exits with 0 whether or not the aims are met: what they are held to is frames that nobody has seen, on a quiet machine.
Odd seeds report; the even ones are for tuning. Milliseconds are the thread's own, so a busy machine matters less.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

import cv2

from tests.bench.report import machine, percentile
from tests.bench.scanning_frames import (
    LEVELS,
    ROOT,
    Shot,
    Story,
    drawn_empties,
    drawn_stills,
    drawn_stories,
    photographs,
    simulated,
    stories_of,
)
from tests.bench.scanning_measures import WITHIN_S, Look, Told, decoders, looked, storytellers, told
from tests.bench.scanning_process import process_lines

_HD = 720


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench.scanning", description="What is read here, how fast.")
    words.add_argument(
        "--stills", type=int, default=96, help="simulated frames, 96 unless told; 0.3 s each the first time"
    )
    words.add_argument("--sequences", type=int, default=8, help="simulated sequences of 75 frames, 8 unless told")
    words.add_argument("--drawn", type=int, default=24, help="frames that the project draws itself, 24 unless told")
    words.add_argument("--seed", type=int, default=3, help="3 unless told; even ones are for tuning")
    words.add_argument(
        "--photographs", action=argparse.BooleanOptionalAction, default=True, help="those too, if present"
    )
    words.add_argument("--folder", type=Path, default=ROOT / "build" / "frames", help="where simulated frames are kept")
    given = words.parse_args()
    cv2.setNumThreads(1)
    for line in _report(given.stills, given.sequences, given.drawn, given.seed, given.folder):
        print(line, flush=True)
    for line in _photographs(photographs() if given.photographs else {}):
        print(line, flush=True)


def _report(stills: int, sequences: int, drawn: int, seed: int, folder: Path) -> Iterator[str]:
    yield f"Seed {seed}: {'reported' if seed % 2 else 'tuned on'}. Times are CPU milliseconds of one thread."
    yield from machine()
    yield from _stills("Drawn here", drawn_stills(drawn, seed))
    yield from _empties("Drawn here", drawn_empties(drawn // 4, seed))
    yield from _stories("Drawn here", drawn_stories(drawn // 6, seed))
    yield from process_lines("Drawn here", drawn_stories(drawn // 6, seed))
    shots = [shot for shot in simulated("n", stills, seed, folder) if shot.inside]
    yield from _stills("Simulated", shots)
    yield from _empties("Simulated", simulated("negatives", stills // 4, seed, folder))
    stories = stories_of(simulated("sequences", sequences, seed, folder))
    yield from _stories("Simulated", stories)
    yield from process_lines("Simulated", stories)


def _stills(source: str, shots: Sequence[Shot]) -> Iterator[str]:
    if not shots:
        return
    yield ""
    yield f"{source}: {len(shots)} single frames, % read by level"
    yield (
        f"{'':14}" + "".join(f"{name:>10}" for name in (*LEVELS, "all", "wrong", "p50 ms", "p95 ms")) + "  at 1280x720"
    )
    for name, decoder in decoders().items():
        looks = looked(decoder, shots)
        by_level = [[look for look in looks if look.shot.level == level] for level in range(4)]
        rates = "".join(f"{_percent([look.right for look in some]):>10}" for some in (*by_level, looks))
        yield f"{name:14}{rates}{sum(look.wrong for look in looks):10d}{_times(looks)}"


def _empties(source: str, shots: Sequence[Shot]) -> Iterator[str]:
    if not shots:
        return
    yield ""
    yield f"{source}: {len(shots)} frames without a code"
    for name, decoder in decoders().items():
        looks = looked(decoder, shots)
        yield f"{name:14}{sum(look.wrong for look in looks):4d} false{_times(looks)}"


def _stories(source: str, stories: Sequence[Story]) -> Iterator[str]:
    if not stories:
        return
    yield ""
    yield f"{source}: {len(stories)} cards held up, % read within {WITHIN_S:g} s of being wholly in view, by level"
    heads = (*LEVELS, "median s", "p90 s", "frames", "common s", "of a core", "wrong")
    yield f"{'':14}" + "".join(f"{name:>10}" for name in heads)
    ends = {name: [told(decoder, story) for story in stories] for name, decoder in storytellers().items()}
    plain = [end.in_time for end in ends["pyzbar"]]
    for name, some in ends.items():
        yield f"{name:14}" + _told_line(some, plain)
    yield "common s: the median over those cards alone that pyzbar reads in time, the same ones in each line"


def _told_line(ends: Sequence[Told], plain: Sequence[bool]) -> str:
    """``plain``: which of the stories even pyzbar reads. A median over harder ones too says little beside its own."""
    rates = [_percent([end.in_time for end in ends if end.level == level]) for level in range(4)]
    after_s = _times_read(ends)
    common_s = _times_read([end for end, is_plain in zip(ends, plain, strict=True) if is_plain])
    share = sum(end.busy_s for end in ends) / max(1e-3, sum(end.lasted_s for end in ends))
    times = (f"{median(after_s):.2f}", f"{percentile(after_s, 90):.2f}", f"{median(after_s) * 30:.0f}")
    figures = (*rates, *times, f"{median(common_s):.2f}", f"{share:.0%}", sum(end.false for end in ends))
    return "".join(f"{value:>10}" for value in figures)


def _times_read(ends: Sequence[Told]) -> list[float]:
    """Seconds, of those that were read in time; not a number where none was."""
    return [end.after_s for end in ends if end.after_s is not None and end.in_time] or [float("nan")]


def _photographs(folders: Mapping[str, Sequence[Shot]]) -> Iterator[str]:
    if not any(folders.values()):
        return
    # A folder without any truth holds codes of kinds that are not ours to read, or none.
    yield ""
    yield "Photographs: read of those with a known text; wrong or unknown texts read"
    names = list(decoders())
    yield f"{'':24}" + "".join(f"{name:>16}" for name in ("known", *names))
    for folder, shots in folders.items():
        looks = [looked(decoder, shots) for decoder in decoders().values()]
        figures = [f"{sum(look.right for look in some)}, {sum(look.wrong for look in some)}" for some in looks]
        known = sum(shot.text is not None for shot in shots)
        yield f"{folder:24}{known:16d}" + "".join(f"{figure:>16}" for figure in figures)


def _percent(values: Sequence[bool]) -> str:
    return f"{100 * sum(values) / len(values):.1f}" if values else "-"


def _times(looks: Sequence[Look]) -> str:
    """Of the frames of 1280x720 alone, of which the aims speak."""
    times = [look.ms for look in looks if look.rows == _HD]
    return "".join(f"{percentile(times, percent):10.1f}" for percent in (50, 95)) if times else f"{'-':>10}{'-':>10}"


if __name__ == "__main__":
    main()
