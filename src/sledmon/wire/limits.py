"""What no sensor of this sport can have measured: such a value is damaged or of another unit."""

from typing import Final

import numpy as np
import numpy.typing as npt

from sledmon.samples import FloatArray

FASTEST_CORD_MPS: Final = 15.0
"""No athlete and no reel moves cord faster; a larger step is a damaged count."""
LONGEST_CORD_M: Final = 100.0
"""Nor is any cord longer."""
COARSEST_STEP_M: Final = 0.02
"""Quantisation of the coarsest table in metres that is of use."""
HELD_S: Final = 0.1
"""A table may repeat a value for so long where its sensor was slower than its rows."""
FARTHEST_M: Final = 1e9
"""Zero may lie anywhere, but float64 tells a tenth of a micrometre no further away."""
MOST_ACC_MPS2: Final = 320.0
"""Of one axis: 32 g, the widest range of IMUs for wearing (TDK ICM-45686); ours end at 16 g."""
MOST_GYR_RADPS: Final = 70.0
"""Of one axis: 4000 deg/s, as wide as that IMU; ours end at 2000."""
MAX_TIME_S: Final = 4e9
"""Seconds since 1970 fit; milliseconds since 1970 do not, and are a mistake."""
LEAST_PERIOD_S: Final = 1e-6
"""No belt or reel is sampled faster than this."""


def too_fast(
    time_s: FloatArray, position_m: FloatArray, least_s: "FloatArray | float", step_m: float
) -> npt.NDArray[np.bool_]:
    """Which steps from row to row (n - 1) no cord can make.

    ``least_s`` is how long a step may have taken whatever the rows' times say, ``step_m`` the
    quantisation.

    >>> time_s, position_m = np.array([0.0, 0.01, 0.02, 9.0]), np.array([0.0, 0.1, 0.5, 90.0])
    >>> too_fast(time_s, position_m, 0.01, 0.0)
    array([False,  True, False])
    """
    took_s = np.maximum(np.diff(time_s), least_s)
    reach_m = np.minimum(FASTEST_CORD_MPS * took_s, LONGEST_CORD_M) + step_m
    return np.asarray(np.abs(np.diff(position_m)) > reach_m)
