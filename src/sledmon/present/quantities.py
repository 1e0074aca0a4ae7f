"""Values as people read them: in their own units, with fixed decimals, never without an error."""

import math
from dataclasses import dataclass
from typing import Final

from sledmon.present.settings import DistanceUnit, MassUnit, Settings, SpeedUnit
from sledmon.present.sideline import words
from sledmon.results import Measured
from sledmon.units import kilograms_to_pounds, metres_to_yards, mps_to_mph

UNKNOWN: Final = "–"
_DECIMALS: Final = {SpeedUnit.MPS: 2, SpeedUnit.MPH: 1, SpeedUnit.KMH: 1}


@dataclass(frozen=True, slots=True)
class Quantities:
    """Formats for one set of settings."""

    settings: Settings

    def speed_value(self, velocity_mps: float) -> float:
        """A velocity in the user's unit."""
        if self.settings.speed is SpeedUnit.MPH:
            return mps_to_mph(velocity_mps)
        return 3.6 * velocity_mps if self.settings.speed is SpeedUnit.KMH else velocity_mps

    def speed(self, velocity_mps: float, decimals: int | None = None) -> str:
        """A velocity without its unit: "4.11"."""
        usual = _DECIMALS[self.settings.speed]
        return _fixed(self.speed_value(velocity_mps), usual if decimals is None else decimals)

    def speed_error(self, velocity: Measured) -> str:
        """One standard error of a velocity: "±0.02"; empty where unknown."""
        return plus_minus(self.speed_value(velocity.sigma), _DECIMALS[self.settings.speed])

    @property
    def speed_unit(self) -> str:
        """The unit of velocities."""
        return self.settings.speed.value

    def distance_value(self, distance_m: float) -> float:
        """A distance in the user's unit."""
        if self.settings.distance is DistanceUnit.YARD:
            return metres_to_yards(distance_m)
        return distance_m

    def distance(self, distance_m: float) -> str:
        """A distance with its unit and no needless digits: "5 yd", "4.57 m"."""
        if math.isnan(distance_m):
            return UNKNOWN
        return f"{round(self.distance_value(distance_m), 2):g} {self.settings.distance}"

    def mass_value(self, mass_kg: float) -> float:
        """A mass in the user's unit."""
        return kilograms_to_pounds(mass_kg) if self.settings.mass is MassUnit.POUND else mass_kg

    def mass(self, mass_kg: float) -> str:
        """A mass with its unit: "10 lb"."""
        if math.isnan(mass_kg):
            return UNKNOWN
        return f"{self.mass_number(mass_kg)} {self.settings.mass}"

    def mass_number(self, mass_kg: float) -> str:
        """The same without it: a plate typed as 4.54 kg weighs 10 lb."""
        return f"{round(self.mass_value(mass_kg), 1):g}"

    def load(self, sled_kg: float, load_kg: float, *, unresisted: bool) -> str:
        """What is pulled: "sled 33 + 20 lb", "no sled"."""
        if unresisted:
            return words.NO_SLED
        sled = f"{self.mass_value(sled_kg):.0f}"
        return words.SLED_AND_PLATES.format(sled=sled, plates=self.mass(load_kg))


def seconds(time_s: Measured, decimals: int = 2) -> str:
    """A split: "1.84"."""
    return _fixed(time_s.value, decimals)


def plus_minus(sigma: float, decimals: int) -> str:
    """One standard error, rounded up: never shown as zero; empty where unknown.

    >>> plus_minus(0.0132, 2), plus_minus(0.0, 2), plus_minus(float("nan"), 2)
    ('±0.02', '±0.01', '')
    """
    if math.isnan(sigma):
        return ""
    unit = 10.0**-decimals
    return f"±{max(1, math.ceil(sigma / unit - 1e-9)) * unit:.{decimals}f}"


def clock(time_s: float) -> str:
    """Minutes and seconds: "1:30"; whole seconds that have passed.

    >>> clock(90.9), clock(float("nan"))
    ('1:30', '–')
    """
    if math.isnan(time_s):
        return UNKNOWN
    minutes, rest = divmod(int(time_s), 60)
    return f"{minutes}:{rest:02d}"


def _fixed(value: float, decimals: int) -> str:
    return UNKNOWN if math.isnan(value) else f"{value:z.{decimals}f}"
