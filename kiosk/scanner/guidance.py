"""From what is measured in the frames to what the patient is told, calmly enough to be read.

Four things keep it from flickering. Each limit has two sides: what has been said stays right a little beyond the limit
at which it is first said. Frames vote: single ones, in which nothing was located or the hand shook, change nothing. A
fault is said only when it has led for ``FAULT_S``, since most codes are read before that. And what is said stands for
at least ``SHOWN_S``.

What is told of still frames, made like those of a webcam at 1280x720 with one fault each and shown for two seconds
(seed 41; the limits were set by seed 40). The strengths are those from which on not all are read. All but one of the
frames told to be held still are read::

    frames  what is wrong                    hold still too far  too near  blurred  glare  cut off  nothing
      12    a module has 1.0 to 1.4 px           4          8
      12    2.5 to 3.5 px out of focus           8                             4
      12    moves 5 to 8 px in a frame          10                             2
       8    a lamp on 0.18 to 0.22 of it         6                                      2
       8    over the edge by 0.1 to 0.3                              1                          7
      12    modules of 10 to 16 px, sharp        3                   8                                   1
      32    modules of 8 to 16 px, very soft     2                  28                                   2
       4    leans by 60 degrees                  3                                                       1
       4    noise as in the dark                 4
     148    nothing, or the same but less      148
     120    there is no code at all                                                             1      119

Of 19 hand-held sequences (seeds 4 and 6) none makes more than two changes, and none of the easy and typical ones is
told of a fault before it is read, which takes them 0.3 to 0.6 s.
"""

import math
from dataclasses import dataclass, replace

from kiosk.model.aiming import Guidance
from kiosk.scanner.reading import Finding

SHOWN_S = 1.2
FAULT_S = 0.6
MEMORY_S = 0.4
"""After so long a frame's vote has lost two thirds of its weight."""
_LEAD, _FIRST_LEAD = 1.25, 0.12
"""By how much another word must lead over what is being said."""
_MISSED = 0.35
"""What a frame without a code counts for: a code that is in view is located in some of the frames only."""
_LONGEST_GAP_S = 0.2


@dataclass(frozen=True)
class Band:
    """A limit with two sides: said from ``begins`` on, still right up to ``ends``."""

    begins: float
    ends: float

    def limit(self, *, said: bool) -> float:
        return self.ends if said else self.begins


FAR_PX = Band(2.2, 2.6)
"""Side of a module, pixels: below 2 hardly any decoder reads, from 3 on nearly all do."""
NEAR_PX = Band(14.0, 12.0)
"""A code of ordinary size then fills the picture's height."""
BLURRED = Band(0.40, 0.45)
"""Sharpness as in Finding, of a code that is not read: ones without another fault have 0.48 and more."""
DARK_LUMA = Band(45.0, 55.0)
GLARE_SHARE = Band(0.05, 0.04)
"""Of the area of a code that is not read: paper that is all but burnt out has more, and is read."""


_HARMLESS = (Guidance.NO_CODE, Guidance.HOLD_STILL)
_NO_VOTES = (0.0,) * len(Guidance)


@dataclass(frozen=True)
class Guide:
    """What is being said since ``since``, monotonic seconds; what leads and since when; the frames' votes, and when the
    last one voted.
    """

    said: Guidance = Guidance.NO_CODE
    since: float = float("-inf")
    leader: Guidance = Guidance.NO_CODE
    leads_since: float = float("-inf")
    votes: tuple[float, ...] = _NO_VOTES
    voted_at: float = -1.0


def guided(guide: Guide, finding: Finding, now: float, *, is_read: bool = False) -> Guide:
    """``guide`` after one more frame; one that ``is_read`` is well held, whatever was measured in it."""
    right = Guidance.HOLD_STILL if is_read else verdict(finding, guide.said)
    gap_s = 0.0 if guide.voted_at < 0 else min(now - guide.voted_at, _LONGEST_GAP_S)
    kept = math.exp(-gap_s / MEMORY_S)
    weight = _MISSED if right is Guidance.NO_CODE else 1.0
    votes = tuple(
        kept * vote + (1 - kept) * weight * (each is right) for each, vote in zip(Guidance, guide.votes, strict=True)
    )
    guide = replace(guide, votes=votes, voted_at=now)
    best = _leading(guide)
    if best is not guide.leader:
        guide = replace(guide, leader=best, leads_since=now)
    is_due = now - guide.since >= SHOWN_S and now - guide.leads_since >= (0.0 if best in _HARMLESS else FAULT_S)
    return replace(guide, said=best, since=now) if best is not guide.said and is_due else guide


def _leading(guide: Guide) -> Guidance:
    score = dict(zip(Guidance, guide.votes, strict=True))
    best = max(score, key=lambda each: score[each])
    return best if score[best] > score[guide.said] * _LEAD + _FIRST_LEAD else guide.said


def verdict(finding: Finding, said: Guidance) -> Guidance:
    """What one frame calls for, where ``said`` is being told. First what the patient must change first."""
    if not finding.located:
        is_dark = finding.luma < DARK_LUMA.limit(said=said is Guidance.DARK)
        return Guidance.DARK if is_dark else Guidance.NO_CODE
    faults = {
        Guidance.CUT_OFF: not finding.inside,
        Guidance.TOO_FAR: _below(finding.module_px, FAR_PX, said is Guidance.TOO_FAR),
        Guidance.TOO_NEAR: _above(finding.module_px, NEAR_PX, said is Guidance.TOO_NEAR),
        Guidance.DARK: _below(finding.luma, DARK_LUMA, said is Guidance.DARK),
        Guidance.BLURRED: _below(finding.sharpness, BLURRED, said is Guidance.BLURRED),
        Guidance.GLARE: _above(finding.glare, GLARE_SHARE, said is Guidance.GLARE),
    }
    return next((fault for fault, holds in faults.items() if holds), Guidance.HOLD_STILL)


def _below(value: float | None, band: Band, said: bool) -> bool:
    return value is not None and value < band.limit(said=said)


def _above(value: float | None, band: Band, said: bool) -> bool:
    return value is not None and value > band.limit(said=said)
