"""The tether model: one banded solve against the textbook filter, and its standard errors."""

import numpy as np
import pytest

from sledmon.estimate.motion.smooth import SmoothParams, smooth_positions

PARAMS = SmoothParams()
SIGMA_M = 0.002


def positions(n: int = 120, rate_hz: float = 100.0, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    time_s = np.arange(n) / rate_hz
    path = 0.6 * time_s**2 + 0.012 * np.sin(2 * np.pi * 4.3 * time_s)
    return time_s, path + random.normal(0.0, SIGMA_M, n)


def dense_answer(time_s: np.ndarray, distance_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariance by Kalman filter and Rauch-Tung-Striebel smoother, step by step."""
    n = len(time_s)
    p = np.diag([1e6, PARAMS.velocity_sigma_mps**2, PARAMS.acceleration_sigma_mps2**2])
    m = np.array([distance_m[0], 0.0, 0.0])
    filtered, predicted, steps = [], [], []
    for i in range(n):
        if i:
            dt = time_s[i] - time_s[i - 1]
            f = np.array([[1, dt, dt**2 / 2], [0, 1, dt], [0, 0, 1]])
            q = PARAMS.jerk_psd * np.array(
                [
                    [dt**5 / 20, dt**4 / 8, dt**3 / 6],
                    [dt**4 / 8, dt**3 / 3, dt**2 / 2],
                    [dt**3 / 6, dt**2 / 2, dt],
                ]
            )
            m, p = f @ m, f @ p @ f.T + q
            steps.append(f)
        predicted.append((m, p))
        gain = p[:, 0] / (p[0, 0] + SIGMA_M**2)
        m = m + gain * (distance_m[i] - m[0])
        p = p - np.outer(gain, p[0])
        filtered.append((m, p))
    means, covariances = [filtered[-1][0]], [filtered[-1][1]]
    for i in range(n - 2, -1, -1):
        m, p = filtered[i]
        f = steps[i]
        gain = p @ f.T @ np.linalg.inv(predicted[i + 1][1])
        means.insert(0, m + gain @ (means[0] - predicted[i + 1][0]))
        covariances.insert(0, p + gain @ (covariances[0] - predicted[i + 1][1]) @ gain.T)
    return np.array(means), np.array(covariances)


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 1000.0])
def test_the_banded_solve_agrees_with_a_kalman_smoother(rate_hz: float) -> None:
    time_s, measured = positions(rate_hz=rate_hz)
    path = smooth_positions(time_s, measured, SIGMA_M, PARAMS)
    means, covariances = dense_answer(time_s, measured)
    np.testing.assert_allclose(path.distance_m, means[:, 0], atol=1e-6)
    np.testing.assert_allclose(path.velocity_mps, means[:, 1], atol=2e-4)
    sigma = path.sigma([{(time_s[60], "x"): 1.0}, {(time_s[60], "v"): 1.0}])
    np.testing.assert_allclose(sigma, np.sqrt(np.diag(covariances[60])[:2]), rtol=1e-3)


def test_between_nodes_the_path_goes_through_position_and_velocity_of_both_ends() -> None:
    time_s, measured = positions()
    path = smooth_positions(time_s, measured, SIGMA_M, PARAMS)
    x, v = path.at(path.time_s[1:-1] + 1e-9)
    np.testing.assert_allclose(x, path.distance_m[1:-1], atol=1e-6)
    np.testing.assert_allclose(v, path.velocity_mps[1:-1], atol=1e-5)
    step_s = 1e-5
    ahead, behind = path.at(time_s[40:60] + 0.004)[0], path.at(time_s[40:60] + 0.004 - step_s)[0]
    middle = path.at(time_s[40:60] + 0.004 - step_s / 2)[1]
    np.testing.assert_allclose((ahead - behind) / step_s, middle, atol=1e-4)


def test_outside_the_samples_nothing_is_known() -> None:
    time_s, measured = positions()
    path = smooth_positions(time_s, measured, SIGMA_M, PARAMS)
    x, v = path.at(np.array([time_s[0] - 0.01, time_s[-1] + 0.01]))
    assert np.all(np.isnan(x))
    assert np.all(np.isnan(v))


def test_errors_grow_inside_a_gap() -> None:
    time_s, measured = positions(n=200)
    keep = (time_s < 0.8) | (time_s > 1.1)
    path = smooth_positions(time_s[keep], measured[keep], SIGMA_M, PARAMS)
    beside, inside = path.sigma([{(0.5, "x"): 1.0}, {(0.95, "x"): 1.0}])
    assert inside > 5 * beside
    assert abs(float(path.at(np.array([0.95]))[0][0]) - 0.6 * 0.95**2) < 3 * inside


def test_stated_errors_of_position_and_velocity_cover_draws_from_the_model() -> None:
    random = np.random.default_rng(11)
    inside = np.zeros(2)
    runs = 150
    for _ in range(runs):
        dt, n = 0.01, 80
        state = np.zeros(3)
        states = []
        for _ in range(n):
            jerk = random.normal(0, np.sqrt(PARAMS.jerk_psd * dt))
            state = state + dt * np.array([state[1] + dt * state[2] / 2, state[2], 0.0])
            state[2] += jerk
            states.append(state.copy())
        truth = np.array(states)
        time_s = np.arange(n, dtype=np.float64) * dt
        path = smooth_positions(time_s, truth[:, 0] + random.normal(0, SIGMA_M, n), SIGMA_M, PARAMS)
        sigma = path.sigma([{(time_s[40], "x"): 1.0}, {(time_s[40], "v"): 1.0}])
        error = np.array([path.distance_m[40], path.velocity_mps[40]]) - truth[40, :2]
        inside += np.abs(error) < 1.645 * sigma
    assert np.all(inside / runs > 0.82)
    assert np.all(inside / runs < 0.97)
