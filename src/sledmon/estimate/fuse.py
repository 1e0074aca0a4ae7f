"""Belt acceleration and tether positions in one linear-Gaussian model (METHODS.md 4).

Nodes stand at every hundredth of a second: position, velocity, what is left of the accelerometer's
bias. Common to the whole run are the heading (how much of each horizontal axis points along the
run), a leak of vertical acceleration through residual tilt, the offset between the two clocks, how
much of the belt's bounce reaches the cord, and where the cord is clipped as seen from the IMU: when
the pelvis turns, the two move differently. All are solved together, so heading, its sign and
synchrony come with their standard errors.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sledmon.estimate.attitude import rotate
from sledmon.estimate.averages import moving_mean
from sledmon.estimate.banded import STATES, Chain, SolvedChain
from sledmon.estimate.cord import CordParams, whip_factor
from sledmon.estimate.path import Path
from sledmon.results import Measured
from sledmon.samples import FloatArray

_FORWARD, _SIDEWAYS, _VERTICAL, _OFFSET, _BOUNCE = range(5)
_LEVER: Final = slice(5, 8)
_COMMON: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class FuseParams:
    """Noise of the belt and what is believed before the run."""

    still_psd: float = 2e-5
    """White noise of the acceleration of a belt at rest along the run, (m/s^2)^2/Hz: wobble of
    tilt, not the sensor, which has forty times less."""
    shaken_share: float = 0.10
    """Of the acceleration that the belt feels, so much is its own: soft tissue, play, and the
    pelvis turning about another point; science.md 6.2 gives rings at 8-20 Hz."""
    shaken_band_hz: float = 60.0
    """... spread evenly over this band, two-sided."""
    shaken_window_s: float = 0.2
    """What it feels is its RMS over about a step."""
    unseen_psd: float = 6.0
    """White acceleration where belt samples are missing, (m/s^2)^2/Hz: the swing within steps,
    9 m/s^2 RMS at 4.3 Hz."""
    bias_psd: float = 0.01
    """Random walk of the bias, (m/s^2)^2/s: tilt of 0.6 deg/s^0.5 on top of the gyro."""
    unseen_bias_psd: float = 1.0
    """... where samples are missing: the pelvis turned some 3 deg unseen in 0.2 s."""
    bias_sigma_mps2: float = 0.15
    """Bias at the stillness, where gravity was just taken away: sway, and 0.5 deg."""
    gain_sigma: float = 0.01
    """Scale error of the accelerometer; science.md 6.1."""
    sideways_sigma: float = 0.05
    """What the heading may still be off after it was found, rad."""
    tilt_sigma: float = 0.02
    """Residual tilt through which vertical acceleration leaks, rad; science.md 4.2 has 0.6-1.6
    deg."""
    offset_sigma_s: float = 0.02
    """Offset between the two clocks before anything is known: the links' smallest delays."""
    offset_floor_s: float = 0.0015
    """What no step tells of it: delay of the IMU's own filter, soft tissue that follows late."""
    bounce_sigma: float = 0.3
    """How far the belt's bounce and that of the clip may differ, as a ratio."""
    lever_sigma_m: float = 0.10
    """Where the cord is clipped, from the IMU, along each axis: a waist is some 0.2 m across."""
    outlier_sigmas: float = 4.0
    """Tether positions farther off than this lose weight: snags, over-run, slack cord."""
    least_heading_gain: float = 0.3
    """Below this share of the belt's acceleration found along the tether, the two disagree."""
    passes: int = 2
    """Solutions after the heading is known; each takes velocity and weights from the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltNodes:
    """The belt's samples summed up between nodes, in a level frame of unknown heading."""

    time_s: FloatArray
    """(n,) evenly spaced but for the sensor's own jitter, gaps included."""
    level_mps2: FloatArray
    """(n, 3) acceleration at the nodes, gravity removed; 0 where it was not seen."""
    gained_mps: FloatArray
    """(n - 1, 3) velocity gained from node to node."""
    moved_m: FloatArray
    """(n - 1, 3) ... and what that moved the belt until the next node."""
    felt: FloatArray
    """(n - 1,) mean square of acceleration, (m/s^2)^2."""
    seen: npt.NDArray[np.bool_]
    """(n - 1,) false where a sample was lost or clipped."""

    def turned(self, heading_rad: float) -> "BeltNodes":
        """The same with the first axis along a heading."""
        c, s = math.cos(heading_rad), math.sin(heading_rad)
        turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        return replace(
            self,
            level_mps2=self.level_mps2 @ turn,
            gained_mps=self.gained_mps @ turn,
            moved_m=self.moved_m @ turn,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Cord:
    """The tether's positions of one run."""

    time_s: FloatArray
    distance_m: FloatArray
    """(m,) horizontal, along the run."""
    still_m: FloatArray
    """(m,) standard error from quantisation and a resting cord."""
    whip_m: FloatArray
    """(m,) ... and from its running."""
    bounce_m: FloatArray
    """(m,) what the belt's vertical movement adds if the clip moves with the belt."""
    attitude: FloatArray
    """(m, 4) turn of the sensor since the stillness, unit quaternions."""
    axes: FloatArray
    """(3, 3) sensor axes at the stillness to the level frame."""

    def swing(self, heading_rad: float) -> FloatArray:
        """(m, 3) what a metre from IMU to clip along each sensor axis adds as the belt turns."""
        forward = np.array([math.cos(heading_rad), math.sin(heading_rad), 0.0]) @ self.axes
        backwards = self.attitude * np.array([1.0, -1.0, -1.0, -1.0])
        now = rotate(backwards, np.broadcast_to(forward, (len(backwards), 3)))
        swing: FloatArray = now - forward
        return swing


@dataclass(frozen=True, kw_only=True, slots=True)
class Fused:
    """A fused path and what was learnt about the sensors on the way."""

    path: Path
    """In the belt's time."""
    offset_s: Measured
    """Add to tether times to get belt times."""
    heading_rad: Measured
    """Direction of the run in the level frame."""
    gain: float
    """Share of the belt's acceleration that the tether confirms; about 1."""
    cord_s: FloatArray
    """(m,) times of the tether's positions, in its own time."""
    refused: npt.NDArray[np.bool_]
    """(m,) positions that lost most of their weight."""


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
    run = _Run(belt, cord, None, params)

    mean = np.zeros(_COMMON)
    mean[_OFFSET], mean[_BOUNCE] = known_s, 1.0
    sigma = np.full(_COMMON, params.lever_sigma_m)
    sigma[:5] = 1.0, 1.0, params.tilt_sigma, vague_s, params.bounce_sigma
    solved = run.solve(weight, _Prior(mean, sigma), velocity_mps=None)
    gains = solved.common[[_FORWARD, _SIDEWAYS]]
    if float(np.hypot(*gains)) < params.least_heading_gain:
        return None
    heading = math.atan2(gains[1], gains[0])
    forward = _Run(belt.turned(heading), cord, cord.swing(heading), params)
    mean[_FORWARD] = 1.0
    sigma[:2] = params.gain_sigma, params.sideways_sigma
    prior = _Prior(mean, sigma)
    for _ in range(params.passes):
        velocity_mps = solved.states[:, 1] * run.scale[1]
        solved = forward.solve(weight, prior, velocity_mps)
        residual = forward.residual(solved, velocity_mps)
        factor = whip_factor(residual, cord.still_m, cord.whip_m, cord_params)
        variance = cord.still_m**2 + (factor * cord.whip_m) ** 2
        strange = np.maximum(1.0, np.abs(residual) / np.sqrt(variance) / params.outlier_sigmas)
        weight = 1.0 / variance / strange**2
    states, covariance = solved.states * run.scale, solved.common_covariance
    return Fused(
        path=Path(
            time_s=belt.time_s,
            distance_m=states[:, 0] + run.origin_m,
            velocity_mps=states[:, 1],
            acceleration_mps2=forward.along(solved) + states[:, 2],
            _chain=solved,
            _scale=run.scale,
        ),
        offset_s=Measured(
            float(solved.common[_OFFSET]),
            math.hypot(math.sqrt(covariance[_OFFSET, _OFFSET]), params.offset_floor_s),
        ),
        heading_rad=Measured(
            heading + float(solved.common[_SIDEWAYS]), math.sqrt(covariance[_SIDEWAYS, _SIDEWAYS])
        ),
        gain=float(np.hypot(*gains)),
        cord_s=cord.time_s,
        refused=strange > 2.0,
    )


@dataclass(frozen=True, slots=True)
class _Prior:
    mean: FloatArray
    sigma: FloatArray


class _Run:
    """The parts of the normal equations that do not change between passes."""

    def __init__(
        self, belt: BeltNodes, cord: Cord, swing: FloatArray | None, params: FuseParams
    ) -> None:
        self._belt = belt
        self._cord = cord
        self._swing = swing
        self._params = params
        self.origin_m = float(cord.distance_m[0])
        step = np.diff(belt.time_s)
        unit = float(np.median(step))
        # States in units of the time step keep the equations well conditioned.
        self.scale = np.array([1.0, 1.0 / unit, 1.0 / unit**2])
        self._chain_parts = self._motion(step)
        last = len(belt.time_s) - 2
        node = np.searchsorted(belt.time_s, cord.time_s, side="right") - 1
        self._node = np.clip(node, 0, last)
        self._after = cord.time_s - belt.time_s[self._node]
        self._share = self._after / step[self._node]

    def along(self, solved: SolvedChain) -> FloatArray:
        """(n,) acceleration along the run at the nodes without the bias state."""
        along: FloatArray = self._belt.level_mps2 @ solved.common[:3]
        return along

    def solve(
        self, weight: FloatArray, prior: _Prior, velocity_mps: FloatArray | None
    ) -> SolvedChain:
        """Most probable run; ``weight`` is one over each position's variance."""
        diagonal, below, border, corner = (part.copy() for part in self._chain_parts)
        node_columns, common_columns = self._measured(velocity_mps)
        weighted = weight[:, None] * node_columns
        measured = self._cord.distance_m - self.origin_m
        right = np.zeros((len(self._belt.time_s), STATES))
        # Positions come in order of time: those of one node lie together.
        first = np.flatnonzero(np.diff(self._node, prepend=-1))
        at = self._node[first]
        diagonal[at] += np.add.reduceat(weighted[:, :, None] * node_columns[:, None, :], first)
        border[at] += np.add.reduceat(weighted[:, :, None] * common_columns[:, None, :], first)
        right[at] += np.add.reduceat(weighted * measured[:, None], first)
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
        off: FloatArray = self._cord.distance_m - self.origin_m - expected
        return off - common_columns @ solved.common

    def _measured(self, velocity_mps: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """How each position depends on its node (m, 3) and on the common unknowns (m, p)."""
        after = self._after[:, None]
        node = np.concatenate([np.ones_like(after), after, after**2 / 2], axis=1) * self.scale
        common = np.zeros((len(self._cord.time_s), _COMMON))
        # Acceleration taken as constant within a step.
        common[:, :3] = self._belt.moved_m[self._node] * self._share[:, None] ** 2
        if velocity_mps is not None:
            common[:, _OFFSET] = np.interp(self._cord.time_s, self._belt.time_s, velocity_mps)
        common[:, _BOUNCE] = self._cord.bounce_m
        if self._swing is not None:
            common[:, _LEVER] = self._swing
        return node, common

    def _motion(self, step: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """What the belt's acceleration says about neighbouring nodes."""
        params, belt, n = self._params, self._belt, len(step)
        felt = moving_mean(
            belt.felt, max(1, round(params.shaken_window_s / float(np.median(step))))
        )
        psd = params.still_psd + params.shaken_share**2 / params.shaken_band_hz * felt
        psd[~belt.seen] = params.unseen_psd
        bias_psd = np.where(belt.seen, params.bias_psd, params.unseen_bias_psd)
        information = np.zeros((n, STATES, STATES))
        information[:, 0, 0] = 12 / step**3 / psd
        information[:, 0, 1] = information[:, 1, 0] = -6 / step**2 / psd
        information[:, 1, 1] = 4 / step / psd
        information[:, 2, 2] = 1 / (bias_psd * step)
        information *= np.outer(self.scale, self.scale)
        forward = np.zeros((n, STATES, STATES))
        forward[:, [0, 1, 2], [0, 1, 2]] = 1.0
        forward[:, 0, 1] = forward[:, 1, 2] = step
        forward[:, 0, 2] = step**2 / 2
        forward *= self.scale[None, None, :] / self.scale[None, :, None]
        push = np.zeros((n, STATES, _COMMON))
        push[:, 0, :3] = belt.moved_m
        push[:, 1, :3] = belt.gained_mps
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
