"""Moving means and running integrals of sampled values."""

import numpy as np

from sledmon.samples import FloatArray


def moving_mean(values: FloatArray, width: int) -> FloatArray:
    """Centred mean over ``width`` values; fewer at the ends."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    place = np.arange(len(values))
    low = np.maximum(place - width // 2, 0)
    high = np.minimum(place - width // 2 + width, len(values))
    mean: FloatArray = (sums[high] - sums[low]) / (high - low)
    return mean


def running_integral(values: FloatArray, step_s: FloatArray) -> FloatArray:
    """Trapezium rule along the first axis, from 0; ``step_s`` has one entry fewer."""
    out = np.zeros_like(values)
    np.cumsum((0.5 * (values[1:] + values[:-1])).T * step_s, axis=-1, out=out[1:].T)
    return out
