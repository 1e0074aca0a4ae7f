"""Step period and peak from the tether alone."""

import numpy as np
import pytest

from sledmon.estimate.motion.smooth import SmoothParams, smooth_positions
from sledmon.estimate.steps import step_period
from tests.estimate.runs import sprint, sprint_distance, still_then


def swinging(frequency_hz: float, swing_mps: float, seed: int = 0) -> np.ndarray:
    """A sprint whose velocity swings within each step; counts of 1 mm, some noise."""
    t = np.arange(0, 3.5, 0.01)
    omega = 2 * np.pi * frequency_hz
    swing = -swing_mps / omega * (np.cos(omega * t) - 1.0) * np.minimum(t, 1.0)
    noise = np.random.default_rng(seed).normal(0, 0.001, len(t))
    return np.asarray(np.round(sprint_distance(t) + swing + noise, 3))


@pytest.mark.parametrize("frequency_hz", [3.5, 4.3, 5.0])
def test_the_period_of_the_swing_is_found_within_its_error(frequency_hz: float) -> None:
    t = np.arange(0, 3.5, 0.01)
    path = smooth_positions(t, swinging(frequency_hz, 0.35), 0.0015, SmoothParams())
    period = step_period(path, 1.0, 2.5)
    assert period.value == pytest.approx(1 / frequency_hz, rel=0.02)
    assert abs(period.value - 1 / frequency_hz) < 3 * period.sigma


def test_a_run_without_rhythm_has_no_step_period() -> None:
    t = np.arange(0, 3.5, 0.01)
    path = smooth_positions(t, sprint_distance(t), 0.0015, SmoothParams())
    assert not step_period(path, 1.0, 2.5).known


def test_the_peak_is_averaged_over_a_step_and_not_the_top_of_the_swing() -> None:
    frequency_hz, swing_mps = 4.3, 0.35
    run = swinging(frequency_hz, swing_mps)
    (rep,) = still_then(run).found()
    peak = rep.estimates.peak_velocity_mps
    t = np.arange(0, 3.5, 0.0005)
    smooth_top = np.gradient(sprint_distance(t), t)[sprint_distance(t) <= 9.144][-1]
    assert peak.value == pytest.approx(smooth_top, abs=0.05)
    assert peak.value < smooth_top + 0.5 * swing_mps


def test_a_rep_without_rhythm_says_so() -> None:
    (rep,) = still_then(sprint()).found()
    assert any("no step rhythm" in note for note in rep.estimates.notes)
