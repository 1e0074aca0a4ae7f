"""The running velocity, for display only: the causal form of the fused model (METHODS.md 5).

The same states and densities as the smoothed form where the belt is not seen. Belt samples would
drive it, but they arrive in bunches of their own: on simulated sessions that made the running
number better by 5 %, and every rep's values come from the smoothed form anyway.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sledmon.estimate.motion.belt_chain import FuseParams
from sledmon.estimate.motion.cord import CordParams
from sledmon.samples import EncoderBlock, VelocityBlock


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveParams:
    """What the running number rests on."""

    longest_gap_s: float = 0.5
    """A tether silent for longer begins anew."""
    velocity_sigma_mps: float = 5.0
    """Before anything is known."""
    gate_sigmas: float = 4.0
    """Positions farther off than this weigh less."""
    fuse: FuseParams = field(default_factory=FuseParams)
    cord: CordParams = field(default_factory=CordParams)


class _State(NamedTuple):
    time_s: float
    distance_m: float
    velocity_mps: float
    xx: float
    xv: float
    vv: float


class LiveVelocity:
    """Tether blocks in, running velocity out, sample by sample; about 3 us each."""

    def __init__(self, params: LiveParams | None = None) -> None:
        self._params = params or LiveParams()
        self._segment = -1
        self._state: _State | None = None

    def push(self, encoder: Sequence[EncoderBlock], counts_per_m: float) -> VelocityBlock:
        """Velocity at every tether sample that came, positive as cord pays out.

        ``counts_per_m`` is used where a block does not say. No lag beyond the filter's own, some
        30 ms; what was shown is never revised. Cord length is taken for distance.
        """
        states: list[_State] = []
        for block in encoder:
            if block.late:
                continue
            if block.segment != self._segment:
                self._segment, self._state = block.segment, None
            scale = counts_per_m if math.isnan(block.counts_per_m) else block.counts_per_m
            step_m = block.resolution_counts / scale
            variance = step_m**2 / 12.0 + self._params.cord.running_sigma_m**2
            for time_s, count in zip(block.time_s.tolist(), block.count.tolist(), strict=True):
                self._state = self._next(time_s, count / scale, variance)
                states.append(self._state)
        rows = np.array(states, np.float64).reshape(-1, len(_State._fields))
        return VelocityBlock(
            time_s=rows[:, 0],
            distance_m=rows[:, 1],
            velocity_mps=rows[:, 2],
            velocity_sigma_mps=np.sqrt(rows[:, 5]),
        )

    def _next(self, time_s: float, distance_m: float, variance: float) -> _State:
        params, before = self._params, self._state
        if before is None or time_s - before.time_s > params.longest_gap_s:
            vague = params.velocity_sigma_mps**2
            return _State(time_s, distance_m, 0.0, variance, 0.0, vague)
        t = time_s - before.time_s
        psd = params.fuse.unseen_psd
        xx = before.xx + 2 * t * before.xv + t * t * before.vv + psd * t**3 / 3
        xv = before.xv + t * before.vv + psd * t * t / 2
        vv = before.vv + psd * t
        off_m = distance_m - before.distance_m - t * before.velocity_mps
        strange = abs(off_m) / (params.gate_sigmas * math.sqrt(xx + variance))
        s = xx + variance * max(1.0, strange) ** 2
        gain_x, gain_v = xx / s, xv / s
        return _State(
            time_s,
            before.distance_m + t * before.velocity_mps + gain_x * off_m,
            before.velocity_mps + gain_v * off_m,
            xx - gain_x * xx,
            xv - gain_x * xv,
            vv - gain_v * xv,
        )
