"""Belt acceleration and tether positions in one linear-Gaussian model (METHODS.md 4).

Nodes stand at the belt's samples: position, velocity, and what is left of the accelerometer's bias.
Common to the whole run are the heading (how much of each horizontal axis points along the run), a
leak of vertical acceleration through residual tilt, the offset between the two clocks, and how much
of the belt's bounce reaches the cord. All are solved together, so heading, its sign and synchrony
come with their standard errors.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from sledmon.estimate.banded import STATES, Chain, SolvedChain
from sledmon.estimate.path import Path
from sledmon.results import Measured
from sledmon.samples import FloatArray

_FORWARD, _SIDEWAYS, _VERTICAL, _OFFSET, _BOUNCE = range(5)
_COMMON: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class FuseParams:
    """Noise of both sensors and what is believed before the run."""

    tether_sigma_m: float = 0.0015
    """Noise of one tether position besides its quantisation: cord whip and sway; science.md 7.5."""
    acceleration_psd: float = 0.02
    """White noise of the belt's acceleration along the run, (m/s^2)^2/Hz. 2 m/s^2 RMS at 200 Hz:
    soft tissue and belt play, not the sensor, whose own noise is a thousand times less."""
    bias_psd: float = 0.01
    """Random walk of the bias, (m/s^2)^2/s: tilt of 0.6 deg/s^0.5 on top of the gyro."""
    bias_sigma_mps2: float = 0.5
    """Bias before the run: 20 mg, and 2 deg of tilt."""
    unseen_psd: float = 6.0
    """White acceleration where belt samples are missing, (m/s^2)^2/Hz: the swing within steps,
    9 m/s^2 RMS at 4.3 Hz."""
    gain_sigma: float = 0.01
    """Scale error of the accelerometer; science.md 6.1."""
    sideways_sigma: float = 0.05
    """What the heading may still be off after it was found, rad."""
    tilt_sigma: float = 0.02
    """Residual tilt through which vertical acceleration leaks, rad; science.md 4.2 has 0.6-1.6
    deg."""
    offset_sigma_s: float = 0.02
    """Offset between the two clocks before anything is known: the links' smallest delays."""
    bounce_sigma: float = 0.3
    """How far the belt's bounce and that of the clip may differ, as a ratio."""
    outlier_sigmas: float = 4.0
    """Tether positions farther off than this lose weight: snags, over-run, slack cord."""
    least_heading_gain: float = 0.3
    """Below this share of the belt's acceleration found along the tether, the two disagree."""
    passes: int = 3
    """Solutions after the heading is known; each takes velocity and weights from the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fused:
    """A fused path and what was learnt about the sensors on the way."""

    path: Path
    offset_s: Measured
    """Add to tether times to get belt times."""
    heading_rad: Measured
    """Direction of the run in the level frame."""
    gain: float
    """Share of the belt's acceleration that the tether confirms; about 1."""
    misfit: float
    """RMS of tether residuals in units of their stated noise; about 1 or less."""
    forward_mps2: FloatArray
    """(n,) belt acceleration along the run at the nodes, bias removed."""


def fuse(
    belt_s: FloatArray,
    level_mps2: FloatArray,
    tether_s: FloatArray,
    distance_m: FloatArray,
    resolution_m: float,
    bounce_m: FloatArray,
    offset: Measured,
    params: FuseParams,
) -> Fused | None:
    """Fuse one run; None where belt and tether do not tell of the same movement.

    Parameters
    ----------
    belt_s : (n,) array, seconds
        Times of the belt's samples, beginning in stillness.
    level_mps2 : (n, 3) array, m/s^2
        Belt acceleration in a level frame of unknown heading, gravity removed.
    tether_s, distance_m : (m,) arrays
        Times and horizontal positions along the run, inside the belt's time.
    resolution_m : float
        Quantisation step of the positions.
    bounce_m : (m,) array
        What the belt's vertical movement adds to each position if the clip moves with the belt.
    offset : Measured
        Offset of the clocks as known from completed reps; unknown is allowed.
    params : FuseParams
        The model.

    Returns
    -------
    Fused or None
        Zero-lag; velocities are positive away from the reel. Standard errors hold both sensors'
        noise, bias, heading, tilt and synchrony, not the rig's scale and geometry.
    """
    variance = params.tether_sigma_m**2 + resolution_m**2 / 12.0
    weight = np.full(len(tether_s), 1.0 / variance)
    known_s = offset.value if offset.known else 0.0
    known_sigma_s = min(offset.sigma, params.offset_sigma_s) if offset.known else math.inf
    vague = np.array([1.0, 1.0, params.tilt_sigma, min(known_sigma_s, params.offset_sigma_s)])
    run = _Run(belt_s, level_mps2, tether_s, distance_m, bounce_m, params)

    prior = _Prior(np.array([0.0, 0.0, 0.0, known_s, 1.0]), np.append(vague, params.bounce_sigma))
    solved = run.solve(weight, prior, velocity_mps=None)
    gains = solved.common[[_FORWARD, _SIDEWAYS]]
    if float(np.hypot(*gains)) < params.least_heading_gain:
        return None
    heading = math.atan2(gains[1], gains[0])
    forward = run.turned(heading)
    prior = _Prior(
        np.array([1.0, 0.0, 0.0, known_s, 1.0]),
        np.array(
            [params.gain_sigma, params.sideways_sigma, params.tilt_sigma, vague[3], vague[0] * 0.3]
        ),
    )
    states = solved.states * run.scale
    for _ in range(params.passes):
        solved = forward.solve(weight, prior, velocity_mps=states[:, 1])
        states = solved.states * run.scale
        residual = forward.residual(solved, states[:, 1])
        strange = np.abs(residual) / (params.outlier_sigmas * math.sqrt(variance))
        weight = 1.0 / variance / np.maximum(1.0, strange) ** 2
    covariance = solved.common_covariance
    acceleration = forward.acceleration(solved) + states[:, 2]
    return Fused(
        path=Path(
            time_s=belt_s,
            distance_m=states[:, 0] + run.origin_m,
            velocity_mps=states[:, 1],
            acceleration_mps2=acceleration,
            _chain=solved,
            _scale=run.scale,
        ),
        offset_s=Measured(float(solved.common[_OFFSET]), math.sqrt(covariance[_OFFSET, _OFFSET])),
        heading_rad=Measured(
            heading + float(solved.common[_SIDEWAYS]), math.sqrt(covariance[_SIDEWAYS, _SIDEWAYS])
        ),
        gain=float(np.hypot(*gains)),
        misfit=float(np.sqrt(np.mean(residual**2 * weight))),
        forward_mps2=acceleration,
    )


@dataclass(frozen=True, slots=True)
class _Prior:
    mean: FloatArray
    sigma: FloatArray


class _Run:
    """The parts of the normal equations that do not change between passes."""

    def __init__(
        self,
        belt_s: FloatArray,
        level_mps2: FloatArray,
        tether_s: FloatArray,
        distance_m: FloatArray,
        bounce_m: FloatArray,
        params: FuseParams,
    ) -> None:
        self._belt_s = belt_s
        self._level_mps2 = level_mps2
        self._tether_s = tether_s
        self._distance_m = distance_m
        self._bounce_m = bounce_m
        self._params = params
        self.origin_m = float(distance_m[0])
        step = np.diff(belt_s)
        unit = float(np.median(step))
        # States in units of the time step keep the equations well conditioned.
        self.scale = np.array([1.0, 1.0 / unit, 1.0 / unit**2])
        self._unseen = step > 1.6 * unit
        self._mean_mps2 = 0.5 * (level_mps2[1:] + level_mps2[:-1])
        self._mean_mps2[self._unseen] = 0.0
        self._chain_parts = self._motion(step)
        last = len(belt_s) - 2
        self._node = np.clip(np.searchsorted(belt_s, tether_s, side="right") - 1, 0, last)
        self._after = tether_s - belt_s[self._node]

    def turned(self, heading_rad: float) -> "_Run":
        """The same run with its first axis along a heading."""
        c, s = math.cos(heading_rad), math.sin(heading_rad)
        turn = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
        return _Run(
            self._belt_s,
            self._level_mps2 @ turn.T,
            self._tether_s,
            self._distance_m,
            self._bounce_m,
            self._params,
        )

    def acceleration(self, solved: SolvedChain) -> FloatArray:
        """(n,) acceleration along the run at the nodes without the bias state."""
        along: FloatArray = self._level_mps2 @ solved.common[:3]
        return along

    def solve(
        self, weight: FloatArray, prior: _Prior, velocity_mps: FloatArray | None
    ) -> SolvedChain:
        """Most probable run; ``weight`` is one over each position's variance."""
        diagonal, below, border, corner = (part.copy() for part in self._chain_parts)
        node_columns, common_columns = self._measured(velocity_mps)
        weighted = weight[:, None] * node_columns
        measured = self._distance_m - self.origin_m
        np.add.at(diagonal, self._node, weighted[:, :, None] * node_columns[:, None, :])
        np.add.at(border, self._node, weighted[:, :, None] * common_columns[:, None, :])
        right = np.zeros((len(self._belt_s), STATES))
        np.add.at(right, self._node, weighted * measured[:, None])
        corner += (weight[:, None] * common_columns).T @ common_columns
        belief = 1.0 / prior.sigma**2
        corner += np.diag(belief)
        params = self._params
        diagonal[0, 1, 1] += (self.scale[1] / 0.1) ** 2  # it begins in stillness
        diagonal[0, 2, 2] += (self.scale[2] / params.bias_sigma_mps2) ** 2
        return Chain(
            diagonal=diagonal,
            below=below,
            border=border,
            corner=corner,
            right=right,
            right_common=(weight * measured) @ common_columns + belief * prior.mean,
        ).solved()

    def residual(self, solved: SolvedChain, velocity_mps: FloatArray) -> FloatArray:
        """(m,) measured minus most probable positions."""
        node_columns, common_columns = self._measured(velocity_mps)
        expected = np.sum(node_columns * solved.states[self._node], axis=1)
        off: FloatArray = self._distance_m - self.origin_m - expected
        return off - common_columns @ solved.common

    def _measured(self, velocity_mps: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """How each position depends on its node (m, 3) and on the common unknowns (m, p)."""
        after = self._after[:, None]
        node = np.concatenate([np.ones_like(after), after, after**2 / 2], axis=1) * self.scale
        common = np.zeros((len(self._tether_s), _COMMON))
        common[:, :3] = self._mean_mps2[self._node] * (after**2 / 2)
        if velocity_mps is not None:
            common[:, _OFFSET] = np.interp(self._tether_s, self._belt_s, velocity_mps)
        common[:, _BOUNCE] = self._bounce_m
        return node, common

    def _motion(self, step: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """What the belt's acceleration says about neighbouring nodes."""
        params, n = self._params, len(step)
        psd = np.where(self._unseen, params.unseen_psd, params.acceleration_psd)
        information = np.zeros((n, STATES, STATES))
        information[:, 0, 0] = 12 / step**3 / psd
        information[:, 0, 1] = information[:, 1, 0] = -6 / step**2 / psd
        information[:, 1, 1] = 4 / step / psd
        information[:, 2, 2] = 1 / (params.bias_psd * step)
        information *= np.outer(self.scale, self.scale)
        forward = np.zeros((n, STATES, STATES))
        forward[:, [0, 1, 2], [0, 1, 2]] = 1.0
        forward[:, 0, 1] = forward[:, 1, 2] = step
        forward[:, 0, 2] = step**2 / 2
        forward *= self.scale[None, None, :] / self.scale[None, :, None]
        push = np.zeros((n, STATES, _COMMON))
        push[:, 0, :3] = self._mean_mps2 * (step**2 / 2)[:, None]
        push[:, 1, :3] = self._mean_mps2 * step[:, None]
        push /= self.scale[None, :, None]
        back = forward.transpose(0, 2, 1)
        below = -(information @ forward)
        informed_push = information @ push
        diagonal = np.zeros((n + 1, STATES, STATES))
        diagonal[1:] += information
        diagonal[:-1] -= back @ below
        border = np.zeros((n + 1, STATES, _COMMON))
        border[1:] -= informed_push
        border[:-1] += back @ informed_push
        corner: FloatArray = np.einsum("nij,nik->jk", push, informed_push)
        return diagonal, below, border, corner
