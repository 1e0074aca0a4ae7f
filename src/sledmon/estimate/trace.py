"""One rep as curves: what its values were read from, what each sensor said (METHODS.md 2, 4)."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sledmon.estimate.measure import Measurement, RepParams
from sledmon.estimate.motion.smooth import smooth_positions
from sledmon.samples import FloatArray

_BEFORE_S = 1.5
_EVERY = 5
"""Standard errors change slowly: one in so many nodes is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepTrace:
    """Curves from 1.5 s before a rep's start to the last sample that counted for it.

    Session time in seconds; distances from the rep's zero and velocities positive away from the
    reel. All arrays of one group have one length.
    """

    time_s: FloatArray
    """(n,) nodes of the path that the rep's values were read from."""
    distance_m: FloatArray
    """(n,) zero-lag estimate from both sensors, or from the tether alone."""
    velocity_mps: FloatArray
    velocity_sigma_mps: FloatArray
    """(n,) sensors' noise; not the rig's scale and geometry."""

    cord_s: FloatArray
    """(m,) the tether's own samples."""
    cord_m: FloatArray
    """(m,) measured positions, horizontal along the run, unfiltered."""
    cord_mps: FloatArray
    """(m,) measured: change of position since the sample before, by time; the first NaN."""
    innovation: FloatArray
    """(m,) measured minus most probable position, in standard errors: hardly beyond +-2 where the
    model holds. With hindsight, so smaller than a prediction's."""
    refused: npt.NDArray[np.bool_]
    """(m,) positions that lost most of their weight: snag, slack or over-run."""

    tether_s: FloatArray
    """(m,) or more, where the tether was silent: nodes of a path through its positions alone."""
    tether_mps2: FloatArray
    """Acceleration estimated from the tether alone."""
    belt_s: FloatArray
    """(k,) the belt's samples; none where its heading is not known."""
    belt_mps2: FloatArray
    """(k,) acceleration along the run as the IMU alone saw it, gravity removed."""
    why_no_belt: str
    """In plain words; empty where both sensors were used."""

    def distance_at(self, time_s: FloatArray) -> FloatArray:
        """Distance of the path at any times; NaN outside of it."""
        return np.interp(time_s, self.time_s, self.distance_m, left=math.nan, right=math.nan)


def trace_of(measured: Measurement, params: RepParams) -> RepTrace:
    """The curves of a measured rep.

    Parameters
    ----------
    measured : Measurement
        With the motion that its values were read from.
    params : RepParams
        The models; the tether alone is smoothed by the same as where no belt is worn.

    Returns
    -------
    RepTrace
        See there.
    """
    motion, path, cord = measured.motion, measured.motion.path, measured.motion.cord
    from_s = measured.estimates.start_s - _BEFORE_S
    alone = path
    if motion.fused is not None:
        sigma_m = cord.sigma_m
        alone = smooth_positions(cord.time_s, cord.distance_m, sigma_m, params.motion.smooth)
    here, there = path.time_s >= from_s, cord.time_s >= from_s
    time_s = path.time_s[here]
    step_s = np.diff(cord.time_s, prepend=math.nan)
    along = motion.along_mps2()
    belt_s = motion.belt.time_s if motion.belt is not None and len(along) else np.empty(0)
    some_s = time_s[::_EVERY]
    sigma_mps = path.sigma([{(float(at_s), "v"): 1.0} for at_s in some_s])
    return RepTrace(
        time_s=time_s,
        distance_m=path.distance_m[here] - measured.zero_m,
        velocity_mps=path.velocity_mps[here],
        velocity_sigma_mps=np.interp(time_s, some_s, sigma_mps),
        cord_s=cord.time_s[there],
        cord_m=cord.distance_m[there] - measured.zero_m,
        cord_mps=(np.diff(cord.distance_m, prepend=math.nan) / step_s)[there],
        innovation=(cord.residual_m / cord.sigma_m)[there],
        refused=cord.refused[there],
        tether_s=alone.time_s[alone.time_s >= from_s],
        tether_mps2=alone.acceleration_mps2[alone.time_s >= from_s],
        belt_s=belt_s[belt_s >= from_s],
        belt_mps2=along[belt_s >= from_s],
        why_no_belt=motion.why_not_fused,
    )
