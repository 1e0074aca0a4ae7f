"""The tether silent before, within, after a run: less is known, it is said, nothing is guessed."""

import math

import pytest

from sledmon.results import Rep
from sledmon.samples import Packet, Record
from tests.pipeline.sessions import records_of, session_of

CLEAN = "simulated-clean-10yd"


def clean_rep(number: int) -> Rep:
    return session_of(records_of(CLEAN)).reps[number - 1]


def silent(*spans_s: tuple[float, float]) -> list[Record]:
    """The clean session without the tether's packets that arrived in the spans."""
    return [
        record
        for record in records_of(CLEAN)
        if not (
            isinstance(record, Packet)
            and record.device == "encoder"
            and any(a <= record.received_ns / 1e9 < b for a, b in spans_s)
        )
    ]


def reps_during(rep: Rep, records: list[Record]) -> list[Rep]:
    """The reps measured while one was truly run, and no other rep may be touched."""
    session = session_of(records)
    begin_s, end_s = rep.estimates.start_s - 0.5, rep.estimates.end_s + 1.5
    inside = [r for r in session.reps if begin_s < r.estimates.start_s < end_s]
    assert len(session.reps) - len(inside) == 3
    return inside


def test_300_ms_of_silence_within_a_rep_is_bridged_and_told() -> None:
    before = clean_rep(2)
    middle_s = before.estimates.start_s + 1.0
    (rep,) = reps_during(before, silent((middle_s, middle_s + 0.3)))
    assert rep.estimates.complete
    assert rep.estimates.trust == "fair"
    assert any("tether silent for 0." in note for note in rep.estimates.notes)
    for split, true in zip(rep.estimates.splits, before.estimates.splits, strict=True):
        assert split.time_s.value == pytest.approx(true.time_s.value, abs=0.02)
    assert rep.estimates.window.velocity_mps.value == pytest.approx(
        before.estimates.window.velocity_mps.value, abs=0.05
    )


def test_700_ms_of_silence_over_a_gate_leave_that_split_and_the_peak_unknown() -> None:
    before = clean_rep(2)
    gate_s = before.estimates.start_s + before.estimates.splits[0].time_s.value
    (rep,) = reps_during(before, silent((gate_s - 0.35, gate_s + 0.35)))
    values = rep.estimates
    assert not values.splits[0].time_s.known
    assert values.splits[1].time_s.value == pytest.approx(
        before.estimates.splits[1].time_s.value, abs=0.01
    )
    assert not values.window.velocity_mps.known
    assert not values.peak_velocity_mps.known
    assert values.trust == "poor"
    assert any("tether silent for 0." in note for note in values.notes)
    assert rep.verdict.flag is None


def test_silence_over_the_last_gate_leaves_the_end_unknown() -> None:
    before = clean_rep(2)
    end_s = before.estimates.end_s
    (rep,) = reps_during(before, silent((end_s - 0.4, end_s + 0.5)))
    assert not rep.estimates.complete
    assert math.isnan(rep.estimates.end_s)
    assert rep.estimates.trust == "poor"


def test_silence_in_the_rest_changes_no_rep() -> None:
    before = session_of(records_of(CLEAN))
    rest_s = before.reps[1].estimates.end_s + 6.0
    after = session_of(silent((rest_s, rest_s + 2.0)))
    assert len(after.reps) == len(before.reps)
    for rep, true in zip(after.reps, before.reps, strict=True):
        assert rep.estimates.trust == true.estimates.trust
        for split, other in zip(rep.estimates.splits, true.estimates.splits, strict=True):
            assert split.time_s.value == pytest.approx(other.time_s.value, abs=0.001)
    assert after.quality.encoder is not None
    (gap,) = after.quality.encoder.gaps
    assert gap[1] - gap[0] == pytest.approx(2.0, abs=0.11)


def test_a_run_whose_beginning_was_lost_has_no_split_and_no_invented_start() -> None:
    before = clean_rep(2)
    start_s = before.estimates.start_s
    (rep,) = reps_during(before, silent((start_s - 0.3, start_s + 0.5)))
    values = rep.estimates
    assert values.trust == "poor"
    assert [split.time_s.known for split in values.splits] == [False, False]
    assert math.isnan(values.start_s) or abs(values.start_s - start_s) < 0.6
    assert any("start" in note or "tether silent" in note for note in values.notes)


def test_a_tether_silent_for_more_than_a_second_within_a_run_leaves_one_rep_not_two() -> None:
    before = clean_rep(2)
    middle_s = before.estimates.start_s + 1.1
    (rep,) = reps_during(before, silent((middle_s, middle_s + 1.15)))
    assert rep.estimates.trust == "poor"
    assert rep.verdict.flag is None


def test_a_tether_that_comes_back_within_a_run_measures_nothing_that_needs_its_zero() -> None:
    """The sensor restarted: its counts have a new zero, and stillness was not seen since."""
    before = clean_rep(2).estimates
    reps = session_of(silent((before.start_s - 12.0, before.start_s + 1.2))).reps
    during = [r.estimates for r in reps if before.start_s < r.estimates.start_s < before.end_s + 1]
    for values in during:
        assert values.trust == "poor"
        assert not values.window.velocity_mps.known
        assert math.isnan(values.end_s)
