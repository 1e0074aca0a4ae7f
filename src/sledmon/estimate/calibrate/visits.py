"""Visits to marks, of which a calibration is made: are they enough, and which were alike."""

import numpy as np

from sledmon.samples import FloatArray

_SAME_MARK_M = 0.001  # two visits to places closer than this were to one mark


def rows_of(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two rows of numbers, of one length."""
    a, b = np.asarray(first, float), np.asarray(second, float)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"two rows of equal length are needed, not {a.shape} and {b.shape}")
    return a, b


def too_little(marks: FloatArray, read: FloatArray, what: str, act: str, least_m: float) -> str:
    """Why no line can be drawn through these marks; empty if one can."""
    if not (np.isfinite(marks).all() and np.isfinite(read).all()):
        return f"{what}: a mark or reading is unknown; leave that visit out"
    different = 1 + int(np.sum(np.diff(np.sort(marks)) > _SAME_MARK_M)) if len(marks) else 0
    if different < 2:
        number = f"{different} mark{'' if different == 1 else 's'}"
        return f"{what}: {number} is no distance; {act} at least two marks {least_m:g} m apart"
    if np.ptp(marks) < least_m:
        return (
            f"{what}: marks {np.ptp(marks):.2f} m apart are too close;"
            f" {act} marks at least {least_m:g} m apart"
        )
    return ""


def same_mark(marks_m: FloatArray) -> FloatArray:
    """(n, n) of ones where two visits were to one mark."""
    return (np.abs(marks_m[:, None] - marks_m) < _SAME_MARK_M).astype(float)


def probability(freedom: int, chi2: float) -> float:
    """Chance of a chi-squared at least so large."""
    from scipy.special import chdtrc

    return float(chdtrc(freedom, chi2))
