"""The pieces joined into one motion of the pelvis, with rotation, sway and soft tissue."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import uniform_filter1d
from scipy.signal import bilinear, lfilter
from scipy.spatial.transform import Rotation

from benchmarks.another_simulator.backpedal import Athlete, Piece
from benchmarks.another_simulator.scale import GRID_S, FloatArray, pulse
from benchmarks.another_simulator.severity import Severity


@dataclass(frozen=True, kw_only=True)
class Motion:
    """What the body did, on the grid."""

    time_s: FloatArray
    pelvis_m: FloatArray
    body: Rotation
    """Body to world."""
    shaken_m: FloatArray
    """Displacement in body axes, by soft tissue, of what the IMU is worn on."""
    effort: FloatArray


def _sines(rng: np.random.Generator, t: FloatArray, low_hz: float, high_hz: float) -> FloatArray:
    """A slow quasi-periodic signal of RMS 1."""
    waves = [
        np.sin(2 * np.pi * rng.uniform(low_hz, high_hz) * t + rng.uniform(0, 7)) for _ in "abc"
    ]
    return np.asarray(np.sum(waves, axis=0) * math.sqrt(2.0 / 3.0))


def body_motion(
    pieces: Sequence[Piece], athlete: Athlete, severity: Severity, rng: np.random.Generator
) -> Motion:
    """Join the pieces; add rotation, sway, wandering and the ringing of soft tissue."""
    velocity, height, lean, heading, effort = (
        np.concatenate([piece[i] for piece in pieces]) for i in range(5)
    )
    t = np.arange(len(velocity)) * GRID_S
    begin_s = np.cumsum([0.0, *(len(piece.velocity_mps) * GRID_S for piece in pieces[:-1])])
    landings = [
        (b + c.down_s, c.jolt_mps2)
        for b, p in zip(begin_s, pieces, strict=True)
        for c in p.contacts
    ]
    down_s = np.array([landing[0] for landing in landings])
    knots_s = np.array([0.0, *down_s, t[-1] + 1.0])
    step = np.pi * PchipInterpolator(knots_s, np.arange(len(knots_s)))(t)  # half a turn per step

    def smooth(values: FloatArray, seconds: float) -> FloatArray:
        for _ in "abc":
            values = uniform_filter1d(values, 2 * round(seconds / GRID_S), mode="nearest")
        return np.asarray(values)

    gait, turning = smooth(effort, 0.05), smooth(heading, 0.2)
    sway = rng.uniform(0.001, 0.004) * _sines(rng, t, 0.2, 1.0) / math.sqrt(2.0)
    pitched, rolled, dropped, yawed = athlete.tilt_rad
    angles = np.column_stack(
        [
            turning + gait * yawed * np.sin(step + 0.4) + 0.02 * _sines(rng, t, 0.05, 0.2),
            smooth(lean, 0.1) + gait * pitched * np.sin(2 * step + 1.0) - sway / 0.9,
            gait * (rolled * np.sin(step) + dropped * np.sin(2 * step + rng.uniform(0, 6))),
        ]
    )
    aside = severity.wander_m * smooth(_sines(rng, t, 0.08, 0.3) * effort, 0.5) / math.sqrt(2.0)
    pelvis = np.column_stack(
        [
            np.cumsum(velocity) * GRID_S + sway,
            aside + 0.012 * gait * np.sin(step) + 0.003 * _sines(rng, t, 0.2, 0.7),
            height,
        ]
    )
    jolts = np.zeros(len(t))
    width_s = rng.uniform(0.012, 0.022)
    for at_s, jolt in landings:
        i = round(at_s / GRID_S)
        push = jolt * pulse(round(width_s / GRID_S), width_s)[: len(t) - i]
        jolts[i : i + len(push)] += push
    shaken = np.zeros_like(pelvis)
    for axis, share in ((0, rng.uniform(0.3, 0.8)), (2, -1.0)):  # fore-aft, vertical
        omega, damping = 2 * np.pi * rng.uniform(8, 20), rng.uniform(0.1, 0.3)
        b, a = bilinear([1.0], [1.0, 2 * damping * omega, omega**2], 1.0 / GRID_S)
        shaken[:, axis] = severity.ringing * share * lfilter(b, a, jolts)
    body = Rotation.from_euler("ZYX", angles)
    return Motion(time_s=t, pelvis_m=pelvis, body=body, shaken_m=shaken, effort=gait)
