"""Smooth curves of which motions are made. All have two continuous derivatives."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from sledmon.samples import FloatArray

STEP_S: Final = 0.001
"""Grid of the whole session. The stiffest part of it, sled on strap, swings at some 5 Hz."""


def grid_s(count: int) -> FloatArray:
    """Times from 0 on the grid.

    >>> grid_s(3).tolist()
    [0.0, 0.001, 0.002]
    """
    return np.arange(count, dtype=np.float64) * STEP_S


def smootherstep(u: FloatArray) -> FloatArray:
    """From 0 to 1 over ``u`` in [0, 1] with two zero derivatives at both ends."""
    w = np.clip(u, 0.0, 1.0)
    return w * w * w * (w * (6.0 * w - 15.0) + 10.0)


def smooth_keys(time_s: FloatArray, keys: Sequence[tuple[float, float]]) -> FloatArray:
    """A curve that rests at each key's value at its time and eases to the next.

    >>> smooth_keys(np.array([0.0, 1.0, 1.5, 2.0]), [(1.0, 5.0), (2.0, 7.0)]).tolist()
    [5.0, 5.0, 6.0, 7.0]
    """
    at = np.array([key[0] for key in keys])
    value = np.array([key[1] for key in keys])
    if len(keys) == 1:
        return np.full(len(time_s), value[0])
    if np.any(np.diff(at) <= 0):
        raise ValueError("keys must increase in time")
    i = np.clip(np.searchsorted(at, time_s, side="right") - 1, 0, len(at) - 2)
    u = smootherstep((time_s - at[i]) / (at[i + 1] - at[i]))
    out: FloatArray = value[i] + (value[i + 1] - value[i]) * u
    return out


def wander(
    rng: np.random.Generator,
    time_s: FloatArray,
    rms: float,
    low_hz: float,
    high_hz: float,
    tones: int = 8,
) -> FloatArray:
    """A slow random motion: tones spread evenly in log frequency, amplitude falling as 1/f."""
    edges = np.geomspace(low_hz, high_hz, tones + 1)
    frequency = rng.uniform(edges[:-1], edges[1:])
    phase = rng.uniform(0.0, 2 * np.pi, tones)
    amplitude = 1.0 / frequency
    amplitude *= rms / np.sqrt(np.sum(amplitude**2) / 2)
    out = np.zeros(len(time_s))
    for f, p, a in zip(frequency, phase, amplitude, strict=True):
        out += a * np.sin(2 * np.pi * f * time_s + p)
    return out


def hann_integral(u: FloatArray) -> FloatArray:
    """Integral of a raised cosine of unit width and unit area, centred on ``u`` = 0."""
    w = np.clip(u, -0.5, 0.5)
    return w + 0.5 + np.sin(2 * np.pi * w) / (2 * np.pi)


def impact_velocity(
    time_s: FloatArray, centre_s: float, width_s: float, peak_mps2: float, recovery_s: float
) -> FloatArray:
    """Velocity left by a short impact pulse of acceleration.

    A wide shallow pulse of the opposite sign and the same centre takes the impulse back, so that
    neither speed nor place is left behind once ``recovery_s`` is over.
    """
    impulse_mps = peak_mps2 * width_s / 2
    narrow = hann_integral((time_s - centre_s) / width_s)
    wide = hann_integral((time_s - centre_s) / recovery_s)
    return impulse_mps * (narrow - wide)


class Bounce:
    """Vertical path of a spring-like gait at one cycle a step, from its support forces.

    During stance the specific force is half a sine, in flight none; its mean over the step is one
    gravity (Cavagna 2011: the peak upward acceleration of 15.7 m/s2 follows for 0.6 stance).
    Seven harmonics are kept so that the force has no corner.
    """

    HARMONICS = 7

    def __init__(self, stance_fraction: float) -> None:
        grid = np.arange(2048) / 2048
        force = np.where(
            grid < stance_fraction,
            np.pi / (2 * stance_fraction) * np.sin(np.pi * grid / stance_fraction),
            0.0,
        )
        order = np.arange(1, self.HARMONICS + 1)
        coefficient = 2 * np.fft.rfft(force - 1.0)[1 : self.HARMONICS + 1] / len(grid)
        self._order = order
        self._path = -coefficient / (2 * np.pi * order) ** 2
        path = self.path(grid)
        self.peak_to_peak = float(np.ptp(path))
        """Of the path, in units of gravity times the step period squared."""

    def path(self, cycle: FloatArray) -> FloatArray:
        """Height in units of gravity times the step period squared; contacts at whole cycles."""
        out = np.zeros(len(cycle))
        for order, coefficient in zip(self._order, self._path, strict=True):
            angle = 2 * np.pi * order * cycle
            out += coefficient.real * np.cos(angle) - coefficient.imag * np.sin(angle)
        return out


def cumulative(rate: FloatArray, step_s: float) -> FloatArray:
    """Trapezium-rule integral from 0."""
    out = np.zeros(len(rate))
    np.cumsum((rate[1:] + rate[:-1]) * (step_s / 2), out=out[1:])
    return out


def eased_stop(x0: float, v0: float, a0: float, duration_s: float, step_s: float) -> FloatArray:
    """Velocity of a quintic from (v0, a0) to rest at a place that such a stop naturally takes."""
    t = np.arange(1, round(duration_s / step_s) + 1) * step_s
    x1 = x0 + 0.35 * v0 * duration_s
    c3, c4, c5 = np.linalg.solve(
        np.array(
            [
                [duration_s**3, duration_s**4, duration_s**5],
                [3 * duration_s**2, 4 * duration_s**3, 5 * duration_s**4],
                [6 * duration_s, 12 * duration_s**2, 20 * duration_s**3],
            ]
        ),
        np.array(
            [
                x1 - x0 - v0 * duration_s - a0 * duration_s**2 / 2,
                -v0 - a0 * duration_s,
                -a0,
            ]
        ),
    )
    out: FloatArray = v0 + a0 * t + 3 * c3 * t**2 + 4 * c4 * t**3 + 5 * c5 * t**4
    return out
