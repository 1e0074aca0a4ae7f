"""The quantities that reps are compared by, under the names of the columns of ``reps.csv``."""

import re
from collections.abc import Iterable
from typing import Final

from sledmon.results import Measured, Rep
from sledmon.units import metres_to_yards

WHOLE: Final = (
    "mean_velocity_mps",
    "window_velocity_mps",
    "peak_velocity_mps",
    "step_frequency_hz",
)
_SPLIT: Final = re.compile(r"split_(\d+(?:\.\d+)?)(?:_(\d+(?:\.\d+)?))?yd_s")


def values_of(rep: Rep) -> dict[str, Measured]:
    """Every quantity of one rep, with its standard error.

    The time over the window, ``split_5_10yd_s`` of ten yards, is free of where the start was seen,
    as gates are that stand on the run.
    """
    seen = rep.estimates
    values = {f"split_{_yards(split.distance_m)}yd_s": split.time_s for split in seen.splits}
    window = seen.window
    took_s = (window.to_m - window.from_m) / window.velocity_mps.value
    ratio = window.velocity_mps.sigma / window.velocity_mps.value
    name = f"split_{_yards(window.from_m)}_{_yards(window.to_m)}yd_s"
    values[name] = Measured(took_s, took_s * ratio)
    measured = (
        seen.mean_velocity_mps,
        window.velocity_mps,
        seen.peak_velocity_mps,
        seen.steps.frequency_hz,
    )
    return values | dict(zip(WHOLE, measured, strict=True))


def is_metric(name: str) -> bool:
    """Whether a column of a reference speaks of something that reps have."""
    return name in WHOLE or _SPLIT.fullmatch(name) is not None


def with_intervals(values: dict[str, float]) -> dict[str, float]:
    """A reference's values, with the times between its gates."""
    gates = sorted(
        (float(found[1]), name)
        for name in values
        if (found := _SPLIT.fullmatch(name)) and found[2] is None
    )
    between = {
        f"split_{first:g}_{second:g}yd_s": values[later] - values[earlier]
        for index, (first, earlier) in enumerate(gates)
        for second, later in gates[index + 1 :]
    }
    return between | values


def in_order(names: Iterable[str]) -> list[str]:
    """Splits by distance, then the rest."""

    def place(name: str) -> tuple[int, float, float]:
        found = _SPLIT.fullmatch(name)
        if found is None:
            return WHOLE.index(name) + 1, 0.0, 0.0
        first, second = float(found[1]), float(found[2] or 0.0)
        return 0, max(first, second), second

    return sorted(set(names), key=place)


def _yards(distance_m: float) -> str:
    return f"{round(metres_to_yards(distance_m), 2):g}"


def unit_of(name: str) -> str:
    """The unit that a quantity's name ends in.

    >>> unit_of("split_5_10yd_s"), unit_of("peak_velocity_mps"), unit_of("step_frequency_hz")
    ('s', 'm/s', 'Hz')
    """
    return {"s": "s", "mps": "m/s", "hz": "Hz"}[name.rpartition("_")[2]]
