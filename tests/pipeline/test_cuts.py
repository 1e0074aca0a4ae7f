"""However the records of a session are cut into pieces, the session is the same to the byte."""

from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sledmon.acquire import with_ticks
from sledmon.pipeline import Pipeline
from sledmon.results import Estimates, Session
from sledmon.samples import Packet, Record, Tick
from sledmon.twin import Disconnect, SessionParams, simulate
from tests.pipeline.sessions import records_of, session_of, text_of

HARSH = "simulated-harsh-radio"
DYING = "simulated-both-sensors-die"
NAMES = (HARSH, DYING, "simulated-false-starts", "simulated-long-rest-disconnect")


@dataclass(frozen=True)
class Appeared:
    """A rep that was final as soon as the record at ``ordinal`` had arrived."""

    ordinal: int
    estimates: Estimates


@cache
def one_by_one(records: tuple[Record, ...]) -> tuple[list[Appeared], Session]:
    pipeline = Pipeline()
    appeared: list[Appeared] = []
    for ordinal, record in enumerate(records):
        # Reps are only asked for when something may have changed, as a screen does.
        if pipeline.push([record]):
            reps = pipeline.reps()
            appeared += [Appeared(ordinal, rep.estimates) for rep in reps[len(appeared) :]]
            for before, rep in zip(appeared, reps, strict=True):
                assert rep.estimates == before.estimates, "a finished rep was revised"
    return appeared, pipeline.finish()


@pytest.mark.parametrize("name", NAMES)
def test_record_by_record_equals_all_at_once_and_no_finished_rep_is_ever_revised(
    name: str,
) -> None:
    appeared, session = one_by_one(records_of(name))
    assert text_of(session) == text_of(session_of(records_of(name)))
    assert [a.estimates for a in appeared] == [rep.estimates for rep in session.reps]


@settings(max_examples=12)
@given(data=st.data())
@pytest.mark.parametrize("name", NAMES)
def test_any_cut_gives_the_same_session(name: str, data: st.DataObject) -> None:
    records = records_of(name)
    cuts = data.draw(st.lists(st.integers(0, len(records)), max_size=40))
    assert text_of(session_of(records, cuts)) == text_of(session_of(records))


@pytest.mark.parametrize("name", NAMES)
def test_a_rep_ends_at_the_same_record_whatever_batch_brings_it(name: str) -> None:
    records = records_of(name)
    appeared, _ = one_by_one(records)
    assert appeared
    for number, rep in enumerate(appeared, 1):
        for step in (7, 400):
            pipeline = Pipeline()
            for begin in range(0, rep.ordinal, step):
                pipeline.push(records[begin : min(begin + step, rep.ordinal)])
            assert len(pipeline.reps()) == number - 1
            pipeline.push(records[rep.ordinal : rep.ordinal + 1])
            assert len(pipeline.reps()) == number
            assert pipeline.reps()[-1].estimates == rep.estimates


def test_a_rep_is_final_at_the_first_arrival_300_ms_after_its_gate() -> None:
    records = records_of("simulated-clean-10yd")
    appeared, _ = one_by_one(records)
    assert len(appeared) == 4
    for rep in appeared:
        due_s = rep.estimates.end_s + 0.30
        arrived_s, before_s = (records[rep.ordinal - k].received_ns / 1e9 for k in (0, 1))
        # The gate is found on raw samples, 10 ms apart, and reported on the smoothed path.
        assert due_s - 0.02 <= arrived_s
        assert before_s < due_s + 0.02


def test_a_rep_whose_sensors_both_die_before_its_gate_ends_a_second_later_on_a_tick() -> None:
    records = records_of(DYING)
    appeared, session = one_by_one(records)
    assert len(session.reps) == len(appeared) == 2
    dead = appeared[1]
    last_ns = max(
        record.received_ns
        for record in records
        if isinstance(record, Packet) and record.device == "encoder"
    )
    assert isinstance(records[dead.ordinal], Tick)
    assert 1.0 <= (records[dead.ordinal].received_ns - last_ns) / 1e9 <= 1.1
    assert dead.ordinal < len(records) - 200, "the recording goes on long after"
    assert not dead.estimates.complete
    assert not dead.estimates.mean_velocity_mps.known
    assert not dead.estimates.window.velocity_mps.known
    assert dead.estimates.trust == "poor"
    assert session.reps[1].verdict.flag is None


@settings(max_examples=10)
@given(data=st.data())
@pytest.mark.parametrize("name", [HARSH, "simulated-false-starts"])
def test_what_comes_after_a_rep_never_changes_its_estimates(name: str, data: st.DataObject) -> None:
    records = records_of(name)
    whole = session_of(records)
    appeared, _ = one_by_one(records)
    cut = data.draw(st.integers(1, len(records)))
    part = session_of(records[:cut])
    final = [a for a in appeared if a.ordinal < cut]
    assert [rep.estimates for rep in part.reps[: len(final)]] == [a.estimates for a in final]
    # A rep that the cut interrupts is told as far as it was seen, and nothing else is invented.
    assert len(part.reps) <= len(final) + 1
    for rep in part.reps[len(final) :]:
        assert rep.estimates.start_s == pytest.approx(
            whole.reps[len(final)].estimates.start_s, abs=0.05
        )
        assert rep.verdict.flag is None or rep.estimates.complete


def test_finishing_changes_no_rep_that_was_final() -> None:
    records = records_of(HARSH)
    pipeline = Pipeline()
    pipeline.push(records)
    before = [rep.estimates for rep in pipeline.reps()]
    assert [rep.estimates for rep in pipeline.finish().reps][: len(before)] == before


def test_nothing_at_all_is_a_session_without_reps() -> None:
    session = session_of([])
    assert session.reps == ()
    assert session.duration_s == 0.0
    assert session.quality.encoder is None


def test_a_belt_that_restarts_between_two_reps_makes_no_difference_between_cuts() -> None:
    begun = simulate(SessionParams(seed=12, reps=2, unresisted=1, faults="none"))
    between_s = begun.truth.reps[0].end_s + 4.0
    restart = Disconnect(device="imu", at_s=between_s, duration_s=1.0, restart=True)
    session = simulate(
        SessionParams(seed=12, reps=2, unresisted=1, faults="none", disconnects=(restart,))
    )
    records = list(with_ticks(session.records))
    whole, singly = session_of(records), session_of(records, range(1, len(records)))
    assert len(whole.reps) == 2
    assert whole.reps[1].estimates.trust == "good"
    assert text_of(whole) == text_of(singly)
