"""What copies and restored stores and servers do to each other: found by seeds, told as small scenes."""

from dataclasses import replace

import pytest

from kiosk.errors import ServerError, StoreForkError
from kiosk.model.token import SlipState
from kiosk.sync.loop import sync_until_done
from tests.simulation.scenes import issue, talk
from tests.simulation.world import World


def test_a_copy_never_takes_the_original_s_acknowledgement_for_its_own(world: World) -> None:
    """A patient checks in at the copy while its round trip is under way: its event 2 is not the one that is held."""
    kiosk = world.stations[0]
    issue(kiosk, 1)
    copy = world.clone(kiosk)
    issue(kiosk, 2)
    talk(world, kiosk)
    pull = world.links[copy.name].exchange(copy.store.next_push(10))
    assert pull.acked_seq == 2
    issue(copy, 3)
    with pytest.raises(StoreForkError):
        copy.store.synced(pull, copy.clock.now())
    world.rest()


def test_a_copy_with_more_than_one_push_to_send_learns_that_it_is_one(world: World) -> None:
    """Its first push is the same as the original's; the next ones are not."""
    kiosk = world.stations[0]
    issue(kiosk, 1)
    issue(kiosk, 2)
    copy = world.clone(kiosk)
    issue(kiosk, 3)
    issue(copy, 4)
    talk(world, kiosk)
    push = copy.store.next_push(10)
    pull = world.links[copy.name].exchange(replace(push, events=push.events[:2]))
    with pytest.raises(StoreForkError):
        copy.store.synced(pull, copy.clock.now())
    world.rest()


def test_a_copy_sends_again_what_the_server_has_lost_since(world: World) -> None:
    """Acknowledged as the store's event 1, which by now is the original's."""
    kiosk = world.stations[0]
    world.hospital.back_up()
    copy = world.clone(kiosk)
    issue(copy, 1)
    talk(world, copy)
    world.hospital.restore(0)
    issue(kiosk, 2)
    talk(world, kiosk)
    world.rest()


def test_a_store_and_the_server_brought_back_together_lose_nothing_that_the_store_has(world: World) -> None:
    kiosk = world.stations[0]
    world.hospital.back_up()
    token = issue(kiosk, 1)
    talk(world, kiosk)
    kiosk.back_up()
    world.hospital.restore(0)
    world.restore(kiosk, 0)
    world.rest()
    assert world.stations[1].store.token(token.token_id) is not None


def test_stations_hear_of_the_event_that_took_a_lost_one_s_place(world: World) -> None:
    kiosk, other = world.stations[:2]
    world.hospital.back_up()
    copy = world.clone(kiosk)
    issue(copy, 1)
    talk(world, copy, other)
    world.hospital.restore(0)
    issue(kiosk, 2)
    talk(world, kiosk, other)
    world.rest()


def test_two_kiosks_that_reprint_one_slip_agree_on_it(world: World) -> None:
    """Neither copy is the newest any more, once both are counted."""
    kiosk, other = world.stations[:2]
    token = issue(kiosk, 1)
    talk(world)
    issue(other, 1)
    talk(world, other)
    issue(kiosk, 1)
    talk(world)
    world.rest()
    slips = {station.store.token(token.token_id).slip for station in world.stations}  # type: ignore[union-attr]
    assert slips.isdisjoint({SlipState.QUEUED, SlipState.SENDING})


def test_a_slip_is_not_queued_for_ever_where_another_kiosk_s_copy_was_heard_of_first(world: World) -> None:
    """The server has lost the token, and hears of its second slip before it hears of the token again."""
    kiosk, other = world.stations[:2]
    world.hospital.back_up()
    token = issue(kiosk, 1)
    talk(world)
    world.hospital.restore(0)
    issue(other, 1)
    talk(world, other, kiosk)
    world.rest()
    slips = {station.store.token(token.token_id).slip for station in world.stations}  # type: ignore[union-attr]
    assert slips == {SlipState.PRINTED}


def test_what_a_store_brings_along_comes_before_what_it_wrote_while_it_was_turned_away(world: World) -> None:
    """Else the server hears of a second slip, and that it is printed, around the token itself."""
    kiosk = world.stations[0]
    copy, faster = world.clone(kiosk), world.clone(kiosk)
    issue(copy, 1, "EYE")
    issue(kiosk, 2)
    talk(world, kiosk)
    issue(faster, 3)
    talk(world, faster)
    with pytest.raises(ServerError):
        sync_until_done(copy.store, world.links[copy.name], copy.clock)
    issue(copy, 1, "EYE")
    talk(world, copy)
    world.rest()


def test_two_machines_that_hold_one_unsent_event_both_get_on(world: World) -> None:
    """A copy of a copy, and a server that has forgotten which of them sent it: the second learns that it is there."""
    kiosk = world.stations[0]
    copy = world.clone(kiosk)
    issue(kiosk, 1)
    world.hospital.back_up()
    talk(world, kiosk)
    issue(copy, 2)
    second = world.clone(copy)
    talk(world, second)
    world.hospital.restore(0)
    world.rest()
    assert second.store.unsynced() == 0
