"""How points of the belt move against one another as the pelvis turns (METHODS.md 4)."""

import math
from dataclasses import dataclass

import numpy as np

from sledmon.estimate.motion.attitude import rotate
from sledmon.samples import FloatArray

_UP = np.array([0.0, 0.0, 1.0])
_BACKWARDS = np.array([1.0, -1.0, -1.0, -1.0])


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """The belt's turn since the stillness at some moments."""

    attitude: FloatArray
    """(k, 4) of the sensor, unit quaternions."""
    axes: FloatArray
    """(3, 3) sensor axes at the stillness to the level frame."""
    own_up: FloatArray
    """(3,) the pelvis's long axis, sensor axes, unit vector."""

    def along(self, heading_rad: float) -> FloatArray:
        """(k, 3) what a metre towards front, left and up of a point adds along the run."""
        return self._moved(_horizontal(heading_rad), heading_rad)

    def upwards(self, heading_rad: float) -> FloatArray:
        """(k, 3) ... and to its height."""
        return self._moved(_UP, heading_rad)

    def _moved(self, direction: FloatArray, heading_rad: float) -> FloatArray:
        felt = direction @ self.axes
        now = rotate(self.attitude * _BACKWARDS, np.broadcast_to(felt, (len(self.attitude), 3)))
        moved: FloatArray = (now - felt) @ self._body(heading_rad)
        return moved

    def _body(self, heading_rad: float) -> FloatArray:
        """(3, 3) columns: front, left and up of who faces the reel, in sensor axes."""
        up = self.own_up
        front = -_horizontal(heading_rad) @ self.axes
        front = front - (front @ up) * up
        a, b, c = front = front / math.sqrt(float(front @ front))
        left = (up[1] * c - up[2] * b, up[2] * a - up[0] * c, up[0] * b - up[1] * a)
        return np.array([front, left, up]).T


def _horizontal(heading_rad: float) -> FloatArray:
    return np.array([math.cos(heading_rad), math.sin(heading_rad), 0.0])
