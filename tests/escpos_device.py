"""A receipt printer in memory: a buffer, paper, sensors, a clock that may be virtual, and faults on demand."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.escpos_paper import Canvas, SlipPaper
from tests.escpos_tokens import Lexer, Token, What

DOTS_PER_MM = 8


@dataclass
class VirtualPrinter:
    """Takes bytes with ``receive``, works on with ``run``, answers with ``answers``. Not for two threads at once.

    Attributes:
        speed_mm_s: None prints at once.
        buffer_bytes: what it holds of bytes that are not printed yet; None has no end.
        bite: how many bytes it takes at a time.
        tells_status, tells_barrier, tells_ids: what it answers to. A clone that does not know a command is silent.
        answer_delay_s: of each answer.
        obeys_in_pictures: whether it answers DLE EOT though it waits for the rest of a picture.
        spoil: what becomes of an answer on its way; b"" loses it.
        rows_left: on the roll; None has no end.
        rows_to_power_cut: it is off and on after so many rows, in the middle of a slip; ``power_cuts`` counts them.
        slips: cut off; torn: what was left hanging when it was switched off or cleared.
    """

    monotonic: Callable[[], float] = time.monotonic
    speed_mm_s: float | None = None
    buffer_bytes: int | None = None
    bite: int = 1 << 20
    tells_status: bool = True
    tells_barrier: bool = True
    tells_ids: bool = True
    answer_delay_s: float = 0.0
    spoil: Callable[[bytes], bytes] = lambda answer: answer
    obeys_in_pictures: bool = True
    rows_left: int | None = None
    is_low: bool = False
    has_open_drawer: bool = False
    is_open: bool = False
    is_jammed: bool = False
    is_hot: bool = False
    is_failed: bool = False
    is_offline: bool = False
    is_stalled: bool = False
    jams_at_cut: bool = False
    rows_to_power_cut: int | None = None
    power_cuts: int = 0
    received: int = 0
    errors: list[str] = field(default_factory=list)
    torn: list[SlipPaper] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    canvas: Canvas = field(default_factory=Canvas)

    def __post_init__(self) -> None:
        self._lexer = Lexer(self.errors)
        self._queue: deque[Token] = deque()
        self._said: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0

    # --- the wire -----------------------------------------------------------------------------------------------------

    @property
    def slips(self) -> list[SlipPaper]:
        return self.canvas.slips

    def receive(self, data: bytes) -> int:
        """Take what there is room for; returns how many bytes."""
        if self.is_stalled:
            return 0
        power_cuts = self.power_cuts
        self.run()  # what was idle is free from now on
        if self.power_cuts != power_cuts:
            return len(data)  # whatever was on its way is lost
        taken = data[: min(self.bite, self._room(data))]
        self.received += len(taken)
        if self._lexer.is_inside and taken[:2] == b"\x10\x04" and taken[2:] and self.obeys_in_pictures:
            self._obey_at_once(Token(What.STATUS, taken[:3]))
        for token in self._lexer.feed(taken):
            if token.is_real_time:
                self._obey_at_once(token)
            else:
                self._queue.append(token)
        self.run()
        return len(taken)

    def answers(self) -> bytes:
        """What it says by now."""
        self.run()
        said = b""
        while self._said and self._said[0][0] <= self.monotonic():
            said += self._said.popleft()[1]
        return said

    def say(self, data: bytes) -> None:
        """Say something, asked or not."""
        if spoiled := self.spoil(data):
            self._said.append((self.monotonic() + self.answer_delay_s, spoiled))

    def next_change_s(self) -> float | None:
        """When it will have said or done something, by its own clock; None where it waits for us."""
        times = [self._said[0][0]] if self._said else []
        if self._queue and not self.is_blocked:
            times.append(self._free_at)
        return min(times, default=None)

    def hung_up(self) -> None:
        """The link has gone. What nobody has read is lost, but for the newest process id."""
        ids = [said for _, said in self._said if said.startswith(b"\x37\x22")]
        self._said = deque((0.0, said) for said in ids[-1:])
        self._lexer.is_broken_off = self._lexer.is_inside

    def rows(self) -> list[Token]:
        """All that is on paper, and all that is still to come there."""
        papers = [slip.rows for slip in (*self.slips, *self.torn)]
        waiting = [token for token in self._queue if token.what is What.ROW]
        return [row for rows in (*papers, self.canvas.hanging, waiting) for row in rows]

    # --- the hands ----------------------------------------------------------------------------------------------------

    def power_cycle(self) -> None:
        """Off and on: nothing that was not on paper is left."""
        self.power_cuts += 1
        self.rows_to_power_cut = None
        self._clear()
        self._said.clear()
        self.is_stalled = self.is_hot = self.is_failed = self.is_offline = False

    def load_paper(self, rows: int | None = None) -> None:
        self.rows_left, self.is_low = rows, False

    def _clear(self) -> None:
        self._lexer = Lexer(self.errors)
        self._queue.clear()
        self._free_at = 0.0
        if not self.canvas.is_blank:
            self.torn.append(self.canvas.torn_off())

    # --- the mechanism ------------------------------------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        return self.rows_left == 0

    @property
    def is_blocked(self) -> bool:
        return self.is_empty or self.is_open or self.is_jammed or self.is_hot or self.is_failed or self.is_offline

    def run(self) -> None:
        """Do what time has allowed since the last call."""
        if self.is_blocked or not self._queue:
            self._free_at = max(self._free_at, self.monotonic())
        while self._queue and not self.is_blocked and self._free_at <= self.monotonic():
            self._obey(self._queue.popleft())

    def _room(self, data: bytes) -> int:
        held = sum(len(token.raw) for token in self._queue)
        if self.buffer_bytes is None or (data[:1] == b"\x10" and not self._lexer.is_inside):
            return len(data)  # real-time commands have a place of their own
        return max(0, self.buffer_bytes - held)

    def _obey(self, token: Token) -> None:
        self.canvas.obey(token)
        match token.what:
            case What.ROW:
                self._advance(token.tall)
            case What.CUT if self.jams_at_cut:
                self.is_jammed = True
            case What.BARRIER if self.tells_barrier:
                self.say(b"\x03" if self.is_low else b"\x00")
            case What.ID if self.tells_ids:
                self.finished.append(token.raw[-4:].decode("ascii"))
                self.say(b"\x37\x22" + token.raw[-4:] + b"\x00")

    def _advance(self, rows: int) -> None:
        if self.rows_left is not None:
            self.rows_left = max(0, self.rows_left - rows)
        if self.speed_mm_s is not None:
            self._free_at += rows / DOTS_PER_MM / self.speed_mm_s
        if self.rows_to_power_cut is not None:
            self.rows_to_power_cut -= rows
            if self.rows_to_power_cut <= 0:
                self.power_cycle()

    def _obey_at_once(self, token: Token) -> None:
        if token.what is What.CLEAR and self.tells_ids:
            self._clear()
            self.say(b"\x37\x25\x00")
        elif token.what is What.STATUS and self.tells_status:
            self.say(bytes([self._status(token.raw[2])]))

    def _status(self, number: int) -> int:
        bits = {
            1: 0x04 * self.has_open_drawer | 0x08 * self.is_blocked,
            2: 0x04 * self.is_open | 0x20 * self.is_empty | 0x40 * (self.is_jammed or self.is_hot or self.is_failed),
            3: 0x08 * self.is_jammed | 0x20 * self.is_failed | 0x40 * self.is_hot,
            4: 0x0C * (self.is_low or self.is_empty) | 0x60 * self.is_empty,
        }
        return 0x12 | bits[number]
