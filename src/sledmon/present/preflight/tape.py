"""The day's check of the tether against a tape: from the start line to the 5 yd mark."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from sledmon.estimate.calibrate.scale import ScaleParams, counts_per_metre
from sledmon.estimate.geometry import distance_from_payout
from sledmon.results import UNKNOWN, Measured
from sledmon.rig import Rig
from sledmon.units import METRES_PER_YARD

MARK_M: Final = 5 * METRES_PER_YARD
MOST_RATIO: Final = ScaleParams().most_ratio
"""A scale farther off than this spoils splits: it is told to calibrate."""


@dataclass(frozen=True, slots=True)
class TapeCheck:
    """Cord lengths as they were when the clip was held on each of the two marks."""

    start_m: float = math.nan
    end_m: float = math.nan

    @property
    def walking(self) -> bool:
        """Whether the first mark is taken and the second is not."""
        return not math.isnan(self.start_m) and math.isnan(self.end_m)

    @property
    def done(self) -> bool:
        """Whether both are."""
        return not math.isnan(self.end_m)

    def held(self, cord_m: float) -> "TapeCheck":
        """The clip is on a mark now: the first, the second, or the first of a new check."""
        if math.isnan(cord_m):
            return self
        return TapeCheck(self.start_m, cord_m) if self.walking else TapeCheck(cord_m)

    def walked_m(self, cord_m: float, rig: Rig) -> float:
        """How far the clip is from the start line, by the cord."""
        return float(distance_from_payout(np.array([cord_m - self.start_m]), rig)[0])

    def scale_error(self, rig: Rig) -> tuple[Measured, str]:
        """By how much the cord measures too long, as a ratio; or unknown, and why."""
        walked_m = self.walked_m(self.end_m, rig)
        if math.isnan(walked_m):
            return UNKNOWN, "the cord was shorter than the rig allows"
        counts = np.array([0.0, walked_m]) * rig.encoder.counts_per_m
        found = counts_per_metre(np.array([0.0, MARK_M]), counts)
        if not found.counts_per_m.known:
            return UNKNOWN, found.refusal
        return Measured(
            found.counts_per_m.value / rig.encoder.counts_per_m - 1.0, found.scale_sigma
        ), ""
