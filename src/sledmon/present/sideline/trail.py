"""The running rep as it is seen: velocity by distance while the athlete runs, for display only.

Reps are found and measured by ``estimate/``. This only says when the curve begins and ends on the
screen, and remembers runs that were seen, so that a missed rep can be named.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from sledmon.samples import FloatArray, VelocityBlock

BEGIN_MPS: Final = 0.4
END_MPS: Final = 0.25
STILL_MPS: Final = 0.15
STILL_S: Final = 0.5
END_S: Final = 0.4
"""So long slower than ``END_MPS``: the run is over."""
SHORTEST_M: Final = 1.0
"""Shorter ones are rocking: their curve goes away again."""
KEPT_RUNS_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was seen on the cord, whether or not a rep was made of it."""

    start_s: float
    end_s: float
    distance_m: float

    @property
    def middle_s(self) -> float:
        """A session time inside it."""
        return (self.start_s + self.end_s) / 2


class Trail:
    """Velocity blocks in; the curve of the run that goes on, or of the last one."""

    def __init__(self) -> None:
        self.running = False
        self.velocity_mps = math.nan
        """Newest."""
        self.time_s = math.nan
        self.cord_m = math.nan
        """Newest cord length, from wherever it is counted."""
        self.runs: deque[Run] = deque()
        """Runs of the last minute, oldest first."""
        self._rest: deque[tuple[float, float]] = deque()
        self._slow_since_s = math.nan
        self._began_s = math.nan
        self._zero_m = math.nan
        self._distance: list[float] = []
        self._velocity: list[float] = []
        self._furthest_m = 0.0

    @property
    def curve(self) -> tuple[FloatArray, FloatArray]:
        """Distance from the start, m, and velocity, m/s, of the run that goes on or was last."""
        return np.array(self._distance), np.array(self._velocity)

    @property
    def points(self) -> int:
        """How many there are."""
        return len(self._distance)

    @property
    def distance_m(self) -> float:
        """How far the run has come; NaN before the first."""
        return self._distance[-1] if self._distance else math.nan

    def push(self, block: VelocityBlock) -> None:
        """Take samples; positive is away from the reel."""
        rows = zip(
            block.time_s.tolist(),
            block.distance_m.tolist(),
            block.velocity_mps.tolist(),
            strict=True,
        )
        for time_s, distance_m, velocity_mps in rows:
            self._sample(time_s, distance_m, velocity_mps)

    def _sample(self, time_s: float, distance_m: float, velocity_mps: float) -> None:
        if time_s - self.time_s > STILL_S or abs(distance_m - self.cord_m) > SHORTEST_M:
            self._end()  # where it was seen last: a new segment may count from elsewhere
            self._rest.clear()
        self.time_s, self.velocity_mps, self.cord_m = time_s, velocity_mps, distance_m
        if self.running:
            self._go_on(time_s, distance_m, velocity_mps)
            return
        if abs(velocity_mps) < STILL_MPS:
            self._rest.append((time_s, distance_m))
            while self._rest[0][0] < time_s - STILL_S:
                self._rest.popleft()
        elif velocity_mps > BEGIN_MPS:
            self._begin(time_s, distance_m, velocity_mps)

    def _begin(self, time_s: float, distance_m: float, velocity_mps: float) -> None:
        at_rest = [place for _, place in self._rest]
        self._zero_m = sum(at_rest) / len(at_rest) if at_rest else distance_m
        self.running, self._began_s, self._slow_since_s = True, time_s, math.nan
        self._distance, self._velocity = [0.0], [0.0]
        self._furthest_m = 0.0
        self._go_on(time_s, distance_m, velocity_mps)

    def _go_on(self, time_s: float, distance_m: float, velocity_mps: float) -> None:
        run_m = distance_m - self._zero_m
        if run_m > self._furthest_m:  # the curve never turns back
            self._furthest_m = run_m
            self._distance.append(run_m)
            self._velocity.append(velocity_mps)
        if velocity_mps > END_MPS:
            self._slow_since_s = math.nan
        elif math.isnan(self._slow_since_s):
            self._slow_since_s = time_s
        if time_s - self._slow_since_s >= END_S:
            self._end()

    def _end(self) -> None:
        if not self.running:
            return
        self.running = False
        if self._furthest_m < SHORTEST_M:
            self._distance, self._velocity = [], []
            return
        end_s = self._slow_since_s if not math.isnan(self._slow_since_s) else self.time_s
        self.runs.append(Run(self._began_s, end_s, self._furthest_m))
        while self.runs and self.runs[0].end_s < self.time_s - KEPT_RUNS_S:
            self.runs.popleft()
