"""A rep's path moment by moment, with errors, for export and figures (METHODS.md 4)."""

import math
from collections.abc import Iterable

import numpy as np

from sledmon.estimate.geometry import bounce_coupling, distance_sensitivity
from sledmon.estimate.motion.path import Path
from sledmon.estimate.uncertainty import Gradient, SeatParams, Zero, sigmas
from sledmon.results import Moments
from sledmon.rig import Rig
from sledmon.samples import FloatArray

BEFORE_S = 0.5
"""They begin so long before the rep's start."""
_AT_ONCE = 16  # more at once sets BLAS to threads that cost six times what they save
_STEP_M = 0.01
_MOVING_MPS = 0.5


def moments_of(
    path: Path,
    rig: Rig,
    zero: Zero,
    span_s: tuple[float, float],
    gaps: Iterable[tuple[float, float]],
    common: FloatArray,
    seat: SeatParams,
    *,
    step_s: float,
    unseen_m: float,
    unseen_mps: float,
) -> Moments:
    """Distance and instantaneous velocity of the pelvis at regular moments of a rep.

    Parameters
    ----------
    path : Path
        The run's path, session time.
    rig, common, seat : Rig, (6,) array, SeatParams
        Geometry and its standard errors, as for splits.
    zero : Zero
        Where distance counts from.
    span_s : tuple of float
        Start and end of the rep; moments begin ``BEFORE_S`` earlier, at whole steps.
    gaps : iterable of (float, float)
        Stretches without tether samples that are too long to bridge: left out.
    step_s : float
        Between two moments.
    unseen_m, unseen_mps : float
        What of the movement within steps neither sensor tells, 1 SD; nothing of it while standing.

    Returns
    -------
    Moments
        Seconds of session time, metres from zero, m/s, with one standard error each. Smoothing has
        no lag; velocity holds the rhythm of the steps, which the curve of a rep averages out.
    """
    first = math.ceil((max(span_s[0] - BEFORE_S, float(path.time_s[0]))) / step_s - 1e-9)
    last = math.floor(min(span_s[1], float(path.time_s[-1])) / step_s + 1e-9)
    time_s: FloatArray = np.arange(first, last + 1) * np.float64(step_s)
    for lost_s, found_s in gaps:
        time_s = time_s[(time_s <= lost_s) | (time_s >= found_s)]
    place_m, velocity = path.at(time_s)
    distance = place_m - zero.distance_m
    known = np.isfinite(distance)
    time_s, distance, velocity = time_s[known], distance[known], velocity[known]
    moving = np.minimum(np.abs(velocity) / _MOVING_MPS, 1.0)
    asked: list[Gradient] = []
    for at_s, at_m, at_mps, share in zip(time_s, distance, velocity, moving, strict=True):
        # The distance at a moment errs as the moment of a passing does, told in metres.
        place = Gradient(other=float(share * unseen_m))
        place.add(float(at_s), "x", 1.0)
        zero.add_to(place, -1.0)
        rise = float(bounce_coupling(np.array([at_m]), rig)[0])
        place.common = np.append(distance_sensitivity(at_m, rig), [rise, 1.0])
        speed = Gradient(other=float(share * unseen_mps))
        speed.add(float(at_s), "v", 1.0)
        ahead, behind = (distance_sensitivity(at_m + k * _STEP_M, rig) for k in (1.0, -1.0))
        speed.common[:4] = at_mps * (ahead - behind) / (2 * _STEP_M)
        asked += [place, speed]
    errors: list[float] = []
    for begin in range(0, len(asked), _AT_ONCE):
        errors += sigmas(path, common, span_s[0], seat, asked[begin : begin + _AT_ONCE])
    return Moments(
        time_s=tuple(time_s.tolist()),
        distance_m=tuple(distance.tolist()),
        distance_sigma_m=tuple(errors[::2]),
        velocity_mps=tuple(velocity.tolist()),
        velocity_sigma_mps=tuple(errors[1::2]),
    )
