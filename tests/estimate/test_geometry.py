"""Cord length to distance: the table of SOURCES 5.4 and the derivatives."""

import math

import numpy as np
import pytest

from sledmon.estimate.geometry import (
    bounce_coupling,
    distance_from_payout,
    distance_sensitivity,
)
from sledmon.rig import Rig, parse_rig

FIVE_YD_M, TEN_YD_M = 4.572, 9.144


def rig(x0: float, h: float, w: float) -> Rig:
    return parse_rig(f"[encoder]\nstandoff_m = {x0}\nheight_m = {h}\nlateral_m = {w}\n")


def cord(x: float, x0: float, h: float, w: float) -> float:
    return math.hypot(x + x0, h, w) - math.hypot(x0, h, w)


@pytest.mark.parametrize(
    ("x0", "h", "w", "error_5yd_percent", "error_10yd_percent"),
    [
        (0.5, 0.9, 0.0, -9.9, -5.3),
        (1.0, 0.9, 0.0, -6.0, -3.3),
        (2.0, 0.9, 0.0, -2.9, -1.7),
        (4.0, 0.9, 0.0, -1.2, -0.8),
        (2.0, 0.2, 0.5, -1.1, -0.6),
    ],
)
def test_uncorrected_cord_is_as_wrong_as_published_and_corrected_cord_is_right(
    x0: float, h: float, w: float, error_5yd_percent: float, error_10yd_percent: float
) -> None:
    for distance, percent in ((FIVE_YD_M, error_5yd_percent), (TEN_YD_M, error_10yd_percent)):
        payout = cord(distance, x0, h, w)
        assert 100 * (payout / distance - 1) == pytest.approx(percent, abs=0.06)
        corrected = distance_from_payout(np.array([payout]), rig(x0, h, w))
        assert corrected[0] == pytest.approx(distance, abs=1e-9)


def test_without_a_rig_cord_length_is_distance() -> None:
    assert distance_from_payout(np.array([1.5]), Rig())[0] == 1.5


def test_a_cord_shorter_than_the_geometry_allows_is_unknown() -> None:
    assert np.isnan(distance_from_payout(np.array([-3.0]), rig(2.0, 0.9, 0.0)))[0]


@pytest.mark.parametrize("distance", [0.5, FIVE_YD_M, TEN_YD_M])
def test_sensitivities_are_the_derivatives_of_the_correction(distance: float) -> None:
    base = (2.0, 0.9, 0.4)
    payout = cord(distance, *base)
    step = 1e-6
    numeric = []
    for k in range(3):
        moved = list(base)
        moved[k] += step
        shifted = distance_from_payout(np.array([payout]), rig(*moved))[0]
        numeric.append((shifted - distance) / step)
    scaled = distance_from_payout(np.array([payout * (1 + step)]), rig(*base))[0]
    numeric.append((scaled - distance) / step)
    np.testing.assert_allclose(distance_sensitivity(distance, rig(*base)), numeric, atol=1e-5)


def test_bounce_couples_less_the_farther_away_and_not_at_all_at_reel_height() -> None:
    places = np.array([0.0, TEN_YD_M])
    near, far = bounce_coupling(places, rig(2.0, 0.9, 0.0))
    assert near == pytest.approx(0.45)
    assert far < 0.1
    assert not np.any(bounce_coupling(places, rig(2.0, 0.0, 0.0)))
