"""Both sensors' samples of one run, prepared for being fused (METHODS.md 4)."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sledmon.estimate.motion.rise import Rise
from sledmon.estimate.motion.turn import Turn
from sledmon.samples import FloatArray


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
    turn: Turn
    """At the nodes."""

    def turned(self, axes: FloatArray) -> "BeltNodes":
        """The same along other axes, the columns of (3, 3)."""
        return replace(
            self,
            level_mps2=self.level_mps2 @ axes,
            gained_mps=self.gained_mps @ axes,
            moved_m=self.moved_m @ axes,
        )


def about_vertical(heading_rad: float) -> FloatArray:
    """(3, 3) columns: along a heading, to its left, up."""
    c, s = math.cos(heading_rad), math.sin(heading_rad)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


class ClipColumns(NamedTuple):
    """How each position depends on how the clip moves against the IMU; (m, ...) arrays."""

    bounce_m: FloatArray
    """(m,) what the clip's height adds."""
    swing: FloatArray
    """(m, 3) what a metre from IMU to clip towards front, left and up adds as the belt turns."""
    known_m: FloatArray
    """(m,) what is already known of that."""


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
    coupling: FloatArray
    """(m,) what a metre of the clip's height adds."""
    rise: Rise
    """Height of the IMU."""
    turn: Turn
    """At these positions."""

    def rigid(self) -> ClipColumns:
        """As if clip and IMU were one point: where the run heads for is not known yet."""
        none = np.zeros((len(self.time_s), 3))
        height = self._here(self.rise.settled(self.rise.raw_m))
        return ClipColumns(self.coupling * height, none, none[:, 0])

    def clip(self, heading_rad: float, front_m: float) -> Callable[[FloatArray], ClipColumns]:
        """A clip so far in front of the pelvis's middle, given where (3,) it is from the IMU.

        That middle keeps its height, and the clip turns about it.
        """
        up = self.rise.turn.upwards(heading_rad)
        settled = self._here(self.rise.settled(np.column_stack([self.rise.raw_m, up])))
        raw_m, turned = settled[:, 0], settled[:, 1:]
        swing = self.turn.along(heading_rad) + self.coupling[:, None] * turned
        about_middle = front_m * self.turn.upwards(heading_rad)[:, 0]

        def columns(lever_m: FloatArray) -> ClipColumns:
            height_m = raw_m + turned @ (lever_m - (front_m, 0.0, 0.0))
            known_m = about_middle - turned @ lever_m
            return ClipColumns(self.coupling * height_m, swing, self.coupling * known_m)

        return columns

    def _here(self, heights: FloatArray) -> FloatArray:
        at_s, columns = self.rise.time_s, np.atleast_2d(heights.T)
        out: FloatArray = np.stack([np.interp(self.time_s, at_s, each) for each in columns], axis=1)
        return out if heights.ndim > 1 else out[:, 0]


@dataclass(frozen=True, slots=True)
class BeltGrid:
    """The belt's level acceleration on its own samples, with places for those that are missing."""

    time_s: FloatArray
    level_mps2: FloatArray
    """(n, 3); 0 where nothing was seen."""
    seen: npt.NDArray[np.bool_]

    def nodes(
        self, node_s: float, turn_at: Callable[[FloatArray], Turn]
    ) -> tuple[BeltNodes, FloatArray]:
        """Sums between nodes about so far apart, and the belt's raw rise on the samples."""
        step = np.diff(self.time_s)
        lost = np.concatenate([[0], np.cumsum(~(self.seen[1:] & self.seen[:-1]))])
        mean = 0.5 * (self.level_mps2[1:] + self.level_mps2[:-1])
        mean[np.diff(lost) > 0] = 0.0
        gained, moved, felt = (np.zeros((len(self.time_s), width)) for width in (3, 3, 1))
        np.cumsum(mean * step[:, None], axis=0, out=gained[1:])
        during = (gained[:-1] + 0.5 * mean * step[:, None]) * step[:, None]
        np.cumsum(during, axis=0, out=moved[1:])
        np.cumsum(np.sum(mean**2, axis=1, keepdims=True) * step[:, None], axis=0, out=felt[1:])
        every = max(1, round(node_s / float(np.median(step))))
        at = np.unique(np.append(np.arange(0, len(self.time_s), every), len(self.time_s) - 1))
        took = np.diff(self.time_s[at])
        nodes = BeltNodes(
            time_s=self.time_s[at],
            level_mps2=self.level_mps2[at],
            gained_mps=np.diff(gained[at], axis=0),
            moved_m=np.diff(moved[at], axis=0) - gained[at[:-1]] * took[:, None],
            felt=np.diff(felt[at, 0]) / took,
            seen=np.diff(lost[at]) == 0,
            turn=turn_at(self.time_s[at]),
        )
        return nodes, moved[:, 2]


def belt_grid(
    time_s: FloatArray, level_mps2: FloatArray, clipped: npt.NDArray[np.bool_], until_s: float
) -> BeltGrid:
    """Places at every sample, and regularly spaced ones where samples are missing."""
    usual = float(np.median(np.diff(time_s)))
    ends = np.append(time_s, until_s + 2 * usual) if until_s > time_s[-1] else time_s
    step = np.diff(ends)
    extra = np.where(step > 1.6 * usual, np.round(step / usual).astype(int) - 1, 0)
    place = np.arange(len(ends)) + np.concatenate([[0], np.cumsum(extra)])
    count = int(place[-1]) + 1
    sample = place[: len(time_s)]
    seen = np.zeros(count, np.bool_)
    seen[sample] = ~clipped
    level = np.zeros((count, 3))
    level[sample] = level_mps2
    return BeltGrid(np.interp(np.arange(count), place, ends), level, seen)
