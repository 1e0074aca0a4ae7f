"""What is believed of a value: one normal part for each rep-to-rep variation that may be true."""

import math
from collections.abc import Iterable
from typing import NamedTuple, Self

from sledmon.results import UNKNOWN, Measured

_ROOT_2 = math.sqrt(2.0)


class Part(NamedTuple):
    """One normal distribution of a mixture."""

    weight: float
    mean: float
    sigma: float


class Belief(tuple[Part, ...]):
    """A mixture of normal distributions; empty where nothing is known.

    >>> belief = Belief.of([(0.5, 0.10, 0.01), (0.5, 0.12, 0.01)])
    >>> round(belief.measured.value, 3), round(belief.measured.sigma, 4)
    (0.11, 0.0141)
    >>> round(belief.past(0.11), 3)
    0.5
    """

    __slots__ = ()

    @classmethod
    def of(cls, parts: Iterable[tuple[float, float, float]]) -> Self:
        """Of ``(weight, mean, sigma)``; weights add up to one."""
        return cls(Part(*part) for part in parts)

    @property
    def measured(self) -> Measured:
        """Mean and standard deviation."""
        if not self:
            return UNKNOWN
        mean = sum(weight * value for weight, value, _ in self)
        variance = sum(w * (sigma**2 + (value - mean) ** 2) for w, value, sigma in self)
        return Measured(mean, math.sqrt(variance))

    def past(self, line: float) -> float:
        """Probability that the true value lies above a line; NaN where nothing is known."""
        if not self:
            return math.nan
        return sum(
            weight * 0.5 * math.erfc((line - mean) / (sigma * _ROOT_2))
            for weight, mean, sigma in self
        )

    def given(self, usual: Measured) -> "Belief":
        """The same after weighing what is usual: each part moves towards it by its own doubt."""
        return Belief(
            Part(
                weight,
                (mean * usual.sigma**2 + usual.value * sigma**2) / (usual.sigma**2 + sigma**2),
                sigma * usual.sigma / math.hypot(sigma, usual.sigma),
            )
            for weight, mean, sigma in self
        )

    def less(self, amount: float, sigma: float) -> "Belief":
        """The same less an amount that is known only so well."""
        return Belief(Part(w, mean - amount, math.hypot(s, sigma)) for w, mean, s in self)
