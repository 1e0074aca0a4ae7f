"""The unresisted velocity that a rep is compared with (METHODS.md)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sledmon.results import NAN, Measured, Rep

BEST_TWO_OF: dict[int, tuple[float, float]] = {
    3: (0.4231, 0.6244),
    4: (0.6632, 0.5795),
    5: (0.8290, 0.5495),
    6: (0.9545, 0.5274),
    7: (1.0548, 0.5102),
    8: (1.1379, 0.4962),
    9: (1.2087, 0.4846),
    10: (1.2701, 0.4747),
    11: (1.3242, 0.4661),
    12: (1.3725, 0.4586),
    13: (1.4160, 0.4520),
    14: (1.4556, 0.4460),
    15: (1.4919, 0.4406),
    16: (1.5254, 0.4357),
    17: (1.5564, 0.4312),
    18: (1.5852, 0.4270),
    19: (1.6122, 0.4232),
    20: (1.6375, 0.4196),
}
"""Mean and SD of the mean of the two best of n standard normal draws, by quadrature."""


@dataclass(frozen=True, slots=True)
class Unresisted:
    """What the athlete ran without a sled, or what somebody brought."""

    value_mps: float
    """Mean of the best two, flattered by their choice; or the velocity that was brought."""
    measured: float
    """Relative measurement error of one rep; of a brought baseline its whole error."""
    reps: int
    """How many it was chosen from; 0: it was brought."""
    widened: float = 0.0
    """Relative error of its being from elsewhere."""
    note: str = ""

    def at(self, cv: float) -> Measured:
        """Expected unresisted velocity, should the athlete's variation be ``cv``."""
        if not self.reps:
            error = math.hypot(self.measured, self.widened)
            return Measured(self.value_mps, self.value_mps * error)
        excess, spread = BEST_TWO_OF[min(self.reps, max(BEST_TWO_OF))]
        scatter = math.hypot(cv, self.measured)
        value = self.value_mps / (1.0 + excess * scatter)
        return Measured(value, value * math.hypot(spread * scatter, self.widened))


def best_two(velocities: Sequence[Measured], *, least_reps: int = 3) -> Unresisted | None:
    """Mean of the two best of the latest twenty unresisted reps; None below ``least_reps``.

    Parameters
    ----------
    velocities : sequence of Measured
        Window velocities in order, m/s.
    least_reps : int
        Fewer make no baseline.

    Returns
    -------
    Unresisted or None
        Its ``at(cv)`` removes what the choice of the best adds: for n reps of coefficient of
        variation CV the mean of the two best lies ``b(n) CV`` above the true mean, with SD
        ``s(n) CV`` (``BEST_TWO_OF``).

    Examples
    --------
    >>> reps = [Measured(v, 0.0) for v in (4.9, 5.1, 5.0)]
    >>> best_two(reps).at(0.02).value < 5.05
    True
    """
    latest = velocities[-max(BEST_TWO_OF) :]
    if len(latest) < least_reps:
        return None
    best = sorted((velocity.value for velocity in latest), reverse=True)[:2]
    squares = sum((velocity.sigma / velocity.value) ** 2 for velocity in latest)
    return Unresisted(sum(best) / 2, math.sqrt(squares / len(latest)), len(latest))


def brought(velocity: Measured) -> Unresisted:
    """A baseline that an event brought, with the error that it states."""
    return Unresisted(velocity.value, velocity.sigma / velocity.value, 0)


def compared_with(rep: Rep) -> float:
    """The unresisted velocity, m/s, that a judged rep was compared with; NaN where with none."""
    decrement = rep.verdict.velocity_decrement
    if not decrement.known or decrement.value >= 1.0:
        return NAN
    return rep.estimates.window.velocity_mps.value / (1.0 - decrement.value)


OTHER_DAY = 0.02
"""Between days more than within one: 1.3-3.5 % (Sasek 2024: within 0.9-3.4, between 1.6-4.8 %)."""
OLD_DAYS = 14
"""From here on a baseline is old (SOURCES 7.10)."""
OLD = 0.02
"""Error added for every further fortnight, in quadrature; judged."""
OTHER_SURFACE = 0.03
"""Unresisted velocity on another surface; judged."""


def carried(
    velocity: Measured, *, age_days: float, same_surface: bool
) -> tuple[Measured, tuple[str, ...]]:
    """A baseline of another day or place as it may be used now: wider, with what to say about it.

    Parameters
    ----------
    velocity : Measured
        Expected unresisted window velocity with its standard error then, m/s.
    age_days : float
        Days since then; 0: today.
    same_surface : bool
        Whether it was run on today's surface.

    Returns
    -------
    Measured, tuple of str
        The same velocity with the wider error, to be written as a ``baseline`` event, and warnings.

    Examples
    --------
    >>> wider, warnings = carried(Measured(5.0, 0.05), age_days=30, same_surface=True)
    >>> round(wider.sigma, 3), warnings
    (0.184, ('the baseline is 30 days old',))
    """
    error = velocity.sigma / velocity.value
    warnings: list[str] = []
    if age_days >= 0.5:
        error = math.hypot(error, OTHER_DAY)
    if age_days > OLD_DAYS:
        error = math.hypot(error, OLD * math.sqrt(age_days / OLD_DAYS))
        warnings.append(f"the baseline is {age_days:.0f} days old")
    if not same_surface:
        error = math.hypot(error, OTHER_SURFACE)
        warnings.append("the baseline was run on another surface")
    return Measured(velocity.value, velocity.value * error), tuple(warnings)
