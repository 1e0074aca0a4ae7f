"""The path of a rep moment by moment, against the simulated pelvis itself."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from sledmon.acquire import with_ticks
from sledmon.estimate import RepFinderParams, RepParams
from sledmon.pipeline import Pipeline, PipelineParams
from sledmon.results import Rep
from sledmon.samples import FloatArray, Packet
from sledmon.twin import SessionParams, SimulatedSession, simulate

TRACED = PipelineParams(finder=RepFinderParams(rep=RepParams(moments_s=0.01)))


class Off(NamedTuple):
    """How far a session's paths are off, and what was said of that."""

    velocity_mps: FloatArray
    velocity_sigma_mps: FloatArray
    distance_m: FloatArray
    distance_sigma_m: FloatArray


def results(
    session: SimulatedSession, params: PipelineParams, *, belt: bool = True
) -> tuple[Rep, ...]:
    records = list(with_ticks(session.records, round(session.duration_s * 1e9)))
    pipeline = Pipeline(params)
    pipeline.push([r for r in records if belt or not (isinstance(r, Packet) and r.device == "imu")])
    return pipeline.finish().reps


def off(seed: int, faults: str, *, belt: bool) -> Off:
    session = simulate(SessionParams(seed=seed, reps=4, unresisted=2, faults=faults))
    motion, parts = session.motion, []
    for rep, truth in zip(results(session, TRACED, belt=belt), session.truth.reps, strict=True):
        moments = rep.estimates.moments
        assert moments is not None
        # All times of a session are late by the same few milliseconds: links are never early.
        at_s = np.array(moments.time_s) + truth.end_s - rep.estimates.end_s
        distance = np.interp(at_s, motion.time_s, motion.distance_m) - truth.zero_m
        velocity = np.interp(at_s, motion.time_s, motion.velocity_mps)
        parts.append(
            Off(
                np.array(moments.velocity_mps) - velocity,
                np.array(moments.velocity_sigma_mps),
                np.array(moments.distance_m) - distance,
                np.array(moments.distance_sigma_m),
            )
        )
    return Off(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


@pytest.mark.parametrize(("belt", "rms_mps", "rms_m"), [(True, 0.05, 0.012), (False, 0.075, 0.015)])
def test_the_path_of_a_rep_lies_near_the_pelvis_and_says_how_near(
    belt: bool, rms_mps: float, rms_m: float
) -> None:
    each = [off(seed, "mild", belt=belt) for seed in (3, 4, 5)]
    whole = Off(*(np.concatenate(arrays) for arrays in zip(*each, strict=True)))
    assert np.std(whole.velocity_mps) < rms_mps
    assert np.std(whole.distance_m) < rms_m
    within = np.abs(whole.velocity_mps) < 1.645 * whole.velocity_sigma_mps
    assert 0.80 < np.mean(within) < 0.99
    within = np.abs(whole.distance_m) < 1.645 * whole.distance_sigma_m
    assert np.mean(within) > 0.80


def test_moments_run_from_before_the_start_to_the_gate_in_whole_steps() -> None:
    session = simulate(SessionParams(seed=3, reps=2, unresisted=2))
    for rep in results(session, TRACED):
        moments = rep.estimates.moments
        assert moments is not None
        time_s = np.array(moments.time_s)
        assert 0.0 <= time_s[0] - (rep.estimates.start_s - 0.5) < 0.01
        assert 0.0 <= rep.estimates.end_s - time_s[-1] < 0.01
        assert np.allclose(np.diff(time_s), 0.01)
        assert np.allclose(time_s, np.round(time_s, 2))
        assert moments.distance_m[-1] == pytest.approx(9.144, abs=0.06)


def test_asking_for_the_path_moves_no_other_value() -> None:
    session = simulate(SessionParams(seed=3, reps=2, unresisted=1))
    plain, traced = results(session, PipelineParams()), results(session, TRACED)
    assert all(rep.estimates.moments is None for rep in plain)
    for a, b in zip(plain, traced, strict=True):
        assert repr(replace(b, estimates=replace(b.estimates, moments=None))) == repr(a)
