"""How an athlete's velocity falls with the mass of sled and plates (METHODS.md)."""

import math
from collections.abc import Sequence

from sledmon.results import NAN, UNKNOWN, LoadPoint, LoadVelocity, Measured

LEAST_LOADS = 3
FARTHEST = 1.5
"""Times the heaviest load that was run: nothing is said beyond."""


def fit_load_velocity(points: Sequence[LoadPoint], *, surface: str = "") -> LoadVelocity:
    """A straight line through velocities at several loads.

    Parameters
    ----------
    points : sequence of LoadPoint
        Total sled mass (0: unresisted) and expected velocity with its standard error, one point a
        load, all on one surface.
    surface : str
        Which, for the results.

    Returns
    -------
    LoadVelocity
        ``v = v0 - s L`` by weighted least squares (SOURCES 1.3). Standard errors are those of
        the points, widened where the points lie off the line by more (chi squared above its
        degrees of freedom). ``why_not`` says why there is no line: fewer than three loads, or
        velocity that does not fall.

    Examples
    --------
    >>> points = [LoadPoint(load_kg=m, velocity_mps=Measured(5 - 0.03 * m, 0.04), reps=2)
    ...           for m in (0.0, 15.0, 20.0, 24.0)]
    >>> line = fit_load_velocity(points)
    >>> round(line.slope_mps_per_kg.value, 4), round(line.r_squared, 3)
    (0.03, 1.0)
    >>> load, why_not = load_for(line, 0.10)
    >>> round(load.value, 2), why_not
    (16.67, '')
    >>> load_for(line, 0.30)[1]
    '50 kg is more than 1.5 times the heaviest load that was run (24 kg)'
    """
    loads = tuple(sorted(points, key=lambda point: point.load_kg))
    if len(loads) < LEAST_LOADS:
        told = ", ".join(f"{point.load_kg:.1f} kg" for point in loads) or "none"
        return LoadVelocity(
            points=loads,
            surface=surface,
            why_not=f"a load-velocity line needs three loads (no sled is one); so far: {told}",
        )
    weight = [1.0 / point.velocity_mps.sigma**2 for point in loads]
    mass = [point.load_kg for point in loads]
    value = [point.velocity_mps.value for point in loads]
    total = sum(weight)
    mass_mean = sum(w * m for w, m in zip(weight, mass, strict=True)) / total
    value_mean = sum(w * v for w, v in zip(weight, value, strict=True)) / total
    spread = sum(w * (m - mass_mean) ** 2 for w, m in zip(weight, mass, strict=True))
    falls = [(m - mass_mean) * (value_mean - v) for m, v in zip(mass, value, strict=True)]
    slope = sum(w * fall for w, fall in zip(weight, falls, strict=True)) / spread
    if slope <= 0:
        return LoadVelocity(
            points=loads, surface=surface, why_not="velocity does not fall with load"
        )
    off = [v - value_mean + slope * (m - mass_mean) for m, v in zip(mass, value, strict=True)]
    chi_squared = sum(w * o * o for w, o in zip(weight, off, strict=True))
    whole = sum(w * (v - value_mean) ** 2 for w, v in zip(weight, value, strict=True))
    widening = max(1.0, chi_squared / (len(loads) - 2))
    slope_variance = widening / spread
    v0_variance = widening / total + mass_mean**2 * slope_variance
    return LoadVelocity(
        points=loads,
        surface=surface,
        v0_mps=Measured(value_mean + slope * mass_mean, math.sqrt(v0_variance)),
        slope_mps_per_kg=Measured(slope, math.sqrt(slope_variance)),
        covariance=mass_mean * slope_variance,
        r_squared=1.0 - chi_squared / whole,
        residual_mps=math.sqrt(sum(o * o for o in off) / (len(loads) - 2)),
    )


def load_for(line: LoadVelocity, decrement: float) -> tuple[Measured, str]:
    """Total sled mass for a decrement, or why it is not told.

    ``L = p v0 / s`` with the delta-method error of SOURCES 1.3: v0 and slope go together.
    Nothing is said beyond 1.5 times the heaviest load that was run.
    """
    if line.why_not:
        return UNKNOWN, line.why_not
    v0, slope = line.v0_mps, line.slope_mps_per_kg
    load_kg = decrement * v0.value / slope.value
    heaviest_kg = line.points[-1].load_kg
    if load_kg > FARTHEST * heaviest_kg:
        return Measured(NAN, NAN), (
            f"{load_kg:.0f} kg is more than {FARTHEST:g} times the heaviest load that was run"
            f" ({heaviest_kg:.0f} kg)"
        )
    relative = (
        (v0.sigma / v0.value) ** 2
        + (slope.sigma / slope.value) ** 2
        - 2.0 * line.covariance / (v0.value * slope.value)
    )
    return Measured(load_kg, load_kg * math.sqrt(max(relative, 0.0))), ""
