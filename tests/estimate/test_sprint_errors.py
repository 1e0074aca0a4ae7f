"""Errors of the sprint model: as large as they say, whatever the steps, gates and sample rate."""

import math

import numpy as np
import pytest

from sledmon.estimate.sprint.curves import time_at, velocity_at
from sledmon.estimate.sprint.model import (
    SprintModelParams,
    fit_distance,
    fit_gates,
    fit_velocity,
)
from sledmon.results import Measured

PARAMS = SprintModelParams()
GATES_M = np.array([5.0, 10.0, 20.0, 30.0, 35.0])
NAMES = ("mss_mps", "mac_mps2", "tau_s", "start_correction_s")


def irregular_run(
    random: np.random.Generator,
    *,
    mss_mps: float,
    tau_s: float,
    start_s: float,
    last_s: float,
    push_mps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time, distance and velocity at 100 Hz, with steps of uneven length, swing and push.

    Each step ends in a velocity that is off by ``push_mps`` (SD), which the athlete recovers from
    with tau. Velocity swings by 0.25 m/s RMS within steps.
    """
    dt = 0.002
    time_s = np.arange(round(last_s / dt) + 1) * dt
    swing, pushed = np.zeros_like(time_s), np.zeros_like(time_s)
    at_s = start_s - random.uniform(0.0, 0.24)
    while at_s < last_s:
        length_s = max(0.12, random.normal(0.23, 0.018))
        phase = (time_s - at_s) / length_s
        inside = (phase >= 0.0) & (phase < 1.0)
        height_mps = math.sqrt(2.0) * 0.25 * (1.0 + 0.25 * random.normal())
        swing[inside] = -height_mps * np.sin(2.0 * np.pi * phase[inside])
        after_s = time_s - at_s - length_s / 2.0
        if at_s + length_s / 2.0 > start_s:
            left = np.exp(-np.maximum(after_s, 0.0) / tau_s)
            pushed += np.where(after_s >= 0.0, random.normal(0.0, push_mps) * left, 0.0)
        at_s += length_s
    swing *= np.clip((time_s - start_s) / 0.5, 0.0, 1.0)
    v = velocity_at(time_s - start_s, mss_mps, mss_mps / tau_s) + swing + pushed
    x = np.concatenate([[0.0], np.cumsum(0.5 * (v[1:] + v[:-1]) * dt)])
    kept = np.flatnonzero(time_s >= start_s - 1e-9)[::5]
    n = len(kept)
    return (
        time_s[kept],
        x[kept] + random.normal(0.0, 0.0015, n),
        v[kept] + random.normal(0.0, 0.05, n),
    )


@pytest.mark.parametrize(
    ("mss_mps", "tau_s", "last_s"),
    [(5.6, 0.9, 2.6), (8.8, 1.2, 5.5)],
    ids=["ten yards backwards", "forty yards forwards"],
)
def test_stated_intervals_cover_irregular_steps(
    mss_mps: float, tau_s: float, last_s: float
) -> None:
    truth = np.array([mss_mps, mss_mps / tau_s, tau_s, 0.1])
    random = np.random.default_rng(1)
    runs = 200
    covered = np.zeros((2, 4))
    for _ in range(runs):
        time_s, x, v = irregular_run(
            random, mss_mps=mss_mps, tau_s=tau_s, start_s=0.1, last_s=last_s, push_mps=0.12
        )
        for row, fit in enumerate(
            (fit_distance(time_s, x, PARAMS), fit_velocity(time_s, v, PARAMS))
        ):
            stated = np.array([getattr(fit, name) for name in NAMES])
            covered[row] += np.abs(stated[:, 0] - truth) < fit.interval_factor * stated[:, 1]
    share = covered / runs
    assert np.all(share >= 0.80), share
    assert np.all(share[:, :3] <= 0.97), share  # the start is stated too wide (METHODS.md)


def test_intervals_of_regular_steps_are_too_wide_rather_than_too_narrow() -> None:
    random = np.random.default_rng(3)
    errors, sigmas = [], []
    for _ in range(40):
        time_s, x, _ = irregular_run(
            random, mss_mps=5.6, tau_s=0.9, start_s=0.1, last_s=2.6, push_mps=0.0
        )
        fit = fit_distance(time_s, x, PARAMS)
        errors.append(fit.mss_mps.value - 5.6)
        sigmas.append(fit.mss_mps.sigma)
    assert np.std(errors) < np.median(sigmas) < 0.25


def test_white_noise_alone_would_promise_far_too_much() -> None:
    random = np.random.default_rng(4)
    time_s, x, _ = irregular_run(
        random, mss_mps=5.6, tau_s=0.9, start_s=0.1, last_s=2.6, push_mps=0.1
    )
    fit = fit_distance(time_s, x, PARAMS)
    assert fit.dof < 10 < fit.points
    assert fit.mss_mps.sigma > 5.0 * fit.residual_rms / math.sqrt(fit.points)


def test_the_error_of_a_fit_does_not_hang_on_the_sample_rate() -> None:
    random = np.random.default_rng(6)
    time_s, x, v = irregular_run(
        random, mss_mps=5.6, tau_s=0.9, start_s=0.1, last_s=3.0, push_mps=0.08
    )
    for fitting, y in ((fit_distance, x), (fit_velocity, v)):
        dense, thin = fitting(time_s, y, PARAMS), fitting(time_s[::2], y[::2], PARAMS)
        assert thin.mss_mps.sigma == pytest.approx(dense.mss_mps.sigma, rel=0.35)


def test_stated_errors_of_gates_cover_noisy_gates() -> None:
    random = np.random.default_rng(7)
    truth = np.array([8.0, 7.0, 8.0 / 7.0, -0.25])
    covered = np.zeros(4)
    for _ in range(200):
        time_s = time_at(GATES_M, 8.0, 7.0) - 0.25 + random.normal(0.0, PARAMS.gate_sigma_s, 5)
        fit = fit_gates(GATES_M, time_s, PARAMS)
        stated = np.array([getattr(fit, name) for name in NAMES])
        covered += np.abs(stated[:, 0] - truth) < fit.interval_factor * stated[:, 1]
    assert np.all(covered / 200 >= 0.88), covered  # few gates: never less than gate_sigma_s


def test_a_known_start_needs_one_gate_less_and_hands_its_error_on() -> None:
    gates_m = np.array([5.0, 10.0, 30.0])
    time_s = time_at(gates_m, 8.0, 6.0) + 0.2
    sure = fit_gates(gates_m, time_s, PARAMS, Measured(0.2, 0.0))
    unsure = fit_gates(gates_m, time_s, PARAMS, Measured(0.2, 0.1))
    assert sure.mss_mps.value == pytest.approx(8.0, abs=1e-3)
    assert sure.dof == 1
    assert sure.start_correction_s == pytest.approx((0.2, 0.0))
    assert unsure.start_correction_s == pytest.approx((0.2, 0.1))
    step_s = 0.01
    aside = fit_gates(gates_m, time_s, PARAMS, Measured(0.2 + step_s, 0.0))
    slope = (aside.mac_mps2.value - sure.mac_mps2.value) / step_s
    more = math.sqrt(unsure.mac_mps2.sigma**2 - sure.mac_mps2.sigma**2)
    assert more == pytest.approx(abs(slope) * 0.1, rel=0.1)


def test_a_later_clock_moves_the_start_and_nothing_else() -> None:
    random = np.random.default_rng(5)
    time_s, x, v = irregular_run(
        random, mss_mps=5.6, tau_s=0.9, start_s=0.1, last_s=3.0, push_mps=0.05
    )
    for fitting, y in ((fit_distance, x), (fit_velocity, v)):
        here, later = fitting(time_s, y, PARAMS), fitting(time_s + 1000.0, y, PARAMS)
        for name in NAMES[:3]:
            value, sigma = getattr(here, name)
            assert getattr(later, name).value == pytest.approx(value, rel=1e-6)
            # A sample on the border of two steps may change sides.
            assert getattr(later, name).sigma == pytest.approx(sigma, rel=0.05)
        moved_s = later.start_correction_s.value - here.start_correction_s.value
        assert moved_s == pytest.approx(1000.0, abs=1e-6)
