"""Which streams of this process listen to which facility, and how far each facility has come.

A hub belongs to one event loop. Only ``moved`` may be called from other threads.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

STREAMS = 1_000
"""At most, of one process: each is a connection and 50 KB."""
STREAMS_OF_A_KEY = 4
BREATH_S = 0.03
"""Between two announcements: in a rush each would cost as much as what it tells."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class Standing:
    """How far a facility has come; 0 stands for what was never so or is not known."""

    revision: int = 0
    config_revision: int = 0

    def up_to(self, other: "Standing") -> "Standing":
        """What both know together."""
        return Standing(max(self.revision, other.revision), max(self.config_revision, other.config_revision))


@dataclass(frozen=True)
class Key:
    """What a listener's request was signed with; its facility is empty for a key of the whole server."""

    facility_id: str
    key_id: str


class Listener:
    """One stream's ear: it stirs when its facility has moved, and when it is to stop."""

    def __init__(self, facility: "_Facility", key: Key | None) -> None:
        self.key = key
        self.is_over = False
        self._facility = facility
        self._stir = asyncio.Event()

    @property
    def standing(self) -> Standing:
        """Of its facility now: what came in between is not kept, so that a slow client cannot fill the memory."""
        return self._facility.standing

    def stir(self) -> None:
        self._stir.set()

    def end(self) -> None:
        self.is_over = True
        self._stir.set()

    async def stirred(self, within_s: float) -> bool:
        """Wait until it stirs; False if it did not for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._stir.wait()
        was_stirred = self._stir.is_set()
        self._stir.clear()
        return was_stirred


@dataclass(eq=False)
class _Facility:
    standing: Standing = Standing()
    listeners: dict[Listener, None] = field(default_factory=dict)


class Read(Protocol):
    """Asks the database, in one go: the facilities' standings, and which of the keys may still be used."""

    def __call__(
        self, facility_ids: Collection[str], keys: Collection[Key]
    ) -> Awaitable[tuple[Mapping[str, Standing], Collection[Key]]]: ...


class Hub:
    """Tells the streams of this process what moved; ``announce``, if there is one, tells the other processes.

    Raises (``read`` and all that awaits it):
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """

    def __init__(self, read: Read, announce: Callable[[Mapping[str, Standing]], Awaitable[None]] | None = None) -> None:
        self._read, self._announce = read, announce
        self._loop = asyncio.get_running_loop()
        self._facilities: dict[str, _Facility] = {}
        self._unannounced: dict[str, Standing] = {}
        self._has_news = asyncio.Event()
        self._is_over = False

    @property
    def streams(self) -> int:
        return sum(len(facility.listeners) for facility in self._facilities.values())

    def moved(self, facility_id: str, standing: Standing) -> None:
        """From any thread, after the commit."""
        self._loop.call_soon_threadsafe(self._moved, facility_id, standing)

    def _moved(self, facility_id: str, standing: Standing) -> None:
        self.heard(facility_id, standing)
        if self._announce is not None:
            self._unannounced[facility_id] = self._unannounced.get(facility_id, Standing()).up_to(standing)
            self._has_news.set()

    def heard(self, facility_id: str, standing: Standing) -> None:
        """A facility has come at least so far."""
        facility = self._facilities.get(facility_id)
        if facility is not None:
            self._put(facility, facility.standing.up_to(standing))

    @staticmethod
    def _put(facility: _Facility, standing: Standing) -> None:
        if standing != facility.standing:
            facility.standing = standing
            for listener in facility.listeners:
                listener.stir()

    @contextmanager
    def listening(self, facility_id: str, key: Key | None = None) -> Iterator[Listener]:
        """An ear for one stream. Who wants to miss nothing calls ``refresh`` within the block, not before it."""
        facility = self._facilities.setdefault(facility_id, _Facility())
        listener = Listener(facility, key)
        if key is not None:
            self._make_room(key)
        if self._is_over:
            listener.end()
        facility.listeners[listener] = None
        try:
            yield listener
        finally:
            facility.listeners.pop(listener, None)
            if not facility.listeners:
                self._facilities.pop(facility_id, None)

    def _make_room(self, key: Key) -> None:
        """A station that has this many has most likely lost the oldest, without the server having been told."""
        own = [listener for listener in self._listeners() if listener.key == key and not listener.is_over]
        for listener in own[: max(0, len(own) - STREAMS_OF_A_KEY + 1)]:
            listener.end()

    def _listeners(self) -> list[Listener]:
        return [listener for facility in self._facilities.values() for listener in facility.listeners]

    async def refresh(self, facility_id: str | None = None) -> None:
        """Ask the database about one facility, or about all that are listened to and the keys of who listens."""
        watched = {name: each for name, each in self._facilities.items() if facility_id in (None, name)}
        keys = {each.key for each in self._listeners() if each.key} if facility_id is None else set()
        if not watched:
            return
        before = {name: facility.standing for name, facility in watched.items()}
        standings, good_keys = await self._read(watched.keys(), keys)
        for name, facility in watched.items():
            found = standings.get(name, Standing())
            # Less than is known: either it is older than what was heard meanwhile, or an older backup was restored.
            is_newest = facility.standing == before[name]
            self._put(facility, found if is_newest else facility.standing.up_to(found))
        for listener in self._listeners():
            if listener.key in keys and listener.key not in good_keys:
                listener.end()

    async def calm_refresh(self) -> None:
        """``refresh`` of all; a database that does not answer now is asked again later."""
        try:
            await self.refresh()
        except SQLAlchemyError as error:
            _log.warning("hub_not_refreshed", cause=type(error).__name__)

    async def keep_fresh(self, every_s: float) -> None:
        """For ever: catches what nobody announced, such as keys revoked by another process."""
        while True:
            await asyncio.sleep(every_s)
            await self.calm_refresh()

    async def keep_announcing(self) -> None:
        """For ever, one announcement at a time: what moves meanwhile goes into the next, however much it is."""
        assert self._announce is not None
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            news, self._unannounced = self._unannounced, {}
            await self._announce(news)
            await asyncio.sleep(BREATH_S)

    def end(self) -> None:
        """End all streams, and those that come later at once."""
        self._is_over = True
        for listener in self._listeners():
            listener.end()
