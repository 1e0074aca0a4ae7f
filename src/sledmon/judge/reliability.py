"""How far repeated measurements scatter, and what change is more than that scatter."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sledmon.results import NAN
from sledmon.samples import FloatArray


class Interval(NamedTuple):
    """A value and the ends of its interval; NaN where unknown."""

    value: float = NAN
    low: float = NAN
    high: float = NAN


NO_INTERVAL: Final = Interval()


@dataclass(frozen=True, kw_only=True, slots=True)
class TypicalError:
    """Scatter of one and the same athlete about his own mean."""

    mean: float = NAN
    """Of all values."""
    typical_error: Interval = NO_INTERVAL
    """One standard deviation, in the values' unit; 90 % interval."""
    cv: Interval = NO_INTERVAL
    """The same as a ratio of the value; 90 % interval."""
    mdc95: float = NAN
    """Least change between two measurements that is real at 95 %."""
    values: int = 0
    groups: int = 0
    """Those with two values or more."""
    dof: int = 0


def typical_error(groups: Sequence[FloatArray], confidence: float = 0.90) -> TypicalError:
    """Pooled standard deviation within groups, its ratio, and the least real change.

    Parameters
    ----------
    groups : sequence of (n,) arrays
        Values that would be equal, did nothing scatter: one athlete's, at one load, on one day.
        NaN is left out; a group of one value says nothing.
    confidence : float
        Of the intervals.

    Returns
    -------
    TypicalError
        Unknown throughout where no group has two values.

    Notes
    -----
    ``TE^2 = sum((n_i - 1) s_i^2) / sum(n_i - 1)``; intervals from chi-squared with that many
    degrees of freedom. CV is ``exp(TE of logarithms) - 1``. ``MDC95 = 1.96 sqrt(2) TE``. Hopkins
    2000, Sports Med 30:1; METHODS.md 9. A drift within a group (fatigue) counts as scatter.

    Examples
    --------
    >>> seen = typical_error([np.array([10.0, 10.2]), np.array([11.0, 10.6])])
    >>> round(seen.typical_error.value, 4), round(seen.mdc95, 4), seen.dof
    (0.2236, 0.6198, 2)
    """
    known = [group[np.isfinite(group)] for group in groups]
    several = [group for group in known if len(group) > 1]
    dof = sum(len(group) - 1 for group in several)
    values = np.concatenate(known) if known else np.empty(0)
    if not dof:
        return TypicalError(mean=_mean(values), values=len(values))
    error = _pooled(several, dof)
    logarithms = _pooled([np.log(group) for group in several], dof) if min(values) > 0 else NAN
    shrink, widen = _chi_factors(dof, confidence)
    return TypicalError(
        mean=_mean(values),
        typical_error=Interval(error, error * shrink, error * widen),
        cv=Interval(*(math.expm1(logarithms * each) for each in (1.0, shrink, widen))),
        mdc95=1.96 * math.sqrt(2.0) * error,
        values=len(values),
        groups=len(several),
        dof=dof,
    )


def smallest_worthwhile(groups: Sequence[FloatArray], error: float) -> float:
    """A fifth of the standard deviation between athletes, their scatter taken out.

    Parameters
    ----------
    groups : sequence of (n,) arrays
        One athlete's values each, at one load. NaN is left out.
    error : float
        Typical error of one value, in the values' unit; NaN: nothing is taken out.

    Returns
    -------
    float
        In the values' unit; NaN for fewer than three athletes, 0 where scatter explains everything.

    Notes
    -----
    ``0.2 sqrt(max(0, var(means) - TE^2 mean(1 / n_i)))``: Cohen's small effect; SOURCES 3.3.

    Examples
    --------
    >>> athletes = [np.array([4.0]), np.array([4.5]), np.array([5.0])]
    >>> round(smallest_worthwhile(athletes, 0.0), 3), round(smallest_worthwhile(athletes, 0.3), 3)
    (0.1, 0.08)
    """
    known = [group[np.isfinite(group)] for group in groups]
    known = [group for group in known if len(group)]
    if len(known) < 3:
        return NAN
    between = float(np.var([np.mean(group) for group in known], ddof=1))
    scatter = 0.0 if math.isnan(error) else error**2 * float(np.mean([1 / len(g) for g in known]))
    return 0.2 * math.sqrt(max(0.0, between - scatter))


def _pooled(groups: Sequence[FloatArray], dof: int) -> float:
    return math.sqrt(sum(float(np.sum((g - np.mean(g)) ** 2)) for g in groups) / dof)


def _chi_factors(dof: int, confidence: float) -> tuple[float, float]:
    """What a standard deviation is multiplied by for the ends of its interval."""
    from scipy.special import chdtri

    tail = (1.0 - confidence) / 2.0
    return math.sqrt(dof / chdtri(dof, tail)), math.sqrt(dof / chdtri(dof, 1.0 - tail))


def _mean(values: FloatArray) -> float:
    return float(np.mean(values)) if len(values) else NAN
