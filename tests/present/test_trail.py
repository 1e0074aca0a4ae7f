"""The curve on the screen: where a run begins and ends, against what truly happened."""

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sledmon.decode import Decoder
from sledmon.estimate import LiveVelocity
from sledmon.present.sideline.trail import END_S, KEPT_RUNS_S, SHORTEST_M, Run, Trail
from sledmon.samples import VelocityBlock
from sledmon.twin import Disconnect, SessionParams, SimulatedSession, simulate


@cache
def rocking() -> SimulatedSession:
    return simulate(
        SessionParams(seed=5, reps=3, unresisted=2, rocks=(2, 3), false_start_probability=0.0)
    )


@cache
def rocking_moved() -> VelocityBlock:
    return moved(rocking())


def moved(played: SimulatedSession) -> VelocityBlock:
    """Everything that the running velocity says of a session."""
    decoder = Decoder()
    decoder.set_rig(played.rig)
    decoded = decoder.push(played.records, 0)
    return LiveVelocity().push(decoded.encoder, played.rig.encoder.counts_per_m)


def played(block: VelocityBlock, cuts: Sequence[int] = ()) -> Trail:
    trail = Trail()
    for piece in pieces(block, cuts):
        trail.push(piece)
    return trail


def pieces(block: VelocityBlock, cuts: Sequence[int]) -> list[VelocityBlock]:
    places = [0, *sorted(cuts), len(block.time_s)]
    return [part(block, begin, end) for begin, end in pairwise(places)]


def part(block: VelocityBlock, begin: int, end: int) -> VelocityBlock:
    return VelocityBlock(
        time_s=block.time_s[begin:end],
        distance_m=block.distance_m[begin:end],
        velocity_mps=block.velocity_mps[begin:end],
        velocity_sigma_mps=block.velocity_sigma_mps[begin:end],
    )


def drawn(block: VelocityBlock) -> list[tuple[float, bool]]:
    """Whether a run went on, at every sample."""
    trail, out = Trail(), []
    for k in range(len(block.time_s)):
        trail.push(part(block, k, k + 1))
        out.append((float(block.time_s[k]), trail.running))
    return out


def walk(*legs: tuple[float, float], at_m: float = 4.0, start_s: float = 0.0) -> VelocityBlock:
    """Legs of (seconds, m/s), sampled 100 times a second."""
    velocity = np.concatenate([np.full(round(100 * lasts_s), mps) for lasts_s, mps in legs])
    return VelocityBlock(
        time_s=start_s + np.arange(len(velocity)) / 100,
        distance_m=at_m + np.cumsum(velocity) / 100,
        velocity_mps=velocity,
        velocity_sigma_mps=np.full(len(velocity), 0.05),
    )


def test_every_run_of_a_session_is_seen_from_its_start_to_its_stop() -> None:
    truth, runs = rocking().truth.reps, played(rocking_moved()).runs
    assert len(runs) == len(truth)
    for run, rep in zip(runs, truth, strict=True):
        assert run.start_s == pytest.approx(rep.start_s, abs=0.4)
        assert rep.end_s < run.end_s < rep.stop_s + 0.3
        assert rep.start_s < run.middle_s < rep.stop_s


def test_nothing_runs_on_the_screen_but_reps_and_rocking_leaves_no_curve() -> None:
    truth = rocking().truth.reps
    for time_s, running in drawn(rocking_moved()):
        inside = any(rep.start_s - 0.3 < time_s < rep.stop_s + END_S + 0.3 for rep in truth)
        surely = any(rep.start_s + 0.5 < time_s < rep.end_s for rep in truth)
        assert not surely or running, f"not drawn at {time_s:.2f} s"
        if running and not inside:  # rocking may begin a curve; it goes away at once
            assert any(rep.start_s - 12.0 < time_s < rep.start_s for rep in truth)


def test_the_curve_counts_from_where_the_athlete_stood() -> None:
    whole = rocking()
    rep = whole.truth.reps[-1]
    distance_m, velocity_mps = played(rocking_moved()).curve
    motion = whole.motion
    during = (motion.time_s >= rep.start_s) & (motion.time_s <= rep.end_s)
    true_m = motion.distance_m[during] - rep.zero_m
    true_mps = motion.velocity_mps[during]
    at_m = np.linspace(1.0, 9.0, 30)
    off = np.interp(at_m, distance_m, velocity_mps) - np.interp(at_m, true_m, true_mps)
    assert np.sqrt(np.mean(off**2)) < 0.3
    assert distance_m[0] == 0.0
    assert np.all(np.diff(distance_m) > 0.0)


def test_rocking_leaves_no_curve_and_no_run() -> None:
    rocked = walk((2, 0.0), (0.1, 0.6), (0.1, -0.6), (0.1, 0.6), (0.1, -0.6), (1, 0.0))
    trail = played(rocked)
    assert not trail.running
    assert trail.points == 0
    assert not trail.runs
    assert math.isnan(trail.distance_m)


def test_walking_back_is_never_drawn() -> None:
    trail = played(walk((2, 0.0), (3, 4.0), (1, 0.0)))
    points = trail.points
    block = walk((8, -1.5), (1, 0.0), at_m=16.0, start_s=6.0)
    for k in range(len(block.time_s)):
        trail.push(part(block, k, k + 1))
        assert not trail.running
    assert trail.points == points
    assert len(trail.runs) == 1


def test_an_athlete_who_turns_back_at_once_ends_the_run_and_the_curve_stays() -> None:
    trail = played(walk((1, 0.0), (3, 4.0), (2, -1.0)))
    (run,) = trail.runs
    assert run.end_s == pytest.approx(4.0, abs=0.02)
    assert trail.curve[0][-1] == pytest.approx(12.0, abs=0.1)


def test_a_short_stumble_is_no_end() -> None:
    trail = played(walk((1, 0.0), (1, 4.0), (END_S - 0.1, 0.1), (1, 4.0), (1, 0.0)))
    (run,) = trail.runs
    assert run.distance_m == pytest.approx(8.0, abs=0.2)


def test_a_silence_ends_the_run_where_it_was_seen_last() -> None:
    trail = played(walk((1, 0.0), (2, 4.0)))
    trail.push(walk((1, 0.0), at_m=4.0, start_s=103.0))
    assert not trail.running
    assert trail.runs[-1].end_s == pytest.approx(3.0, abs=0.02)
    assert trail.runs[-1].start_s < trail.runs[-1].middle_s < 3.0


def test_a_new_zero_in_the_middle_of_a_run_ends_it_and_counts_anew() -> None:
    trail = played(walk((1, 0.0), (1, 4.0)))
    trail.push(walk((1, 4.0), at_m=0.0, start_s=2.0))
    assert trail.runs[-1].distance_m == pytest.approx(4.0, abs=0.1)
    assert trail.running
    assert trail.distance_m == pytest.approx(4.0, abs=0.1)


def test_a_tether_that_restarts_within_a_rep_draws_two_pieces_and_no_leap() -> None:
    rep = simulate(SessionParams(seed=5, reps=1, unresisted=1)).truth.reps[0]
    middle_s = (rep.start_s + rep.end_s) / 2
    lost = Disconnect(device="encoder", at_s=middle_s, duration_s=0.6, restart=True)
    trail = Trail()
    whole = moved(simulate(SessionParams(seed=5, reps=1, unresisted=1, disconnects=(lost,))))
    longest = 0.0
    for k in range(len(whole.time_s)):
        trail.push(part(whole, k, k + 1))
        longest = max(longest, trail.distance_m if trail.points else 0.0)
    assert longest < 9.144 + 4.0
    assert all(run.distance_m < 14.0 for run in trail.runs)


def test_runs_are_remembered_for_a_minute() -> None:
    trail = Trail()
    for start_s in (0.0, 30.0, 75.0):
        trail.push(walk((1, 0.0), (2, 3.0), (1, 0.0), start_s=start_s))
    assert [round(run.start_s) for run in trail.runs] == [31, 76]
    assert all(run.end_s > trail.time_s - KEPT_RUNS_S for run in trail.runs)
    assert all(run.distance_m > SHORTEST_M for run in trail.runs)


@settings(max_examples=25)
@given(st.data())
def test_cut_anywhere_the_trail_is_the_same(data: st.DataObject) -> None:
    block = rocking_moved()
    cuts = data.draw(st.lists(st.integers(0, len(block.time_s)), max_size=40))
    whole, cut = played(block), played(block, cuts)
    assert list(whole.runs) == list(cut.runs)
    assert np.array_equal(whole.curve, cut.curve)
    assert (whole.running, whole.velocity_mps) == (cut.running, cut.velocity_mps)


def test_a_run_knows_its_middle() -> None:
    assert Run(2.0, 5.0, 9.0).middle_s == 3.5
