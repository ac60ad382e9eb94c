"""What a printer tells, and the short name that a job has with it."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.printer import PROBLEMS, PrinterStatus, process_id


def test_a_printer_that_tells_nothing_is_ready() -> None:
    assert PrinterStatus().ready
    assert PrinterStatus(paper_low=True, answered=True).ready
    assert not any(PrinterStatus((problem,)).ready for problem in PROBLEMS)


def test_a_job_has_the_same_process_id_in_every_run() -> None:
    assert process_id("019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071") == "&U\\+"


@given(st.text(max_size=40))
def test_a_process_id_is_four_signs_that_a_printer_takes(job_id: str) -> None:
    sent = process_id(job_id).encode("ascii")
    assert len(sent) == 4
    assert all(0x20 <= byte <= 0x7E for byte in sent)


def test_process_ids_of_jobs_after_each_other_differ() -> None:
    assert len({process_id(f"019ab2c3-d4e5-7f60-8a1b-{count:012x}") for count in range(2000)}) == 2000
