"""The curves of the sprint model: each is another's inverse or slope."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.estimate.sprint.curves import distance_at, time_at, velocity_at

speeds = st.floats(2.0, 13.0)
accelerations = st.floats(1.0, 15.0)


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
