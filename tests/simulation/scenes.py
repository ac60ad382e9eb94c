"""What happens in a scene, in few words."""

from kiosk.model.events import Kind
from kiosk.model.token import State, Token
from tests.model.samples import person
from tests.simulation.station import Station
from tests.simulation.world import World


def issue(station: Station, who: int, department: str = "MED") -> Token:
    return station.registration.check_in(person(who), department, "hi").token


def act(station: Station, kind: Kind, token: Token) -> Token:
    return station.store.act(kind, token.token_id, station.clock.now(), {})


def talk(world: World, *stations: Station) -> None:
    for station in stations or world.stations:
        world.finish(station)


def states(world: World, token: Token) -> set[State]:
    """In the eyes of all stations that know it."""
    seen = [station.store.token(token.token_id) for station in world.stations]
    return {each.state for each in seen if each is not None}
