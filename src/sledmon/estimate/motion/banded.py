"""Least squares over a chain of 3-state nodes with a few unknowns common to all of them.

The normal equations are block-tridiagonal (3 x 3 blocks) with a border of ``p`` columns for the
common unknowns. One banded Cholesky factor and one small Schur complement solve them and give the
variance of any sum of unknowns.
"""

from dataclasses import dataclass

import numpy as np

from sledmon.samples import FloatArray

STATES = 3
_BANDS = 2 * STATES  # the diagonal and a half-bandwidth of 5


@dataclass(frozen=True, slots=True)
class Chain:
    """The normal equations of a chain; filled in by the models, then solved."""

    diagonal: FloatArray
    """(n, 3, 3) information on each node."""
    below: FloatArray
    """(n - 1, 3, 3) between node k + 1 (rows) and node k (columns)."""
    border: FloatArray
    """(n, 3, p) between nodes and common unknowns."""
    corner: FloatArray
    """(p, p) information on the common unknowns."""
    right: FloatArray
    """(n, 3) right-hand side of the nodes."""
    right_common: FloatArray
    """(p,) right-hand side of the common unknowns."""

    def solved(self) -> "SolvedChain":
        """Most probable states and common unknowns."""
        from scipy.linalg.lapack import dpbtrf, dpbtrs

        n, p = len(self.diagonal), len(self.corner)
        factor, failed = dpbtrf(_banded(self.diagonal, self.below), lower=1)
        if failed:
            raise FloatingPointError("the normal equations of a chain are not positive definite")
        border = self.border.reshape(STATES * n, p)
        columns = np.empty((STATES * n, 1 + p), order="F")
        columns[:, 0], columns[:, 1:] = self.right.reshape(-1), border
        answers, _ = dpbtrs(factor, columns, lower=1)
        free, spread = answers[:, 0], answers[:, 1:]
        schur = self.corner - border.T @ spread
        common = np.linalg.solve(schur, self.right_common - border.T @ free)
        states = (free - spread @ common).reshape(n, STATES)
        return SolvedChain(states, common, factor, spread, np.linalg.inv(schur))


@dataclass(frozen=True, slots=True)
class SolvedChain:
    """Solution of a chain, with what standard errors need."""

    states: FloatArray
    """(n, 3)."""
    common: FloatArray
    """(p,)."""
    _factor: FloatArray
    _spread: FloatArray
    common_covariance: FloatArray
    """(p, p)."""

    def variance(self, weights: FloatArray, common_weights: FloatArray | float = 0.0) -> FloatArray:
        """(m,) variances of sums over states, (n, 3, m) weights, and common unknowns, (p, m)."""
        from scipy.linalg.lapack import dpbtrs

        columns = weights.reshape(-1, weights.shape[-1])
        chain, _ = dpbtrs(self._factor, columns, lower=1)
        through = common_weights - self._spread.T @ columns
        own: FloatArray = np.sum(columns * chain, axis=0)
        common: FloatArray = np.einsum("pm,pq,qm->m", through, self.common_covariance, through)
        return own + common


def _banded(diagonal: FloatArray, below: FloatArray) -> FloatArray:
    """Lower banded storage of a symmetric block-tridiagonal matrix."""
    n = len(diagonal)
    banded = np.zeros((_BANDS, STATES * n), order="F")
    for row in range(STATES):
        for column in range(row + 1):
            banded[row - column, column::STATES] = diagonal[:, row, column]
    for row in range(STATES):
        for column in range(STATES):
            where = slice(column, STATES * (n - 1), STATES)
            banded[STATES + row - column, where] = below[:, row, column]
    return banded
