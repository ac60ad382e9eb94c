"""The hospital server's rules in memory, for tests of whatever talks to one."""

from datetime import UTC, datetime

from kiosk.errors import ServerError, StoreForkError
from kiosk.model.events import FIRST_HASH, Event, is_chained
from kiosk.model.exchange import Parked, PatientDetails, Pull, PulledConfiguration, Push, StoreClaim, StoreGrant
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.token import Token

WANT = 500
SERIES = ("B", "C", "D", "E", "F", "G", "H")
"""What new stores and their reserves get, in turn."""


class FakeHospitalServer:
    """``HospitalServer`` for one facility. ``faults`` are raised one by one before anything is taken."""

    def __init__(self) -> None:
        self.log: list[Event] = []
        self.tokens: dict[str, Token] = {}
        self.patients: dict[str, PatientDetails] = {}
        self.parked: dict[tuple[str, int], str] = {}
        self.forked: set[str] = set()
        self.faults: list[Exception] = []
        self.answers_lost = 0
        self.exchanges = 0
        self.configured = PulledConfiguration(0, ())
        self.configuration_faults: list[Exception] = []
        self.claims: dict[str, StoreClaim] = {}
        self.series: dict[str, tuple[str, str]] = {}
        self.present: str | None = None
        self.forgotten: set[str] = set()
        self.cloned = False

    def configuration(self) -> PulledConfiguration:
        if self.configuration_faults:
            raise self.configuration_faults.pop(0)
        return self.configured

    def register(self, claim: StoreClaim) -> StoreGrant:
        if self.cloned or self.present not in (None, claim.store_id, claim.former_store_id):
            raise ServerError("cloned", code="STATION_CLONED")
        if claim.store_id not in self.series:
            fresh = iter(SERIES[2 * len(self.series) :])
            self.series[claim.store_id] = (claim.series or next(fresh), next(fresh))
        self.claims[claim.store_id], self.present = claim, claim.store_id
        self.forgotten.discard(claim.store_id)
        known = {event.event_id for event in self.log}
        return StoreGrant(*self.series[claim.store_id], frozenset(known.intersection(claim.orphans)))

    def forget(self, store_id: str) -> None:
        """As a server that was restored from a backup of before it had heard of this store."""
        assert store_id == self.present
        self.log = [event for event in self.log if event.store_id != store_id]
        self.present = self.claims.pop(store_id).former_store_id
        self.forgotten.add(store_id)

    def exchange(self, push: Push) -> Pull:
        self.exchanges += 1
        if self.faults:
            raise self.faults.pop(0)
        if push.store_id in self.forgotten:
            raise ServerError("unknown", code="STORE_UNKNOWN")
        acked = self._take(push)
        if self.answers_lost:
            self.answers_lost -= 1
            raise ServerError("the answer was lost", code="SERVER_TIMEOUT")
        sent = {event.seq for event in push.events}
        parked = [Parked(seq, code) for (store, seq), code in self.parked.items() if store == push.store_id]
        others = [(rev, e) for rev, e in enumerate(self.log, 1) if rev > push.cursor and e.store_id != push.store_id]
        more = len(others) > WANT
        given = others[:WANT]
        return Pull(
            acked_seq=acked,
            parked=tuple(sorted((p for p in parked if p.seq in sent), key=lambda p: p.seq)),
            events=tuple(event for _, event in given),
            patients=(),
            cursor=given[-1][0] if more else len(self.log),
            more=more,
            server_time=datetime.now(UTC),
            config_revision=self.configured.revision,
        )

    def _take(self, push: Push) -> int:
        if push.store_id in self.forked:
            raise StoreForkError("quarantined")
        held = [event for event in self.log if event.store_id == push.store_id]
        fresh = self._fresh(push, held)
        self.log += fresh
        for event in fresh:
            self._apply(event)
        acked = len(held) + len(fresh)
        known = {event.token_id for event in push.events if event.seq <= acked}
        self.patients |= {details.token_id: details for details in push.patients if details.token_id in known}
        return acked

    def _fresh(self, push: Push, held: list[Event]) -> list[Event]:
        fresh: list[Event] = []
        hashes = [FIRST_HASH] + [event.hash for event in held]
        sent_hashes = {0: FIRST_HASH}
        for event in push.events:
            previous = sent_hashes.get(event.seq - 1)
            if previous is not None and not is_chained(event, previous):
                raise ServerError("tampered", code="SERVER_REFUSED")
            sent_hashes[event.seq] = event.hash
            if event.seq < len(hashes):
                self._fork_unless(hashes[event.seq] == event.hash, push.store_id)
            elif event.seq == len(hashes):
                self._fork_unless(is_chained(event, hashes[-1]), push.store_id)
                hashes.append(event.hash)
                fresh.append(event)
        return fresh

    def _fork_unless(self, same: bool, store_id: str) -> None:
        if not same:
            self.forked.add(store_id)
            raise StoreForkError("fork")

    def _apply(self, event: Event) -> None:
        try:
            after = apply(self.tokens.get(event.token_id), event)
            if event.token_id not in self.tokens and any(_same_number(after, token) for token in self.tokens.values()):
                raise IllegalMoveError("NUMBER_TAKEN", "taken")
            self.tokens[event.token_id] = after
        except IllegalMoveError as error:
            self.parked[event.store_id, event.seq] = error.code


def _same_number(one: Token, other: Token) -> bool:
    def number(token: Token) -> tuple[object, ...]:
        return token.service_day, token.department, token.series, token.number

    return number(one) == number(other)
