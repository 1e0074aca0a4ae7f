"""The sprint model on real forward sprints: a tether, a radar, and 52 athletes' gates."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from sledmon.estimate.sprint.forces import ForceParams, Resistance, force_velocity
from sledmon.estimate.sprint.model import (
    SprintModelParams,
    fit_distance,
    fit_gates,
    fit_velocity,
)

PARAMS = SprintModelParams()
GATES_M = np.array([5.0, 10.0, 20.0, 30.0, 35.0])


def columns(path: Path, *names: str) -> list[np.ndarray]:
    with path.open(encoding="utf-8-sig") as file:
        rows = [[float(row[name]) for name in names] for row in csv.DictReader(file)]
    return list(np.array(rows).T)


def test_a_tether_sprint_has_the_known_parameters(shared_data: Path) -> None:
    # SOURCES 5.1: MSS 8.85, MAC 7.29, tau 1.215; what part of the run was fitted is not said.
    time_s, x, v = columns(
        shared_data / "tether_sprint" / "dynaspeed.csv", "time", "distance", "velocity"
    )
    running = (time_s >= 0.0) & (time_s <= time_s[np.argmax(v)])
    rest_m = float(np.median(x[(time_s > -0.1) & (time_s < 0.0)]))
    fits = (
        fit_distance(time_s[running], x[running] - rest_m, PARAMS),
        fit_velocity(time_s[running], v[running], PARAMS),
    )
    for fit in fits:
        assert fit.mss_mps.value == pytest.approx(8.85, rel=0.015)
        assert fit.mac_mps2.value == pytest.approx(7.29, rel=0.04)
        assert fit.tau_s.value == pytest.approx(1.215, rel=0.05)
        assert abs(fit.start_correction_s.value) < 0.05
        assert 0.02 < fit.mss_mps.sigma < 0.10
        assert fit.hidden_because == ""
    assert fits[0].residual_rms < 0.02
    assert fits[1].residual_rms < 0.03


def test_ten_yards_of_the_tether_sprint_are_too_short_to_show_its_top_speed(
    shared_data: Path,
) -> None:
    time_s, x = columns(shared_data / "tether_sprint" / "dynaspeed.csv", "time", "distance")
    running = (time_s >= 0.0) & (x <= 9.144 - 0.155)
    fit = fit_distance(time_s[running], x[running] + 0.155, PARAMS)
    assert "of its plateau" in fit.hidden_because
    assert fit.mss_mps.value == pytest.approx(8.92, abs=fit.interval_factor * fit.mss_mps.sigma)


def test_a_radar_sprint_fits_within_its_steps(shared_data: Path) -> None:
    time_s, v = columns(shared_data / "radar_sprint" / "radar.csv", "time", "velocity")
    fit = fit_velocity(time_s, v, PARAMS)
    assert fit.mss_mps.value == pytest.approx(9.20, abs=0.05)
    assert 6.5 < fit.mac_mps2.value < 7.5
    assert fit.residual_rms < 0.25
    assert fit.hidden_because == ""
    line = force_velocity(fit, 75.0, Resistance(), ForceParams(), backpedal=False)
    assert 6.0 < line.f0_n.value / 75.0 < 9.0
    assert 14.0 < line.pmax_w.value / 75.0 < 20.0
    assert 0.4 < line.rf.value < 0.6


def test_every_one_of_52_athletes_gates_fits_with_human_parameters(shared_data: Path) -> None:
    times = columns(
        shared_data / "gate_sprints" / "gates.csv", *(f"{gate:.0f}m" for gate in GATES_M)
    )
    fits = [fit_gates(GATES_M, row, PARAMS) for row in np.column_stack(times)]
    assert len(fits) == 52
    for fit in fits:
        assert 6.5 < fit.mss_mps.value < 9.0
        assert 5.0 < fit.mac_mps2.value < 9.5
        assert 0.75 < fit.tau_s.value < 1.6
        assert -0.45 < fit.start_correction_s.value < 0.1
        assert fit.residual_rms < 0.025
        assert fit.near_plateau
    assert sum(fit.hidden_because == "" for fit in fits) >= 50
    squares = sum(fit.points * fit.residual_rms**2 for fit in fits)
    pooled_s = math.sqrt(squares / sum(fit.dof for fit in fits))
    assert pooled_s == pytest.approx(PARAMS.gate_sigma_s, abs=0.001)
