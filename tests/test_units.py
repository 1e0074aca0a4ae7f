"""Units are exact and turn back into themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon import units

sizes = st.floats(0.0, 1e6)


@given(sizes)
def test_yards_and_pounds_turn_back(value: float) -> None:
    assert units.metres_to_yards(units.yards_to_metres(value)) == pytest.approx(value, rel=1e-15)
    back = units.kilograms_to_pounds(units.pounds_to_kilograms(value))
    assert back == pytest.approx(value, rel=1e-15)


def test_the_definitions_of_1959() -> None:
    assert units.yards_to_metres(1.0) == 0.9144
    assert units.pounds_to_kilograms(1.0) == 0.45359237


def test_a_mile_an_hour_is_1760_yards_in_3600_seconds() -> None:
    mile_m = units.yards_to_metres(1760)
    assert units.mps_to_mph(mile_m / 3600) == pytest.approx(1.0, rel=1e-15)
