"""Numbers as pages show them: each speed and load in every unit, the error never as zero."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sledmon.results import Measured, Rep
from sledmon.units import KILOGRAMS_PER_POUND, MPS_PER_MPH, metres_to_yards


class Unit(NamedTuple):
    """One way to show a quantity."""

    key: str
    symbol: str
    per_si: float
    spoken: str


SPEEDS: Final = (
    Unit("mps", "m/s", 1.0, "metres per second"),
    Unit("mph", "mph", 1.0 / MPS_PER_MPH, "miles per hour"),
    Unit("kmh", "km/h", 3.6, "kilometres per hour"),
)
LOADS: Final = (
    Unit("lb", "lb", 1.0 / KILOGRAMS_PER_POUND, "pounds"),
    Unit("kg", "kg", 1.0, "kilograms"),
)
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Shown(NamedTuple):
    """A number, its error and its unit as text; empty error: unknown."""

    unit: Unit
    value: str
    sigma: str


def unit_named(units: Sequence[Unit], key: str) -> Unit:
    """The unit asked for; the first where there is no such."""
    return next((unit for unit in units if unit.key == key), units[0])


def measured_text(measured: Measured, decimals: int) -> tuple[str, str]:
    """Value and standard error, the error rounded up; a dash where nothing is known.

    >>> measured_text(Measured(2.7812, 0.0041), 2)
    ('2.78', '0.01')
    """
    if not measured.known:
        return "–", ""
    value = f"{measured.value:.{decimals}f}"
    if math.isnan(measured.sigma):
        return value, ""
    step = 10.0**-decimals
    return value, f"{max(1, math.ceil(measured.sigma / step - 1e-9)) * step:.{decimals}f}"


def speeds(measured: Measured, units: Sequence[Unit] = SPEEDS) -> list[Shown]:
    """A speed in each unit."""
    return [
        Shown(
            unit,
            *measured_text(Measured(measured.value * unit.per_si, measured.sigma * unit.per_si), 2),
        )
        for unit in units
    ]


def loads(rep: Rep, units: Sequence[Unit] = LOADS) -> list[tuple[Unit, str]]:
    """Sled and plates in each unit; words where there is no sled."""
    conditions = rep.conditions
    return [
        (unit, load_text(conditions.unresisted, conditions.sled_kg, conditions.load_kg, unit))
        for unit in units
    ]


def load_text(unresisted: bool, sled_kg: float, plates_kg: float, unit: Unit) -> str:
    """Empty sled and plates.

    >>> load_text(False, 15.0, 9.07184, LOADS[0])
    '33 + 20 lb'
    """
    if unresisted:
        return "no sled"
    return f"{sled_kg * unit.per_si:.0f} + {plates_kg * unit.per_si:.0f} {unit.symbol}"


def yards_text(distance_m: float) -> str:
    """A distance in yards, with no more digits than it has.

    >>> yards_text(9.144)
    '10 yd'
    """
    return f"{round(metres_to_yards(distance_m), 2):g} yd"


def day_text(moment: str) -> str:
    """The day on this computer's clock; empty where it is unknown."""
    try:
        day = datetime.fromisoformat(moment).astimezone()
    except ValueError:
        return ""
    return f"{day.day} {MONTHS[day.month - 1]}"


def short_day(moment: str) -> str:
    """The same for a column: its month in three letters."""
    day, _, month = day_text(moment).partition(" ")
    return f"{day} {month[:3]}".strip()


def moment_text(moment: datetime) -> str:
    """Day and minute on this computer's clock."""
    local = moment.astimezone()
    return f"{local.day} {MONTHS[local.month - 1]}, {local:%H:%M}"
