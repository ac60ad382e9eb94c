"""What every TokenStore promises the print spool."""

from datetime import timedelta

import pytest

from kiosk.errors import ReprintLimitError, StoreError
from kiosk.model.events import Kind
from kiosk.model.token import SlipState
from kiosk.ports import SlipJob, TokenStore
from tests.contracts.acts import (
    doubt_interrupted,
    events_of,
    only_job,
    order,
)
from tests.model.samples import (
    NINE,
    minutes,
    person,
)


class SlipContract:
    # --- slips --------------------------------------------------------------------------------------------------------

    def test_a_new_token_queues_its_slip(self, store: TokenStore) -> None:
        job = only_job(store.issue(order()))
        assert (job.copy, job.language, job.people_ahead, job.queued_at) == (0, "hi", 0, NINE)
        assert list(store.due_slips(NINE)) == [job]
        assert list(store.due_slips(NINE + timedelta(seconds=1))) == []

    def test_without_a_printer_no_slip_is_queued(self, store: TokenStore) -> None:
        issued = store.issue(order(wants_slip=False))
        assert issued.job is None
        assert issued.token.slip is SlipState.NONE
        assert list(store.due_slips(NINE)) == []

    def test_due_slips_come_oldest_first(self, store: TokenStore) -> None:
        jobs = [only_job(store.issue(order(person(place), now=NINE + minutes(place)))) for place in range(5)]
        assert list(store.due_slips(NINE)) == jobs

    @pytest.mark.parametrize(
        "outcome", [SlipState.PRINTED, SlipState.FAILED, SlipState.IN_DOUBT, SlipState.RESOLVED, SlipState.NONE]
    )
    def test_what_became_of_a_slip_is_written_down_once(self, store: TokenStore, outcome: SlipState) -> None:
        job = only_job(store.issue(order()))
        for state in (SlipState.SENDING, SlipState.QUEUED, SlipState.SENDING):
            store.slip_moved(job.job_id, state, NINE)
            assert self.slip_of(store, job) is state
        assert len(events_of(store)) == 1
        store.slip_moved(job.job_id, outcome, NINE + minutes(1), "PAPER_OUT")
        assert self.slip_of(store, job) is outcome
        assert list(store.due_slips(NINE)) == []
        (told,) = events_of(store)[1:]
        assert (told.kind, told.token_id, told.at) == ("slip_state_changed", job.token_id, NINE + minutes(1))
        assert told.body == {"state": outcome.value, "copy": 0, "cause": "PAPER_OUT"}

    def test_a_slip_is_taken_by_one_spool_only(self, store: TokenStore) -> None:
        job = only_job(store.issue(order()))
        store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        assert list(store.due_slips(NINE)) == []
        with pytest.raises(StoreError) as caught:
            store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        assert caught.value.code == "SLIP_JOB_TAKEN"

    def test_how_sure_a_slip_is_stands_in_its_event(self, store: TokenStore) -> None:
        job = only_job(store.issue(order()))
        store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        store.slip_moved(job.job_id, SlipState.PRINTED, NINE, remarks={"confirmation": "printed"})
        (told,) = events_of(store)[1:]
        assert told.body == {"state": "printed", "copy": 0, "cause": "", "confirmation": "printed"}

    def test_an_unknown_slip_is_an_error(self, store: TokenStore) -> None:
        with pytest.raises(StoreError) as caught:
            store.slip_moved("j0", SlipState.PRINTED, NINE)
        assert caught.value.code == "SLIP_JOB_UNKNOWN"

    def test_a_slip_on_its_way_in_a_crash_is_in_doubt(self, store: TokenStore) -> None:
        jobs = [only_job(store.issue(order(person(place)))) for place in range(3)]
        for job in jobs[:2]:
            store.slip_moved(job.job_id, SlipState.SENDING, NINE)
        assert {job.job_id for job in store.interrupted_slips()} == {job.job_id for job in jobs[:2]}
        assert doubt_interrupted(store, NINE + minutes(1)) == 2
        assert [self.slip_of(store, job) for job in jobs] == [SlipState.IN_DOUBT, SlipState.IN_DOUBT, SlipState.QUEUED]
        assert list(store.interrupted_slips()) == []
        assert len(events_of(store)) == 5

    def test_copies_are_counted_and_limited(self, store: TokenStore) -> None:
        original = only_job(store.issue(order()))
        store.slip_moved(original.job_id, SlipState.SENDING, NINE)
        store.slip_moved(original.job_id, SlipState.PRINTED, NINE)
        for copy in (1, 2):
            job = store.reprint(original.token_id, "en", NINE + minutes(copy), limit=2)
            assert (job.copy, job.language, job.people_ahead, job.state) == (copy, "en", None, SlipState.QUEUED)
            assert self.slip_of(store, job) is SlipState.QUEUED
            store.slip_moved(job.job_id, SlipState.SENDING, NINE + minutes(copy))
            store.slip_moved(job.job_id, SlipState.PRINTED, NINE + minutes(copy))
        with pytest.raises(ReprintLimitError):
            store.reprint(original.token_id, "en", NINE + minutes(3), limit=2)
        assert store.reprint(original.token_id, "en", NINE + minutes(3), limit=3).copy == 3
        assert [event.kind for event in events_of(store)].count(Kind.TOKEN_REPRINTED) == 3

    def test_copies_that_never_reached_the_printer_do_not_count(self, store: TokenStore) -> None:
        token = store.issue(order()).token
        for copy in range(1, 6):
            job = store.reprint(token.token_id, "hi", NINE + minutes(copy), limit=1)
            store.slip_moved(job.job_id, SlipState.SENDING, NINE + minutes(copy))
            store.slip_moved(job.job_id, SlipState.FAILED, NINE + minutes(copy), "PRINTER_UNREACHABLE")
        job = store.reprint(token.token_id, "hi", NINE + minutes(6), limit=1)
        store.slip_moved(job.job_id, SlipState.SENDING, NINE + minutes(6))
        with pytest.raises(ReprintLimitError):
            store.reprint(token.token_id, "hi", NINE + minutes(7), limit=1)

    def test_a_copy_takes_the_place_of_a_slip_still_queued(self, store: TokenStore) -> None:
        original = only_job(store.issue(order()))
        copy = store.reprint(original.token_id, "hi", NINE + minutes(1), limit=3)
        assert list(store.due_slips(NINE)) == [copy]
        with pytest.raises(StoreError) as caught:
            store.slip_moved(original.job_id, SlipState.SENDING, NINE + minutes(1))
        assert caught.value.code == "SLIP_JOB_TAKEN"

    def test_a_slip_that_comes_back_from_the_printer_is_not_queued_beside_its_copy(self, store: TokenStore) -> None:
        original = only_job(store.issue(order()))
        store.slip_moved(original.job_id, SlipState.SENDING, NINE)
        copy = store.reprint(original.token_id, "hi", NINE + minutes(1), limit=3)
        store.slip_moved(original.job_id, SlipState.QUEUED, NINE + minutes(1))
        assert list(store.due_slips(NINE)) == [copy]

    def test_the_outcome_of_an_older_copy_says_nothing_of_the_newest(self, store: TokenStore) -> None:
        original = only_job(store.issue(order()))
        store.slip_moved(original.job_id, SlipState.SENDING, NINE)
        copy = store.reprint(original.token_id, "hi", NINE + minutes(1), limit=3)
        store.slip_moved(original.job_id, SlipState.FAILED, NINE + minutes(2))
        assert self.slip_of(store, copy) is SlipState.QUEUED
        store.slip_moved(copy.job_id, SlipState.SENDING, NINE + minutes(3))
        store.slip_moved(copy.job_id, SlipState.PRINTED, NINE + minutes(3))
        assert self.slip_of(store, copy) is SlipState.PRINTED

    @staticmethod
    def slip_of(store: TokenStore, job: SlipJob) -> SlipState:
        token = store.token(job.token_id)
        assert token is not None
        return token.slip
