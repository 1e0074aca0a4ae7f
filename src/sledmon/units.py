"""Yards, pounds and miles per hour: exact factors, used only at the edges."""

from typing import Final

METRES_PER_YARD: Final = 0.9144
KILOGRAMS_PER_POUND: Final = 0.45359237
MPS_PER_MPH: Final = 0.44704
STANDARD_GRAVITY_MPS2: Final = 9.80665
NANOSECONDS_PER_SECOND: Final = 1_000_000_000


def yards_to_metres(distance_yd: float) -> float:
    """Metres in a distance given in yards.

    >>> yards_to_metres(10)
    9.144
    """
    return distance_yd * METRES_PER_YARD


def metres_to_yards(distance_m: float) -> float:
    """Yards in a distance given in metres."""
    return distance_m / METRES_PER_YARD


def pounds_to_kilograms(mass_lb: float) -> float:
    """Kilograms in a mass given in pounds."""
    return mass_lb * KILOGRAMS_PER_POUND


def kilograms_to_pounds(mass_kg: float) -> float:
    """Pounds in a mass given in kilograms.

    >>> round(kilograms_to_pounds(4.5359237), 9)
    10.0
    """
    return mass_kg / KILOGRAMS_PER_POUND


def mps_to_mph(velocity_mps: float) -> float:
    """Miles per hour in a velocity given in metres per second."""
    return velocity_mps / MPS_PER_MPH
