"""Forces with a sled: agree with a peer, state the errors of their inputs, refuse nonsense."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sledmon.errors import SprintError
from sledmon.estimate.sprint.curves import velocity_at
from sledmon.estimate.sprint.forces import ForceParams, Resistance, air_drag_kgpm, force_velocity
from sledmon.estimate.sprint.model import SprintFit, SprintModelParams, fit_velocity
from sledmon.results import Measured

PARAMS = SprintModelParams()


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
