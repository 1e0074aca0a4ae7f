"""The normal equations of one run: belt acceleration drives a chain, tether positions pin it.

Unknown at every node are position, velocity and what is left of the accelerometer's bias. Common to
the whole run are eight more, in the order of the indices below; METHODS.md 4.
"""

from copy import copy
from dataclasses import dataclass
from typing import Final

import numpy as np

from sledmon.estimate.averages import moving_mean
from sledmon.estimate.motion.banded import STATES, Chain, SolvedChain
from sledmon.estimate.motion.nodes import BeltNodes, ClipColumns, Cord, about_vertical
from sledmon.estimate.motion.path import Follows, Path
from sledmon.samples import FloatArray

FORWARD, SIDEWAYS, VERTICAL, OFFSET, BOUNCE = range(5)
"""Shares of the belt's acceleration along the run, offset of the clocks, share of the bounce."""
LEVER: Final = slice(5, 8)
"""From the IMU to the clip, towards front, left and up."""
COMMON: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class FuseParams:
    """Noise of the belt and what is believed before the run."""

    still_psd: float = 2e-5
    """White noise of the acceleration of a belt at rest along the run, (m/s^2)^2/Hz: wobble of
    tilt, not the sensor, which has forty times less."""
    shaken_share: float = 0.10
    """Of the acceleration that the belt feels, so much is its own: soft tissue, play, and the
    pelvis turning about another point; SOURCES 6.2 gives rings at 8-20 Hz."""
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
    """Scale error of the accelerometer; SOURCES 6.1."""
    sideways_sigma: float = 0.05
    """What the heading may still be off after it was found, rad."""
    tilt_sigma: float = 0.02
    """Residual tilt through which vertical acceleration leaks, rad; SOURCES 4.2 has 0.6-1.6
    deg."""
    offset_sigma_s: float = 0.02
    """Offset between the two clocks before anything is known: the links' smallest delays."""
    offset_floor_s: float = 0.0015
    """What no step tells of it: delay of the IMU's own filter, soft tissue that follows late."""
    bounce_sigma: float = 0.3
    """How far the belt's bounce and that of the clip may differ, as a ratio."""
    clip_front_m: float = 0.11
    """How far the cord's clip sits in front of the pelvis's middle: half the depth of a waist."""
    lever_sigma_m: tuple[float, float, float] = (0.12, 0.10, 0.03)
    """Where the clip sits, from the IMU, towards front, left and up, about that far in front: the
    IMU is worn anywhere round the waist, on the same belt."""
    place_sigma_m: tuple[float, float, float] = (0.015, 0.02, 0.015)
    """How far the clip may sit from there: people differ, a belt may hang turned by 10 deg, and is
    worn within half its width of where it is meant to be."""
    outlier_sigmas: float = 4.0
    """Tether positions farther off than this lose weight: snags, over-run, slack cord."""
    least_heading_gain: float = 0.3
    """Below this share of the belt's acceleration found along the tether, the two disagree."""
    passes: int = 2
    """Solutions after the heading is known; each takes velocity and weights from the last."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What is held of the common unknowns before the run."""

    mean: FloatArray
    sigma: FloatArray


class BeltChain:
    """The parts of the normal equations that do not change between solutions."""

    def __init__(self, belt: BeltNodes, cord: Cord, params: FuseParams) -> None:
        self._belt = belt
        self._cord = cord
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

    def along(self, heading_rad: float) -> "BeltChain":
        """The same with the first axis along a heading."""
        axes = about_vertical(heading_rad)
        turn = np.eye(COMMON)
        turn[:3, :3] = axes
        out = copy(self)
        diagonal, below, border, corner = self._chain_parts
        out._belt = self._belt.turned(axes)
        out._chain_parts = diagonal, below, border @ turn, turn.T @ corner @ turn
        return out

    def solve(
        self,
        weight: FloatArray,
        belief: Belief,
        clip: ClipColumns,
        velocity_mps: FloatArray | None,
    ) -> SolvedChain:
        """Most probable run; ``weight`` is one over each position's variance."""
        diagonal, below, border, corner = (part.copy() for part in self._chain_parts)
        node_columns, common_columns = self._measured(clip, velocity_mps)
        weighted = weight[:, None] * node_columns
        measured = self._cord.distance_m - self.origin_m - clip.known_m
        right = np.zeros((len(self._belt.time_s), STATES))
        # Positions come in order of time: those of one node lie together.
        first = np.flatnonzero(np.diff(self._node, prepend=-1))
        at = self._node[first]
        diagonal[at] += np.add.reduceat(weighted[:, :, None] * node_columns[:, None, :], first)
        border[at] += np.add.reduceat(weighted[:, :, None] * common_columns[:, None, :], first)
        right[at] += np.add.reduceat(weighted * measured[:, None], first)
        corner += (weight[:, None] * common_columns).T @ common_columns
        believed = 1.0 / belief.sigma**2
        corner += np.diag(believed)
        diagonal[0, 1, 1] += (self.scale[1] / 0.1) ** 2  # it begins in stillness
        diagonal[0, 2, 2] += (self.scale[2] / self._params.bias_sigma_mps2) ** 2
        return Chain(
            diagonal=diagonal,
            below=below,
            border=border,
            corner=corner,
            right=right,
            right_common=(weight * measured) @ common_columns + believed * belief.mean,
        ).solved()

    def residual(
        self, solved: SolvedChain, clip: ClipColumns, velocity_mps: FloatArray
    ) -> FloatArray:
        """(m,) measured minus most probable positions."""
        node_columns, common_columns = self._measured(clip, velocity_mps)
        expected = np.sum(node_columns * solved.states[self._node], axis=1)
        off: FloatArray = self._cord.distance_m - self.origin_m - clip.known_m - expected
        return off - common_columns @ solved.common

    def middle(self, solved: SolvedChain, heading_rad: float) -> Path:
        """Path of the pelvis's middle, so far behind the clip as a clip sits in front of it."""
        params, time_s = self._params, self._belt.time_s
        states = solved.states * self.scale
        swing = self._belt.turn.along(heading_rad)
        rate = np.gradient(swing, time_s, axis=0)
        to_middle = solved.common[LEVER] - (params.clip_front_m, 0.0, 0.0)
        along = self._belt.level_mps2 @ solved.common[:3] + states[:, 2]
        return Path(
            time_s=time_s,
            distance_m=states[:, 0] + self.origin_m + swing @ to_middle,
            velocity_mps=states[:, 1] + rate @ to_middle,
            acceleration_mps2=along + np.gradient(rate @ to_middle, time_s),
            _chain=solved,
            _scale=self.scale,
            _follows=Follows(
                swing=swing,
                rate=rate,
                lever=LEVER,
                place_sigma_m=np.array(params.place_sigma_m),
            ),
        )

    def _measured(
        self, clip: ClipColumns, velocity_mps: FloatArray | None
    ) -> tuple[FloatArray, FloatArray]:
        """How each position depends on its node (m, 3) and on the common unknowns (m, p)."""
        after = self._after[:, None]
        node = np.concatenate([np.ones_like(after), after, after**2 / 2], axis=1) * self.scale
        common = np.zeros((len(self._cord.time_s), COMMON))
        # Acceleration taken as constant within a step.
        common[:, :3] = self._belt.moved_m[self._node] * self._share[:, None] ** 2
        if velocity_mps is not None:
            common[:, OFFSET] = np.interp(self._cord.time_s, self._belt.time_s, velocity_mps)
        common[:, BOUNCE] = clip.bounce_m
        common[:, LEVER] = clip.swing
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
        push = np.zeros((n, STATES, COMMON))
        push[:, 0, :3] = belt.moved_m
        push[:, 1, :3] = belt.gained_mps
        push /= self.scale[None, :, None]
        back = forward.transpose(0, 2, 1)
        below = -(information @ forward)
        informed_push = information @ push
        diagonal = np.zeros((n + 1, STATES, STATES))
        diagonal[1:] += information
        diagonal[:-1] -= back @ below
        border = np.zeros((n + 1, STATES, COMMON))
        border[1:] -= informed_push
        border[:-1] += back @ informed_push
        corner: FloatArray = np.einsum("nij,nik->jk", push, informed_push)
        return diagonal, below, border, corner
