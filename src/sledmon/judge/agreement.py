"""How far two methods agree that measured the same reps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sledmon.judge.reliability import NO_INTERVAL, Interval
from sledmon.results import NAN
from sledmon.samples import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """One method less the other."""

    pairs: int = 0
    athletes: int = 0
    bias: Interval = NO_INTERVAL
    """Mean difference; 95 % interval."""
    sd: float = NAN
    """Of one difference."""
    lower: Interval = NO_INTERVAL
    """Lower limit of agreement; 95 % interval."""
    upper: Interval = NO_INTERVAL
    """Upper limit of agreement; 95 % interval."""


def agreement(differences: FloatArray, athletes: Sequence[str]) -> Agreement:
    """Bias and limits of agreement of two methods.

    Parameters
    ----------
    differences : (n,) array
        One method less the other, rep by rep, in any unit; NaN is left out.
    athletes : sequence of n texts
        Whose reps they are: reps of one athlete are not independent.

    Returns
    -------
    Agreement
        In the differences' unit; unknown for fewer than three pairs.

    Notes
    -----
    ``bias +- 1.96 sd`` (Bland & Altman 1986, Lancet i:307). Where athletes have several reps,
    ``sd`` is that of one rep of any athlete, ``sqrt(s_between^2 + s_within^2)`` from a one-way
    analysis of variance, and the bias's error comes from the athletes' sums (Bland & Altman 2007,
    J Biopharm Stat 17:571). A limit's standard error is ``sd sqrt(1 / n + 1.96^2 / (2 (n - 1)))``
    (Bland & Altman 1999, Stat Methods Med Res 8:135), n being pairs, or athletes where they are
    fewer; intervals are Student's. METHODS.md 9.

    Examples
    --------
    >>> seen = agreement(np.array([0.01, 0.03, 0.02, 0.04]), ["Ana", "Bea", "Cy", "Di"])
    >>> round(seen.bias.value, 3), round(seen.sd, 4), round(seen.upper.value, 4)
    (0.025, 0.0129, 0.0503)
    """
    kept = np.isfinite(differences)
    d = differences[kept]
    names = np.array(athletes, dtype=object)[kept]
    groups = [d[names == name] for name in dict.fromkeys(names)]
    if len(d) < 3:
        return Agreement(pairs=len(d), athletes=len(groups))
    bias = float(np.mean(d))
    repeated = 1 < len(groups) < len(d)
    sd = _of_one_rep(groups) if repeated else float(np.std(d, ddof=1))
    independent = len(groups) if repeated else len(d)
    bias_error = _error_of_mean(groups, bias) if repeated else sd / math.sqrt(independent)
    limit_error = sd * math.sqrt(1 / independent + 1.96**2 / (2 * (independent - 1)))
    t = _student(independent - 1)

    def around(value: float, error: float) -> Interval:
        return Interval(value, value - t * error, value + t * error)

    return Agreement(
        pairs=len(d),
        athletes=len(groups),
        bias=around(bias, bias_error),
        sd=sd,
        lower=around(bias - 1.96 * sd, limit_error),
        upper=around(bias + 1.96 * sd, limit_error),
    )


def _of_one_rep(groups: Sequence[FloatArray]) -> float:
    """SD of one difference of any athlete: between and within athletes together."""
    sizes = np.array([len(group) for group in groups])
    total = int(np.sum(sizes))
    means = np.array([np.mean(group) for group in groups])
    overall = float(np.sum(sizes * means) / total)
    within = sum(float(np.sum((g - np.mean(g)) ** 2)) for g in groups) / (total - len(groups))
    between = float(np.sum(sizes * (means - overall) ** 2)) / (len(groups) - 1)
    usual = (total - float(np.sum(sizes**2)) / total) / (len(groups) - 1)
    return math.sqrt(within + max(0.0, (between - within) / usual))


def _error_of_mean(groups: Sequence[FloatArray], mean: float) -> float:
    """Standard error of the mean of all reps, athletes being what was drawn."""
    total = sum(len(group) for group in groups)
    off = sum(float(np.sum(group - mean)) ** 2 for group in groups)
    return math.sqrt(off * len(groups) / (len(groups) - 1)) / total


def _student(dof: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(dof, 0.975))
