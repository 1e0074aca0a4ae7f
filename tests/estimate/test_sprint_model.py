"""The sprint model: its curves, its three fits, their errors, and forces with a sled."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.errors import SprintError
from sledmon.estimate.sprint_model import (
    ForceParams,
    Resistance,
    SprintFit,
    SprintModelParams,
    air_drag_kgpm,
    distance_at,
    fit_distance,
    fit_gates,
    fit_velocity,
    force_velocity,
    time_at,
    velocity_at,
)
from sledmon.results import Measured

PARAMS = SprintModelParams()
GATES_M = np.array([5.0, 10.0, 20.0, 30.0, 35.0])
NAMES = ("mss_mps", "mac_mps2", "tau_s", "start_correction_s")

speeds = st.floats(2.0, 13.0)
accelerations = st.floats(1.0, 15.0)


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


def test_curves_give_the_golden_times_of_a_slower_backpedal() -> None:
    times_s = time_at([4.572, 9.144], 5.6, 5.6 / 0.9)
    np.testing.assert_allclose(times_s, [1.5568, 2.4753], atol=5e-5)


@given(speeds, accelerations, st.floats(0.0, 30.0))
def test_time_at_undoes_distance_at(mss_mps: float, mac_mps2: float, time_s: float) -> None:
    back_s = time_at(distance_at(time_s, mss_mps, mac_mps2), mss_mps, mac_mps2)
    assert float(back_s) == pytest.approx(time_s, abs=2e-7)


@given(speeds, accelerations, st.floats(0.05, 10.0))
def test_velocity_is_the_slope_of_distance(mss_mps: float, mac_mps2: float, time_s: float) -> None:
    ahead, behind = distance_at([time_s + 1e-5, time_s - 1e-5], mss_mps, mac_mps2)
    slope_mps = (ahead - behind) / 2e-5
    assert slope_mps == pytest.approx(float(velocity_at(time_s, mss_mps, mac_mps2)), abs=1e-5)


def test_before_the_start_the_athlete_stands_and_behind_the_line_there_is_no_time() -> None:
    assert velocity_at([-1.0, 0.0], 8.0, 6.0).tolist() == [0.0, 0.0]
    assert distance_at([-1.0, 0.0], 8.0, 6.0).tolist() == [0.0, 0.0]
    assert np.isnan(time_at([-0.1, np.nan], 8.0, 6.0)).all()
    assert float(time_at(0.0, 8.0, 6.0)) == pytest.approx(0.0, abs=1e-7)


@given(st.floats(3.0, 10.0), st.floats(0.5, 1.6), st.floats(-0.4, 0.4))
def test_every_fit_finds_the_model_that_made_the_data(
    mss_mps: float, tau_s: float, start_s: float
) -> None:
    mac_mps2 = mss_mps / tau_s
    time_s = np.arange(-0.5, 6.0, 0.02)
    fits = (
        fit_distance(time_s, distance_at(time_s - start_s, mss_mps, mac_mps2), PARAMS),
        fit_velocity(time_s, velocity_at(time_s - start_s, mss_mps, mac_mps2), PARAMS),
        fit_gates(GATES_M, time_at(GATES_M, mss_mps, mac_mps2) + start_s, PARAMS),
    )
    for fit in fits:
        found = [getattr(fit, name).value for name in NAMES]
        np.testing.assert_allclose(found, [mss_mps, mac_mps2, tau_s, start_s], atol=2e-3)
        assert fit.near_plateau


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


def test_a_slipped_cord_hardly_moves_the_fit() -> None:
    time_s = np.arange(0.0, 4.0, 0.01)
    random = np.random.default_rng(2)
    clean = distance_at(time_s, 5.6, 6.2) + random.normal(0.0, 0.005, len(time_s))
    slipped = clean.copy()
    slipped[250:262] += 0.4
    assert fit_distance(time_s, slipped, PARAMS).mss_mps.value == pytest.approx(
        fit_distance(time_s, clean, PARAMS).mss_mps.value, rel=0.01
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


def test_a_run_short_of_its_plateau_is_hidden() -> None:
    time_s = np.arange(0.0, 1.6, 0.01)  # ends at 83 %: about five yards
    fit = fit_distance(time_s, distance_at(time_s, 5.6, 6.2), PARAMS)
    assert not fit.near_plateau
    assert fit.hidden_because == "the run ended at 82 % of its plateau: run farther"
    assert fit.mss_mps.value == pytest.approx(5.6, abs=1e-3)


def test_a_run_that_only_gets_faster_is_hidden() -> None:
    time_s = np.arange(0.0, 3.0, 0.01)
    fit = fit_distance(time_s, 1.5 * time_s**2, PARAMS)
    assert not fit.near_plateau
    assert "no plateau" in fit.hidden_because
    assert fit.mac_mps2.value == pytest.approx(3.0, rel=0.1)


def test_a_fit_that_is_not_sure_is_hidden() -> None:
    time_s = time_at(GATES_M, 8.0, 7.0) + np.array([0.0, 0.12, -0.12, 0.12, -0.1])
    fit = fit_gates(GATES_M, time_s, PARAMS)
    assert fit.hidden_because.startswith("maximal speed is known to ±")


def _run(seconds: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    time_s = np.arange(0.0, seconds, 0.01)
    return time_s, distance_at(time_s, 5.6, 6.2)


@pytest.mark.parametrize("fitting", [fit_distance, fit_velocity])
def test_samples_that_are_no_run_are_refused(fitting: object) -> None:
    assert callable(fitting)
    time_s, x = _run()
    holed = x.copy()
    holed[20] = np.nan
    swapped = time_s.copy()
    swapped[[10, 11]] = swapped[[11, 10]]
    late = np.append(time_s[:20], time_s[-20:])
    for times, values, said in (
        (time_s[:5], x[:5], "5 samples"),
        (time_s[:80], x[:80], "too short"),
        (time_s, holed, "not finite"),
        (swapped, x, "increase"),
        (time_s, x[:-1], "one for each"),
        (time_s, np.zeros_like(x), "nobody runs"),
        (time_s, -x, "nobody runs"),
        (late, np.append(x[:20], x[-20:]), "gap"),
    ):
        with pytest.raises(SprintError, match=said):
            fitting(times, values, PARAMS)


def test_gates_that_are_no_run_are_refused() -> None:
    time_s = time_at(GATES_M, 8.0, 6.0)
    for gates_m, times, start, said in (
        (GATES_M[:3], time_s[:3], None, "use at least 4, or 3 and a known start"),
        (GATES_M[:2], time_s[:2], Measured(0.0, 0.0), "use at least 3"),
        (GATES_M - 5.0, time_s, None, "above 0 m"),
        (GATES_M[::-1], time_s[::-1], None, "put them in order"),
        (GATES_M, time_s[::-1], None, "times must increase"),
        (GATES_M, time_s * np.nan, None, "not finite"),
        (GATES_M, time_s, Measured(), "not a number"),
    ):
        with pytest.raises(SprintError, match=said):
            fit_gates(gates_m, times, PARAMS, start)


@pytest.fixture(scope="module")
def forward_fit() -> SprintFit:
    time_s = np.arange(0.0, 6.0, 0.01)
    fit = fit_velocity(time_s, velocity_at(time_s, 7.0, 8.3), PARAMS)
    return replace(
        fit,
        mss_mps=Measured(7.0, 0.1),
        mac_mps2=Measured(8.3, 0.3),
        mss_mac_correlation=-0.5,
    )


def test_forces_agree_with_the_shorts_package_for_its_kimberley() -> None:
    # README of mladenjovanovic/shorts: F0 6.3e2 N, V0 8.8, slope -1.19, RF 0.599, DRF -0.104.
    time_s = np.arange(0.0, 6.0, 0.01)
    fit = fit_velocity(time_s, velocity_at(time_s, 8.59, 10.58), PARAMS)
    line = force_velocity(fit, 60.0, Resistance(), ForceParams(), backpedal=False)
    assert line.f0_n.value == pytest.approx(630.0, rel=0.01)
    assert line.v0_mps.value == pytest.approx(8.83, rel=0.005)
    assert line.slope_per_s.value == pytest.approx(-1.19, rel=0.01)
    assert line.rf.value == pytest.approx(0.599, abs=0.002)
    assert line.drf_per_mps.value == pytest.approx(-0.104, abs=0.003)
    assert line.experimental is False


def test_stated_errors_of_forces_are_those_of_drawn_inputs(forward_fit: SprintFit) -> None:
    sled, air = Resistance(sled_kg=20.0, friction_sigma=0.05), ForceParams()
    line = force_velocity(forward_fit, 80.0, sled, air)
    random = np.random.default_rng(8)
    both = [[0.1**2, -0.5 * 0.1 * 0.3], [-0.5 * 0.1 * 0.3, 0.3**2]]
    drawn = []
    for mss, mac in random.multivariate_normal([7.0, 8.3], both, 1500):
        fit = replace(forward_fit, mss_mps=Measured(mss, 0.0), mac_mps2=Measured(mac, 0.0))
        other = replace(
            sled,
            sled_kg=random.normal(20.0, sled.sled_sigma_kg),
            friction=random.normal(sled.friction, sled.friction_sigma),
            strap_angle_rad=max(0.0, random.normal(0.21, sled.strap_angle_sigma_rad)),
        )
        made = force_velocity(fit, random.normal(80.0, air.body_sigma_kg), other, air)
        drawn.append([made.f0_n.value, made.pmax_w.value, made.rf.value, made.drf_per_mps.value])
    stated = [line.f0_n.sigma, line.pmax_w.sigma, line.rf.sigma, line.drf_per_mps.sigma]
    np.testing.assert_allclose(np.std(drawn, axis=0), stated, rtol=0.12)


def test_a_strap_that_lifts_the_sled_eases_the_pull(forward_fit: SprintFit) -> None:
    air = ForceParams()
    flat, steep = (
        force_velocity(forward_fit, 80.0, Resistance(sled_kg=30.0, strap_angle_rad=angle), air)
        for angle in (0.0, 0.35)
    )
    assert steep.f0_n.value < flat.f0_n.value
    assert steep.rf.value < flat.rf.value  # the strap pulls the athlete down
    assert steep.experimental


def test_with_no_air_the_line_is_that_of_the_model(forward_fit: SprintFit) -> None:
    thin = ForceParams(pressure_pa=0.0)
    line = force_velocity(forward_fit, 80.0, Resistance(), thin)
    assert air_drag_kgpm(80.0, thin) == 0.0
    assert line.v0_mps.value == pytest.approx(7.0)
    assert line.f0_n.value == pytest.approx(80.0 * 8.3)


def test_forces_of_a_hidden_fit_are_hidden_for_the_same_reason(forward_fit: SprintFit) -> None:
    hidden = replace(forward_fit, hidden_because="the run ended at 80 %")
    line = force_velocity(hidden, 80.0, Resistance(), ForceParams())
    assert line.hidden_because == "the run ended at 80 %"


@pytest.mark.parametrize(
    ("body_kg", "resistance", "said"),
    [
        (0.0, Resistance(), "body mass"),
        (math.nan, Resistance(), "body mass"),
        (80.0, Resistance(sled_kg=-1.0), "sled mass"),
        (80.0, Resistance(friction=3.0), "friction"),
        (80.0, Resistance(strap_angle_rad=12.0), "strap angle"),
        (80.0, Resistance(sled_kg=10.0, strap_angle_rad=0.9), "lift the sled"),
    ],
)
def test_impossible_masses_and_straps_are_refused(
    forward_fit: SprintFit, body_kg: float, resistance: Resistance, said: str
) -> None:
    with pytest.raises(SprintError, match=said):
        force_velocity(forward_fit, body_kg, resistance, ForceParams())
