"""Whether stated errors are as large as they say."""

from collections.abc import Sequence

import numpy as np

from sledmon.results import Measured

NINETY = 1.6449


def assert_covers(measured: Sequence[Measured], truths: Sequence[float] | float) -> None:
    """90 % intervals hold the truth in 85-95 % of the calibrations."""
    value, sigma = np.array(measured).T
    assert np.isfinite(sigma).all()
    hit = float(np.mean(np.abs(value - np.asarray(truths)) < NINETY * sigma))
    assert 0.85 <= hit <= 0.95, f"{100 * hit:.1f} % of {len(measured)}"
