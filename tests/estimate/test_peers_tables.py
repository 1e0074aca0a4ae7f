"""What peers have published of the sprint model comes out of ours, to the digits they print.

Kimberley's splits and her fits: README of mladenjovanovic/shorts (MIT), read at commit 06d389e. The
golden numbers are those of SOURCES 3.1, computed there from the equations of shorts 3.3.0.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from sledmon.estimate.sprint.curves import time_at
from sledmon.estimate.sprint.forces import ForceParams, Resistance, air_drag_kgpm, force_velocity
from sledmon.estimate.sprint.model import SprintFit, SprintModelParams, fit_gates
from sledmon.results import Measured

PARAMS = SprintModelParams()
GATES_M = np.array([5.0, 10.0, 15.0, 20.0, 30.0, 40.0])
TIMES_S = np.array([1.158, 1.893, 2.541, 3.149, 4.313, 5.444])
FROM_ZERO = Measured(0.0, 0.0)
"""shorts without a correction holds the start at the clock's zero."""


def residual_error_s(fit: SprintFit) -> float:
    """Residual standard error, as shorts prints it."""
    return fit.residual_rms * math.sqrt(fit.points / fit.dof)


def test_kimberleys_splits_as_they_are() -> None:
    fit = fit_gates(GATES_M, TIMES_S, PARAMS, FROM_ZERO)
    assert fit.mss_mps.value == pytest.approx(8.5911, abs=5e-5)
    assert fit.tau_s.value == pytest.approx(0.8113, abs=5e-5)
    assert fit.mac_mps2.value == pytest.approx(10.59, abs=5e-3)
    assert fit.mss_mps.value * fit.mac_mps2.value / 4 == pytest.approx(22.74, abs=5e-3)
    assert fit.residual_rms == pytest.approx(0.028, abs=5e-4)
    assert residual_error_s(fit) == pytest.approx(0.034, abs=5e-4)
    # Standard errors 0.1225 and 0.0458; ours are never less than those of gates known to 15 ms.
    assert fit.mss_mps.sigma == pytest.approx(0.1225, abs=5e-5)
    assert fit.tau_s.sigma == pytest.approx(0.0458, abs=5e-5)


def test_kimberleys_splits_less_each_gate_in_turn() -> None:
    printed = [
        (8.69, 0.856), (8.60, 0.815), (8.56, 0.795), (8.57, 0.797), (8.61, 0.813), (8.39, 0.760),
    ]  # fmt: skip
    for gate, (mss_mps, tau_s) in enumerate(printed):
        fit = fit_gates(np.delete(GATES_M, gate), np.delete(TIMES_S, gate), PARAMS, FROM_ZERO)
        assert fit.mss_mps.value == pytest.approx(mss_mps, abs=5e-3)
        assert fit.tau_s.value == pytest.approx(tau_s, abs=5e-4)


def test_kimberleys_splits_with_three_tenths_added() -> None:
    fit = fit_gates(GATES_M, TIMES_S + 0.3, PARAMS, FROM_ZERO)
    assert fit.mss_mps.value == pytest.approx(9.1278, abs=5e-5)
    assert fit.tau_s.value == pytest.approx(1.3776, abs=5e-5)
    assert fit.mac_mps2.value == pytest.approx(6.6, abs=0.05)
    assert fit.residual_rms == pytest.approx(0.0081, abs=5e-5)


def test_kimberleys_start_is_found_where_shorts_finds_it() -> None:
    fit = fit_gates(GATES_M, TIMES_S, PARAMS)
    assert fit.mss_mps.value == pytest.approx(8.97, abs=5e-3)
    assert fit.tau_s.value == pytest.approx(1.23, abs=5e-3)
    assert fit.mac_mps2.value == pytest.approx(7.27, abs=5e-3)
    assert fit.start_correction_s.value == pytest.approx(-0.23, abs=5e-3)  # its TC is added
    assert residual_error_s(fit) == pytest.approx(0.00113, abs=5e-6)


def test_kimberleys_forces() -> None:
    fit = fit_gates(GATES_M, TIMES_S, PARAMS, FROM_ZERO)
    air = ForceParams(height_m=1.7, temperature_c=25.0)
    line = force_velocity(fit, 60.0, Resistance(), air, backpedal=False)
    assert line.f0_n.value == pytest.approx(6.3e2, abs=6)
    assert line.f0_n.value == pytest.approx(635, abs=0.5)  # her predicted force at time 0
    assert line.v0_mps.value == pytest.approx(8.8, abs=0.05)
    assert line.pmax_w.value == pytest.approx(1.4e3, abs=50)
    assert line.slope_per_s.value == pytest.approx(-1.2, abs=0.05)
    assert line.rf.value == pytest.approx(0.60, abs=0.005)
    assert line.drf_per_mps.value == pytest.approx(-0.10, abs=0.005)
    drag_n = [air_drag_kgpm(60.0, air) * v**2 for v in (0.21, 0.31, 0.41, 0.51)]
    assert [round(each, 2) for each in drag_n] == [0.01, 0.02, 0.04, 0.06]


def test_golden_times_of_a_forward_sprint() -> None:
    times_s = time_at([4.572, 5.0, 9.144, 10.0, 20.0], 8.0, 6.0)
    np.testing.assert_allclose(times_s, [1.4582, 1.5375, 2.2250, 2.3554, 3.7535], atol=5e-5)


def test_golden_force_velocity_line_with_inertia_and_resistance() -> None:
    """75 kg and 1.75 m, pulling 10 kg against 50 N."""
    known = fit_gates(GATES_M, time_at(GATES_M, 7.0, 8.3), PARAMS)
    fit = replace(known, mss_mps=Measured(7.0, 0.0), mac_mps2=Measured(8.3, 0.0))
    pulled = Resistance(sled_kg=10.0, friction=50.0 / (10.0 * 9.80665), strap_angle_rad=0.0)
    line = force_velocity(fit, 75.0, pulled, ForceParams(height_m=1.75, temperature_c=25.0))
    assert line.f0_n.value == pytest.approx(755.5, abs=0.05)
    assert line.v0_mps.value == pytest.approx(7.6529, abs=5e-5)
    assert line.pmax_w.value == pytest.approx(1445.4, abs=0.05)
