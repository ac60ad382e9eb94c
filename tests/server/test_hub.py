"""Who listens to which facility, driven by hand; the database behind it is a dictionary."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import ExitStack
from typing import TypeVar

import pytest
from sqlalchemy.exc import OperationalError

from kiosk.server.hub import STREAMS_OF_A_KEY, Hub, Key, Listener, Standing
from kiosk.server.stream import told_lines

FACILITY = "IN0910000999"
OTHER = "IN0910000998"
KEY = Key(FACILITY, "k1")
_T = TypeVar("_T")


class Ledger:
    """What a database would say. ``meanwhile`` happens between its reading and its answer."""

    def __init__(self, **revisions: int) -> None:
        self.standings = {name: Standing(revision) for name, revision in revisions.items()}
        self.good_keys: set[Key] = set()
        self.meanwhile: Callable[[], None] = lambda: None
        self.asked: list[list[str]] = []
        self.is_down = False

    async def read(
        self, facility_ids: Collection[str], keys: Collection[Key]
    ) -> tuple[Mapping[str, Standing], Collection[Key]]:
        self.asked.append(sorted(facility_ids))
        if self.is_down:
            raise OperationalError("SELECT", None, Exception("gone"))
        read = {name: self.standings[name] for name in facility_ids if name in self.standings}
        await asyncio.sleep(0)
        self.meanwhile()
        return read, self.good_keys & set(keys)


def ledger(revision: int = 0) -> Ledger:
    return Ledger(**{FACILITY: revision})


def run(work: Coroutine[None, None, _T]) -> _T:
    """To its end, and no task is left."""

    async def alone() -> _T:
        async with asyncio.timeout(10):
            result = await work
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    return asyncio.run(alone())


async def heard(listener: Listener) -> bool:
    """Whether it stirs without anything more happening."""
    return await listener.stirred(0)


def test_the_ear_is_opened_before_the_question_so_that_nothing_in_between_is_missed() -> None:
    async def story() -> None:
        base = ledger(7)
        hub = Hub(base.read)
        base.meanwhile = lambda: hub.heard(FACILITY, Standing(8))
        with hub.listening(FACILITY) as listener:
            await hub.refresh(FACILITY)
            assert listener.standing == Standing(8)

    run(story())


def test_a_reading_that_is_older_than_what_was_heard_does_not_turn_time_back() -> None:
    async def story() -> None:
        base = ledger(7)
        hub = Hub(base.read)
        with hub.listening(FACILITY) as listener:
            base.meanwhile = lambda: hub.heard(FACILITY, Standing(9, 2))
            await hub.refresh()
            assert listener.standing == Standing(9, 2)

    run(story())


def test_a_database_restored_from_an_older_backup_is_believed() -> None:
    async def story() -> None:
        base = ledger(7)
        hub = Hub(base.read)
        with hub.listening(FACILITY) as listener:
            await hub.refresh()
            assert await heard(listener)
            base.standings[FACILITY] = Standing(3)
            await hub.refresh()
            assert await heard(listener)
            assert listener.standing == Standing(3)

    run(story())


def test_only_who_listens_to_the_facility_stirs_and_only_when_it_moved() -> None:
    async def story() -> None:
        base = Ledger(**{FACILITY: 7, OTHER: 5})
        hub = Hub(base.read)
        with hub.listening(FACILITY) as mine, hub.listening(OTHER) as others:
            await hub.refresh()
            assert (await heard(mine), await heard(others)) == (True, True)
            hub.heard(FACILITY, Standing(8))
            hub.heard("IN0910000000", Standing(8))
            assert (await heard(mine), await heard(others)) == (True, False)
            hub.heard(FACILITY, Standing(8))
            hub.heard(FACILITY, Standing(6))
            await hub.refresh(OTHER)
            assert (await heard(mine), await heard(others)) == (False, False)
        assert base.asked == [[OTHER, FACILITY], [OTHER]]
        assert hub.streams == 0

    run(story())


def test_what_nobody_listens_to_is_not_asked_for() -> None:
    async def story() -> None:
        base = ledger(7)
        await Hub(base.read).refresh()
        assert base.asked == []

    run(story())


def test_a_revoked_key_ends_its_streams_and_no_others() -> None:
    async def story() -> None:
        base = ledger(7)
        hub = Hub(base.read)
        other_key = Key(FACILITY, "k2")
        base.good_keys = {KEY, other_key}
        with (
            hub.listening(FACILITY, KEY) as revoked,
            hub.listening(FACILITY, other_key) as good,
            hub.listening(FACILITY) as local,
        ):
            await hub.refresh()
            assert not revoked.is_over
            base.good_keys = {other_key}
            await hub.refresh(FACILITY)
            assert not revoked.is_over, "a new stream asks for no keys but its own, which was just seen"
            await hub.refresh()
            assert (revoked.is_over, good.is_over, local.is_over) == (True, False, False)

    run(story())


def test_a_key_with_too_many_streams_loses_its_oldest() -> None:
    async def story() -> None:
        hub = Hub(ledger().read)
        with ExitStack() as streams, hub.listening(FACILITY, Key(FACILITY, "k2")) as another:
            mine = [streams.enter_context(hub.listening(FACILITY, KEY)) for _ in range(STREAMS_OF_A_KEY + 2)]
            assert [each.is_over for each in mine] == [True, True] + [False] * STREAMS_OF_A_KEY
            assert not another.is_over
            assert hub.streams == STREAMS_OF_A_KEY + 3

    run(story())


def test_the_end_ends_all_and_who_comes_later_at_once() -> None:
    async def story() -> None:
        hub = Hub(ledger().read)
        with hub.listening(FACILITY) as early:
            hub.end()
            with hub.listening(FACILITY) as late:
                assert early.is_over
                assert late.is_over
                assert [text async for text in told_lines(late, None, is_alone=True)] == ["retry: 3000\n\n"]

    run(story())


def test_a_database_that_is_down_is_asked_again_later() -> None:
    async def story() -> None:
        base = ledger(7)
        base.is_down = True
        hub = Hub(base.read)
        with hub.listening(FACILITY) as listener:
            with pytest.raises(OperationalError):
                await hub.refresh(FACILITY)
            keeping = asyncio.create_task(hub.keep_fresh(0.001))
            while len(base.asked) < 3:
                await asyncio.sleep(0)
            base.is_down = False
            assert await listener.stirred(5)
            assert listener.standing == Standing(7)
            await cancelled(keeping)

    run(story())


async def cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


def test_what_moves_during_an_announcement_goes_into_one_more() -> None:
    async def story() -> None:
        told: list[Mapping[str, Standing]] = []
        enough = asyncio.Event()

        async def announce(news: Mapping[str, Standing]) -> None:
            told.append(news)
            for revision in (2, 4, 3) if len(told) == 1 else ():
                hub.moved(FACILITY, Standing(revision))
            hub.moved(OTHER, Standing(1)) if len(told) == 1 else enough.set()
            await asyncio.sleep(0)

        hub = Hub(ledger().read, announce)
        task = asyncio.create_task(hub.keep_announcing())
        hub.moved(FACILITY, Standing(1))
        await enough.wait()
        await cancelled(task)
        assert told == [{FACILITY: Standing(1)}, {FACILITY: Standing(4), OTHER: Standing(1)}]

    run(story())


def test_a_push_is_told_from_another_thread() -> None:
    async def story() -> None:
        hub = Hub(ledger().read)
        with hub.listening(FACILITY) as listener:
            await asyncio.to_thread(hub.moved, FACILITY, Standing(1))
            assert await listener.stirred(5)
            assert listener.standing == Standing(1)

    run(story())


def stream_story(
    told: int | None, act: Callable[[Hub, "Lines"], Awaitable[None]], *, standing: Standing, is_alone: bool = False
) -> None:
    """A stream of a facility that stands at ``standing``; heartbeats after 10 ms."""

    async def story() -> None:
        base = Ledger()
        base.standings[FACILITY] = standing
        hub = Hub(base.read)
        with hub.listening(FACILITY) as listener:
            await hub.refresh(FACILITY)
            lines = told_lines(listener, told, is_alone=is_alone, heartbeat_s=0.01, spacing_s=0)
            assert await anext(lines) == "retry: 3000\n\n"
            await act(hub, Lines(lines))

    run(story())


class Lines:
    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> str:
        return await anext(self._lines)

    async def ended(self) -> bool:
        return [line async for line in self._lines] == []


def changed(revision: int) -> str:
    return f'id: {revision}\nevent: changed\ndata: {{"revision": {revision}}}\n\n'


HEARTBEAT = ":\n\n"


@pytest.mark.parametrize("last_id", [None, 0, 6, 8, 2**53 - 1])
def test_another_revision_than_the_last_id_is_told_at_once(last_id: int | None) -> None:
    async def act(hub: Hub, lines: Lines) -> None:
        assert await lines.next() == changed(7)
        assert await lines.next() == HEARTBEAT

    stream_story(last_id, act, standing=Standing(7))


def test_the_same_revision_as_the_last_id_is_not_told() -> None:
    async def act(hub: Hub, lines: Lines) -> None:
        assert await lines.next() == HEARTBEAT
        hub.heard(FACILITY, Standing(8))
        assert await lines.next() == changed(8)

    stream_story(7, act, standing=Standing(7))


def test_a_slow_client_gets_only_the_newest() -> None:
    async def act(hub: Hub, lines: Lines) -> None:
        for revision in range(8, 30):
            hub.heard(FACILITY, Standing(revision))
        assert await lines.next() == changed(29)
        assert await lines.next() == HEARTBEAT

    stream_story(7, act, standing=Standing(7))


def test_the_first_events_of_an_empty_facility() -> None:
    async def act(hub: Hub, lines: Lines) -> None:
        assert await lines.next() == changed(0)
        assert await lines.next() == HEARTBEAT

    stream_story(None, act, standing=Standing())


def test_a_configuration_is_told_apart_and_has_no_id_of_its_own() -> None:
    async def act(hub: Hub, lines: Lines) -> None:
        assert await lines.next() == 'event: configuration\ndata: {"config_revision": 2}\n\n'
        hub.heard(FACILITY, Standing(9, 3))
        assert await lines.next() == 'event: configuration\ndata: {"config_revision": 3}\n\n' + changed(9)

    stream_story(7, act, standing=Standing(7, 2))


def test_who_is_alone_listens_until_somebody_imports_the_facility() -> None:
    async def act(hub: Hub, lines: Lines) -> None:
        assert await lines.next() == changed(7)
        hub.heard(FACILITY, Standing(8, 1))
        assert await lines.ended()

    stream_story(None, act, standing=Standing(7), is_alone=True)


def test_a_stream_ends_with_the_hub() -> None:
    async def act(hub: Hub, lines: Lines) -> None:
        assert await lines.next() == changed(7)
        hub.end()
        assert await lines.ended()

    stream_story(None, act, standing=Standing(7))
