"""The sprint model: three fits find what made the data, hide what is unsure, refuse the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.errors import SprintError
from sledmon.estimate.sprint.curves import distance_at, time_at, velocity_at
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


def test_a_slipped_cord_hardly_moves_the_fit() -> None:
    time_s = np.arange(0.0, 4.0, 0.01)
    random = np.random.default_rng(2)
    clean = distance_at(time_s, 5.6, 6.2) + random.normal(0.0, 0.005, len(time_s))
    slipped = clean.copy()
    slipped[250:262] += 0.4
    assert fit_distance(time_s, slipped, PARAMS).mss_mps.value == pytest.approx(
        fit_distance(time_s, clean, PARAMS).mss_mps.value, rel=0.01
    )


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
