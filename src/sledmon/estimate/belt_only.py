"""Reps from the belt alone, where no tether was ever seen: steps, and no velocity (METHODS.md 3).

A waist IMU by itself is wrong by about 0.45 m/s (SOURCES 4.1), so none is claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sledmon.estimate.averages import moving_mean
from sledmon.estimate.steps import StepParams, find_contacts
from sledmon.results import NAN, UNKNOWN, Estimates, Measured, Split, Steps, WindowVelocity
from sledmon.samples import FloatArray, ImuBlock, IntArray
from sledmon.units import STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltOnlyParams:
    """What of the belt's shaking is a run."""

    window_s: float = 0.25
    """Shaking is its RMS over such windows of session time."""
    running_mps2: float = 4.0
    """RMS of the size of specific force less gravity: walking shows 1.5-3, running above 5."""
    least_windows: int = 4
    """A run lasts at least a second, ..."""
    quiet_windows: int = 2
    """... and is over when it has been quiet for half of one."""
    least_contacts: int = 5
    slowest_step_s: float = 0.36
    """Walking has steps of 0.5 s, a backpedal of 0.2 to 0.3 (SOURCES 6.3)."""
    still_mps2: float = 0.5
    """Below this, as RMS over ..."""
    stir_s: float = 0.15
    """... so long, the athlete has not begun to push."""
    before_s: float = 1.5
    """How far before the running the first movement is looked for."""
    steps: StepParams = field(default_factory=StepParams)


class BeltRepFinder:
    """Belt blocks in, reps without velocities out, each with the record that ended it."""

    def __init__(self, params: BeltOnlyParams | None = None) -> None:
        self._params = params or BeltOnlyParams()
        self._time_s: FloatArray = np.empty(0)
        self._shaking: FloatArray = np.empty(0)
        self._record: IntArray = np.empty(0, np.int64)
        self._next = -1  # window not yet looked at
        self._running: list[int] = []
        self._quiet = 0

    def push(
        self, imu: Sequence[ImuBlock], gates_m: Sequence[float], from_m: float
    ) -> list[tuple[Estimates, int]]:
        """Take blocks; a run is told when it has been over for half a second."""
        found: list[tuple[Estimates, int]] = []
        for block in imu:
            if block.late or not len(block.time_s):
                continue
            size = np.linalg.norm(block.acc_sensor_mps2, axis=1) - STANDARD_GRAVITY_MPS2
            self._time_s = np.concatenate([self._time_s, block.time_s])
            self._shaking = np.concatenate([self._shaking, size])
            self._record = np.concatenate([self._record, block.record])
        if not len(self._time_s):
            return found
        window_s = self._params.window_s
        if self._next < 0:
            self._next = int(self._time_s[0] // window_s) + 1
        newest = int(self._time_s[-1] // window_s)
        while self._next < newest:
            window, self._next = self._next, self._next + 1
            until = int(np.searchsorted(self._time_s, (window + 1) * window_s))
            if not self._running:  # a long gap holds millions of empty windows
                self._next = max(self._next, int(self._time_s[until] // window_s))
            rep = self._looked_at(window, gates_m, from_m)
            if rep is not None:
                found.append((rep, int(self._record[until])))
        if not self._running:
            keep = self._time_s > (self._next - 1) * window_s - self._params.before_s - 1.0
            self._time_s, self._shaking = self._time_s[keep], self._shaking[keep]
            self._record = self._record[keep]
        return found

    def _looked_at(self, window: int, gates_m: Sequence[float], from_m: float) -> Estimates | None:
        params = self._params
        low, high = np.searchsorted(
            self._time_s, [window * params.window_s, (window + 1) * params.window_s]
        )
        part = self._shaking[low:high]
        if len(part) and float(np.sqrt(np.mean(part**2))) > params.running_mps2:
            self._running.append(window)
            self._quiet = 0
            return None
        self._quiet += 1
        if not self._running or self._quiet < params.quiet_windows:
            return None
        run, self._running = self._running, []
        return self._run(run, gates_m, from_m) if len(run) >= params.least_windows else None

    def _run(self, run: list[int], gates_m: Sequence[float], from_m: float) -> Estimates | None:
        params = self._params
        begin_s, end_s = run[0] * params.window_s, (run[-1] + 1) * params.window_s
        here = (self._time_s > begin_s - params.before_s) & (self._time_s < end_s)
        time_s, shaking = self._time_s[here], self._shaking[here]
        contacts = find_contacts(time_s, shaking, params.steps)
        steady = contacts.time_s[(contacts.time_s > begin_s) & (contacts.time_s < end_s)]
        if len(steady) < params.least_contacts:
            return None
        period_s = float(np.median(np.diff(steady)))
        if period_s > params.slowest_step_s:
            return None
        width = max(1, round(params.stir_s / float(np.median(np.diff(time_s)))))
        stirred = np.sqrt(moving_mean(shaking**2, width))
        quiet = np.flatnonzero((stirred < params.still_mps2) & (time_s < steady[0]))
        start_s = float(time_s[quiet[-1]]) if len(quiet) else float(time_s[0])
        took_s = float(steady[-1] - steady[0])
        sigma = np.sqrt(2.0) * params.steps.timing_sigma_s / took_s
        frequency = (len(steady) - 1) / took_s
        begun = contacts.time_s[contacts.time_s >= start_s]
        return Estimates(
            start_s=start_s,
            end_s=NAN,
            complete=False,
            splits=tuple(Split(distance_m=gate, time_s=UNKNOWN) for gate in gates_m),
            mean_velocity_mps=UNKNOWN,
            window=WindowVelocity(from_m=from_m, to_m=gates_m[-1]),
            peak_velocity_mps=UNKNOWN,
            steps=Steps(
                count=1 + len(begun), frequency_hz=Measured(frequency, frequency * float(sigma))
            ),
            trust="poor",
            notes=("belt only: no tether was seen, so no velocity is claimed",),
        )
