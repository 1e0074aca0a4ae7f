"""Numbers and verdicts as a report says them, in the units of the sideline."""

import math
from typing import Final

from sledmon.present.quantities import UNKNOWN, Quantities, plus_minus
from sledmon.present.report.page import Cell, Tone
from sledmon.present.settings import Settings
from sledmon.results import Measured, Rep

UNITS: Final = Quantities(Settings())
"""m/s, yards and pounds; a report is read by many, so nobody's own settings count."""
FLAGS: Final = {"watch": "watch", "strength-load": "strength", "fatigue": "fatigue"}


def measured(value: Measured, decimals: int, factor: float = 1.0) -> str:
    """A value and one standard error.

    >>> measured(Measured(4.1129, 0.0132), 2), measured(Measured(), 2)
    ('4.11 ±0.02', '–')
    """
    if not value.known:
        return UNKNOWN
    error = plus_minus(abs(factor) * value.sigma, decimals)
    return f"{factor * value.value + 0.0:.{decimals}f} {error}".strip()


def percent(value: Measured) -> str:
    """A ratio as per cent, without the sign."""
    return measured(value, 1, 100.0)


def load_of(rep: Rep) -> str:
    """What was pulled."""
    conditions = rep.conditions
    return UNITS.load(conditions.sled_kg, conditions.load_kg, unresisted=conditions.unresisted)


def verdict_cell(rep: Rep) -> Cell:
    """Zone or flag, in a word, a shape and a colour."""
    verdict = rep.verdict
    if rep.excluded:
        return Cell("excluded")
    if not rep.estimates.complete:
        return Cell("incomplete")
    if verdict.flag:
        surety = 100 * verdict.probability
        return Cell(
            f"{FLAGS[verdict.flag]} {'>99' if surety > 99 else f'{surety:.0f}'} %", Tone.PAST
        )
    if verdict.zone == "unknown":
        return Cell("no baseline")
    if verdict.zone == "baseline":
        return Cell("baseline")
    if verdict.certainty == "within-error":
        return Cell(f"{verdict.zone}, within error")
    return Cell(verdict.zone, Tone.INSIDE if verdict.zone == "speed" else Tone.PLAIN)


def day_of(started_utc: str) -> str:
    """The day of an ISO 8601 moment; empty where nobody knows."""
    return started_utc[:10]


def number(value: float, decimals: int) -> str:
    """A number without an error."""
    return UNKNOWN if math.isnan(value) else f"{value:.{decimals}f}"
