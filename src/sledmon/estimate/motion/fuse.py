"""Belt acceleration and tether positions in one linear-Gaussian model (METHODS.md 4).

Heading with its sign, synchrony and where the cord is clipped are solved for with the run itself,
so they come with their standard errors.
"""

import math
from dataclasses import dataclass

import numpy as np

from sledmon.estimate.motion.belt_chain import (
    BOUNCE,
    COMMON,
    FORWARD,
    LEVER,
    OFFSET,
    SIDEWAYS,
    Belief,
    BeltChain,
    FuseParams,
)
from sledmon.estimate.motion.cord import CordFit, CordParams, whip_factor
from sledmon.estimate.motion.nodes import BeltNodes, Cord
from sledmon.estimate.motion.path import Path
from sledmon.results import Measured
from sledmon.samples import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class Fused:
    """A fused path and what was learnt about the sensors on the way."""

    path: Path
    """Of the pelvis's middle, in the belt's time."""
    offset_s: Measured
    """Add to tether times to get belt times."""
    heading_rad: Measured
    """Direction of the run in the level frame."""
    to_middle_m: FloatArray
    """(3,) from the IMU to the pelvis's middle, towards front, left and up."""
    cord: CordFit
    """In the tether's own time."""


def fuse(
    belt: BeltNodes, cord: Cord, offset: Measured, params: FuseParams, cord_params: CordParams
) -> Fused | None:
    """Fuse one run; None where belt and tether do not tell of the same movement.

    Parameters
    ----------
    belt : BeltNodes
        Beginning in stillness.
    cord : Cord
        Positions inside the belt's time.
    offset : Measured
        Offset of the clocks as known from completed reps; unknown is allowed.
    params, cord_params : FuseParams, CordParams
        The model.

    Returns
    -------
    Fused or None
        Zero-lag; velocities are positive away from the reel. Standard errors hold both sensors'
        noise, bias, heading, tilt and synchrony, not the rig's scale and geometry.
    """
    variance = cord.still_m**2 + cord.whip_m**2
    weight = 1.0 / variance
    known_s = offset.value if offset.known else 0.0
    vague_s = min(offset.sigma, params.offset_sigma_s) if offset.known else params.offset_sigma_s

    mean = np.zeros(COMMON)
    mean[OFFSET], mean[BOUNCE], mean[LEVER.start] = known_s, 1.0, params.clip_front_m
    sigma = np.array(
        [1.0, 1.0, params.tilt_sigma, vague_s, params.bounce_sigma, *params.lever_sigma_m]
    )
    anywhere = BeltChain(belt, cord, params)
    solved = anywhere.solve(weight, Belief(mean, sigma), cord.rigid(), velocity_mps=None)
    gains = solved.common[[FORWARD, SIDEWAYS]]
    if float(np.hypot(*gains)) < params.least_heading_gain:
        return None
    heading = math.atan2(gains[1], gains[0])
    chain = anywhere.along(heading)
    mean[FORWARD] = 1.0
    sigma[:2] = params.gain_sigma, params.sideways_sigma
    belief = Belief(mean, sigma)
    clip_at = cord.clip(heading, params.clip_front_m)
    for _ in range(params.passes):
        velocity_mps = solved.states[:, 1] * chain.scale[1]
        clip = clip_at(solved.common[LEVER])
        solved = chain.solve(weight, belief, clip, velocity_mps)
        residual = chain.residual(solved, clip, velocity_mps)
        factor = whip_factor(residual, cord.still_m, cord.whip_m, cord_params)
        variance = cord.still_m**2 + (factor * cord.whip_m) ** 2
        strange = np.maximum(1.0, np.abs(residual) / np.sqrt(variance) / params.outlier_sigmas)
        weight = 1.0 / variance / strange**2
    covariance = solved.common_covariance
    return Fused(
        path=chain.middle(solved, heading),
        offset_s=Measured(
            float(solved.common[OFFSET]),
            math.hypot(math.sqrt(covariance[OFFSET, OFFSET]), params.offset_floor_s),
        ),
        heading_rad=Measured(
            heading + float(solved.common[SIDEWAYS]), math.sqrt(covariance[SIDEWAYS, SIDEWAYS])
        ),
        to_middle_m=solved.common[LEVER] - (params.clip_front_m, 0.0, 0.0),
        cord=CordFit(
            time_s=cord.time_s,
            distance_m=cord.distance_m,
            residual_m=residual,
            sigma_m=np.sqrt(variance),
            refused=strange > 2.0,
        ),
    )
