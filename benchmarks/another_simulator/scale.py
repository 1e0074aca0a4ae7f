"""Units and grid of the second simulator, and a few curves on that grid."""

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
GRID_S: Final = 0.0005
GRAVITY_MPS2: Final = 9.81
YARD_M: Final = 0.9144
DISTANCE_M: Final = 10 * YARD_M
TO_THE_REEL_RAD: Final = math.pi


def ease(n: int) -> FloatArray:
    """From 0 to 1 with neither velocity nor acceleration at the ends."""
    u = np.linspace(0.0, 1.0, n)
    return u**3 * (10.0 - 15.0 * u + 6.0 * u**2)


def pulse(n: int, seconds: float) -> FloatArray:
    """A raised cosine of height 1 at the beginning of n samples."""
    u = np.arange(n) * GRID_S / seconds
    return np.where(u < 1.0, 0.5 - 0.5 * np.cos(2.0 * np.pi * u), 0.0)
