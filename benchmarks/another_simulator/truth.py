"""What truly happened, by contract.md's definitions."""

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.another_simulator.body import Motion
from benchmarks.another_simulator.course import Run
from benchmarks.another_simulator.scale import GRID_S, YARD_M


@dataclass(frozen=True, kw_only=True)
class TrueRep:
    """One rep by contract.md's definitions, of the pelvis itself, on the encoder table's clock."""

    number: int
    start_s: float
    end_s: float
    stop_s: float
    split_5yd_s: float
    split_10yd_s: float
    window_velocity_mps: float
    peak_velocity_mps: float
    steps: int
    step_frequency_hz: float
    lean_rad: float
    """Mean over the rep, away from the reel, against standing tall as the session begins."""
    slack_s: float
    load_kg: float
    sled_kg: float
    unresisted: bool


def true_rep(motion: Motion, number: int, run: Run) -> TrueRep:
    """Measure one run on the grid."""
    begin, piece = run.begin, run.piece
    t, x = motion.time_s, motion.pelvis_m[:, 0]
    v = np.gradient(x, GRID_S)
    stop = begin + len(piece.velocity_mps)
    running = begin + int(np.argmax(v[begin:stop] >= 1.5))
    slow = int(np.flatnonzero(v[:running] < 0.10)[-1])
    start_s = t[slow] + GRID_S * (0.10 - v[slow]) / (v[slow + 1] - v[slow])
    half = round(0.5 / GRID_S)
    moves = np.flatnonzero(np.abs(v[: slow + 1]) > 0.10)
    edges = np.array([0, *moves, slow + 1])
    last = int(edges[1:][np.diff(edges) > half][-1])  # where the last 0.5 s of stillness end
    zero_m = float(np.mean(x[last - half : last]))
    gate_5, end_s = (
        float(np.interp(zero_m + yards * YARD_M, x[running:stop], t[running:stop]))
        for yards in (5, 10)
    )
    down_s = np.array([t[begin] + c.down_s for c in piece.contacts])
    up_s = np.array([t[begin] + c.up_s for c in piece.contacts])
    period_s = np.interp(t, (down_s[1:] + down_s[:-1]) / 2.0, np.diff(down_s))
    centre = np.arange(slow + 1, int(end_s / GRID_S) + 1)
    ends = np.interp(t[centre] + np.outer([0.5, -0.5], period_s[centre]), t, x)
    inside = down_s[(down_s >= gate_5) & (down_s <= end_s)]
    long_axis = motion.body[slow : int(end_s / GRID_S)].apply([0.0, 0.0, 1.0])
    tall = motion.body[: round(1.0 / GRID_S)].apply([0.0, 0.0, 1.0])
    lean, upright = (float(np.mean(np.arctan2(a[:, 0], a[:, 2]))) for a in (long_axis, tall))
    load_at_s = t[begin] + piece.load_s
    slack_s = max(0.0, load_at_s - start_s)
    if np.interp(load_at_s, t, x) - zero_m < 0.05:
        slack_s = 0.0
    return TrueRep(
        number=number,
        start_s=float(start_s),
        end_s=end_s,
        stop_s=float(t[stop - 1]),
        split_5yd_s=gate_5 - start_s,
        split_10yd_s=end_s - start_s,
        window_velocity_mps=5 * YARD_M / (end_s - gate_5),
        peak_velocity_mps=float(np.max((ends[0] - ends[1]) / period_s[centre])),
        steps=int(np.sum((up_s > start_s) & (down_s <= end_s))),
        step_frequency_hz=(len(inside) - 1) / np.ptp(inside) if len(inside) > 2 else math.nan,
        lean_rad=lean - upright,
        slack_s=slack_s if run.sled_kg else math.nan,
        load_kg=run.load_kg,
        sled_kg=run.sled_kg,
        unresisted=not run.sled_kg,
    )
