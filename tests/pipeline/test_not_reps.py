"""No reps: the cord pulled by hand, walking out, rocking, walking back. And a rep cut short."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy import analyzed, pair_up
from sledmon.twin import SessionParams, simulate
from tests.cli.command import sledmon


def calm(seed: int, reps: int, faults: str) -> SessionParams:
    """One unresisted rep and then resisted ones, with nothing else going on."""
    return SessionParams(
        seed=seed,
        reps=reps,
        faults=faults,
        unresisted=1,
        rest_s=0.0,
        rocking_probability=0.0,
        false_start_probability=0.0,
    )


@pytest.mark.parametrize("faults", ["none", "mild", "harsh"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_cord_pulled_by_hand_while_the_belt_is_still_is_no_rep(faults: str, seed: int) -> None:
    session = simulate(replace(calm(seed, 1, faults), cord_pull_before_start=True))
    pairs, missed, invented = pair_up(analyzed(session.records), session.truth)
    assert (len(pairs), missed, invented) == (1, [], [])


@pytest.mark.parametrize("faults", ["none", "mild", "harsh"])
def test_rocking_false_starts_and_walking_back_are_no_reps(faults: str) -> None:
    session = simulate(
        SessionParams(
            seed=4, reps=3, unresisted=1, faults=faults, rocks=(1, 2, 3), false_starts=(1, 2, 3),
            rest_s=0.0,
        )
    )  # fmt: skip
    pairs, missed, invented = pair_up(analyzed(session.records), session.truth)
    assert (len(pairs), missed, invented) == (3, [], [])
    for truth, measured in pairs:
        assert measured.start_s == pytest.approx(truth.start_s, abs=0.05)


@pytest.mark.parametrize("faults", ["none", "mild", "harsh"])
def test_an_athlete_who_stops_short_leaves_an_incomplete_rep_without_end_or_flag(
    faults: str,
) -> None:
    session = simulate(replace(calm(6, 2, faults), stops_short=((2, 0.7),)))
    result = analyzed(session.records)
    assert len(result.reps) == 2
    rep, truth = result.reps[1], session.truth.reps[1]
    assert not truth.complete
    assert rep.estimates.complete is False
    assert math.isnan(rep.estimates.end_s)
    assert not rep.estimates.splits[1].time_s.known
    assert not rep.estimates.window.velocity_mps.known
    assert not rep.estimates.mean_velocity_mps.known
    assert rep.verdict.flag is None
    assert rep.estimates.splits[0].time_s.value == pytest.approx(truth.split_s(5.0), abs=0.04)
    during = (session.motion.time_s > truth.start_s) & (session.motion.time_s < truth.stop_s)
    farthest_m = float(np.max(session.motion.distance_m[during])) - truth.zero_m
    (note,) = (note for note in rep.estimates.notes if "stopped short" in note)
    assert float(note.split()[-2]) == pytest.approx(farthest_m, abs=0.12)


def moved(velocity: Callable[[np.ndarray], np.ndarray], seconds: float) -> str:
    """A table of a tether that pays out at a velocity (m/s) from 2 s on, 100 Hz, 1 mm steps."""
    time_s = np.arange(0.0, seconds, 0.01)
    speed = np.where(time_s < 2.0, 0.0, velocity(time_s - 2.0))
    place_m = np.round(np.cumsum(speed) * 0.01, 3)
    rows = [f"{t:.2f},{m:.3f}" for t, m in zip(time_s, place_m, strict=True)]
    return "\n".join(["time_s,distance_m", *rows]) + "\n"


def reps_in(folder: Path, table: str) -> list[dict[str, object]]:
    (folder / "tether.csv").write_text(table)
    assert sledmon("import", folder / "a.mcap", "--encoder", folder / "tether.csv").code == 0
    ran = sledmon("analyze", folder / "a.mcap", "--format", "json")
    reps: list[dict[str, object]] = json.loads(ran.out)["reps"]
    return reps


def walking(after_s: np.ndarray) -> np.ndarray:
    """1.2 m/s with the swing of steps, for 10 m."""
    ramp = np.clip(after_s / 0.5, 0.0, 1.0) * np.clip((9.0 - after_s) / 0.5, 0.0, 1.0)
    return np.asarray(ramp * (1.2 + 0.15 * np.sin(2 * np.pi * 1.9 * after_s)))


def short_dash(after_s: np.ndarray) -> np.ndarray:
    """Up to 2.5 m/s, but 1.5 m in all."""
    return np.asarray(2.5 * np.sin(np.pi * np.clip(after_s / 0.95, 0.0, 1.0)))


def slow_run(after_s: np.ndarray) -> np.ndarray:
    ramp = np.clip(after_s / 1.0, 0.0, 1.0) * np.clip((7.0 - after_s) / 0.5, 0.0, 1.0)
    return np.asarray(1.8 * ramp)


def back_to_the_reel(after_s: np.ndarray) -> np.ndarray:
    return np.asarray(-3.0 * np.sin(np.pi * np.clip(after_s / 4.0, 0.0, 1.0)))


@pytest.mark.parametrize(
    ("velocity", "reps"), [(walking, 0), (short_dash, 0), (back_to_the_reel, 0), (slow_run, 1)]
)
def test_a_rep_is_a_run_of_2_m_that_reaches_1_5_mps_away_from_the_reel(
    tmp_path: Path, velocity: Callable[[np.ndarray], np.ndarray], reps: int
) -> None:
    assert len(reps_in(tmp_path, moved(velocity, 13.0))) == reps
