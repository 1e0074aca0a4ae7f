"""Pelvis lean from the belt's attitude (METHODS.md 7); of trunk and arms it knows nothing."""

import numpy as np

from sledmon.estimate.motion import BeltMotion
from sledmon.results import Lean
from sledmon.samples import FloatArray

LEAN_SIGMA_RAD = 0.020
"""1.1 deg: gyro drift over a rep (0.6 deg, SOURCES 4.2) and how upright a person stands."""
UNSEEN_SIGMA_RAD = 0.05
"""3 deg more where the belt was silent for a moment: its attitude is held meanwhile."""
LEAST_SEEN_S = 0.5


def pelvis_lean(
    motion: BeltMotion,
    heading_rad: float,
    step_s: float,
    from_s: float,
    to_s: float,
    *,
    seen_whole: bool = True,
) -> Lean:
    """Lean of the pelvis over a rep against the athlete's own upright stance.

    Parameters
    ----------
    motion : BeltMotion
        Belt attitude from the stillness on; its upright stance was found before the set position.
    heading_rad : float
        Direction of the run in the level frame.
    step_s : float
        Step period; lean is averaged over it, so that the swing within a step is not its range.
    from_s, to_s : float
        The rep.
    seen_whole : bool
        Whether the belt never fell silent in it.

    Returns
    -------
    Lean
        Radians, positive in the direction of the run. Unknown where upright stance was never seen
        or the belt was not.
    """
    if motion.still.upright_mps2 is None or to_s - from_s < LEAST_SEEN_S:
        return Lean()
    grid = np.arange(from_s, to_s, 0.01)
    if grid[-1] > motion.time_s[-1] + step_s:
        return Lean()
    upright = motion.level.upright
    along = upright[:, 0] * np.cos(heading_rad) + upright[:, 1] * np.sin(heading_rad)
    lean = np.interp(grid, motion.time_s, np.arctan2(along, upright[:, 2]))
    width = max(1, round(step_s / 0.01))
    steps: FloatArray = np.convolve(lean, np.ones(width) / width, "valid")
    if not len(steps):
        return Lean()
    return Lean(
        mean_rad=float(np.mean(lean)),
        min_rad=float(np.min(steps)),
        max_rad=float(np.max(steps)),
        sigma_rad=LEAN_SIGMA_RAD
        if seen_whole
        else float(np.hypot(LEAN_SIGMA_RAD, UNSEEN_SIGMA_RAD)),
    )
