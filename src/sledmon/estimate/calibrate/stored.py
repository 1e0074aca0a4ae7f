"""A rig with what was calibrated, and the day it was."""

from sledmon.estimate.calibrate.reel import ReelGeometry
from sledmon.estimate.calibrate.scale import ScaleCalibration
from sledmon.rig import Rig, with_calibration


def store(
    rig: Rig,
    *,
    day: str = "",
    scale: ScaleCalibration | None = None,
    reel: ReelGeometry | None = None,
) -> Rig:
    """The rig with what was measured; a refused or partly unknown calibration changes nothing.

    Parameters
    ----------
    rig : Rig
        As it stood.
    day : str
        When the scale was measured, as ``2026-11-25``.
    scale, reel : ScaleCalibration, ReelGeometry, optional
        What was measured. Of the reel's place all three lengths must be known: a measured standoff
        beside a height that nobody measured would be worse than neither.

    Returns
    -------
    Rig
        A new one, which ``format_rig`` writes.

    Examples
    --------
    >>> import numpy as np
    >>> from sledmon.estimate.calibrate import counts_per_metre
    >>> from sledmon.rig import format_rig
    >>> scale = counts_per_metre(np.array([0.0, 10.0]), np.array([0.0, 49_870.0]))
    >>> print(format_rig(store(Rig(), day="2026-11-25", scale=scale)), end="")
    [encoder]
    counts_per_m = 4987.0
    scale_sigma = 0.00161
    calibrated = "2026-11-25"
    """
    if scale is not None and scale.counts_per_m.known:
        rig = with_calibration(
            rig,
            calibrated=day,
            counts_per_m=round(scale.counts_per_m.value, 2),
            scale_sigma=round(scale.scale_sigma, 5),
        )
    if reel is not None and reel.known:
        rig = with_calibration(
            rig,
            standoff_m=round(reel.standoff_m.value, 3),
            height_m=round(reel.height_m.value, 3),
            lateral_m=round(reel.lateral_m.value, 3),
            geometry_sigma_m=round(reel.geometry_sigma_m, 4),
        )
    return rig
