"""A rep's curves say what its values say, and the sensors' curves agree where both are good."""

from pathlib import Path

import numpy as np
import pytest

from sledmon.estimate import NotThere, RepFinderParams, RepTrace, trace_again
from sledmon.estimate.again import Wanted
from sledmon.present.replay.session import Replayed, ShownRep, read_replay
from sledmon.rig import Rig

CLEAN = "simulated-clean-10yd"


def replayed(repository: Path, name: str = CLEAN) -> Replayed:
    return read_replay(repository / "recordings" / name / f"{name}.mcap")


def traced(shown: ShownRep) -> RepTrace:
    assert isinstance(shown.trace, RepTrace)
    return shown.trace


@pytest.mark.parametrize("name", [CLEAN, "simulated-harsh-radio", "simulated-slack-strap"])
def test_the_curve_passes_every_gate_when_its_split_says(repository: Path, name: str) -> None:
    for shown in replayed(repository, name).reps:
        trace, estimates = traced(shown), shown.rep.estimates
        for split in estimates.splits:
            at_s = np.array([estimates.start_s + split.time_s.value])
            assert trace.distance_at(at_s)[0] == pytest.approx(split.distance_m, abs=2e-3)
        start = np.interp(estimates.start_s, trace.time_s, trace.velocity_mps)
        assert start == pytest.approx(0.10, abs=0.02)


def test_what_the_tether_measured_lies_about_the_curve_within_its_errors(repository: Path) -> None:
    for shown in replayed(repository).reps:
        trace = traced(shown)
        assert np.mean(np.abs(trace.innovation) < 2.0) > 0.95
        assert abs(np.mean(trace.innovation)) < 0.3
        ran_m = np.cumsum(trace.cord_mps[1:] * np.diff(trace.cord_s))
        assert ran_m == pytest.approx(np.diff(trace.cord_m).cumsum(), abs=1e-9)
        off_m = trace.cord_m - trace.distance_at(trace.cord_s)
        assert np.nanmax(np.abs(off_m)) < 0.06  # the clip swings about the pelvis's middle


def test_both_sensors_tell_of_one_acceleration(repository: Path) -> None:
    for shown in replayed(repository).reps:
        trace = traced(shown)
        assert trace.why_no_belt == ""
        belt = np.interp(trace.tether_s, trace.belt_s, trace.belt_mps2)
        inside = (trace.tether_s > trace.belt_s[0]) & (trace.tether_s < trace.belt_s[-1])
        assert np.corrcoef(belt[inside], trace.tether_mps2[inside])[0, 1] > 0.85


def test_a_rep_without_the_belts_heading_says_why_it_has_no_such_curve(repository: Path) -> None:
    reps = replayed(repository, "simulated-polar-h10").reps
    assert reps
    for shown in reps:
        trace = traced(shown)
        assert len(trace.belt_s) == 0
        assert "no gyro" in trace.why_no_belt
        assert np.array_equal(trace.tether_s, trace.time_s)


def test_without_a_tether_there_is_no_curve_but_a_reason() -> None:
    outcome = trace_again([], Wanted(None, 9.144), Rig(), RepFinderParams())
    assert isinstance(outcome, NotThere)
    assert "without a tether" in outcome.why
