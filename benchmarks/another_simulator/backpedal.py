"""Legs, muscle, strap and sled: one backpedal from the first push to a stand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.another_simulator.scale import (
    DISTANCE_M,
    GRAVITY_MPS2,
    GRID_S,
    TO_THE_REEL_RAD,
    FloatArray,
    ease,
    pulse,
)


@dataclass(frozen=True, kw_only=True)
class Athlete:
    """Muscles, rhythm and posture of one athlete."""

    mass_kg: float
    push_mps2: float
    top_mps: float
    curvature: float
    """Hill's a / F0: how soon force falls with velocity."""
    swing_mps: float
    """RMS of velocity within a step at speed."""
    step_hz: tuple[float, float]
    """First steps, top speed."""
    limp: float
    irregularity: float
    crouch_rad: float
    tall_rad: float
    tilt_rad: FloatArray
    """Amplitudes: pitch per step, roll per stride and per step, yaw per stride."""


def draw_athlete(rng: np.random.Generator) -> Athlete:
    between = rng.uniform
    return Athlete(
        mass_kg=between(60, 105),
        push_mps2=between(6.5, 9.0),
        top_mps=between(5.2, 7.4),
        curvature=between(0.7, 1.5),
        swing_mps=between(0.15, 0.45),
        step_hz=(between(3.4, 4.1), between(4.1, 5.2)),
        limp=between(-0.05, 0.05),
        irregularity=between(0.01, 0.04),
        crouch_rad=math.radians(between(22, 35)),
        tall_rad=math.radians(between(8, 18)),
        tilt_rad=np.radians(between((1.5, 2, 1, 2), (4, 6, 3, 7))),
    )


class Contact(NamedTuple):
    """One foot on the ground, with the jolt of its landing."""

    down_s: float
    up_s: float
    jolt_mps2: float


class Piece(NamedTuple):
    """A stretch of the session on the grid; the contacts' times count from its beginning."""

    velocity_mps: FloatArray
    height_m: FloatArray
    lean_rad: FloatArray
    heading_rad: FloatArray
    effort: FloatArray
    contacts: Sequence[Contact] = ()
    load_s: float = math.nan
    """The strap first carries load."""


def _bounce(
    known_mps2: FloatArray, contact: FloatArray, now: FloatArray, then: FloatArray
) -> FloatArray:
    """Heights from one pair of height and velocity to another.

    A leg's force is a half sine and a skew of it, of such sizes that the body arrives at ``then``.
    """
    n = len(known_mps2)
    pulses = np.where(contact < 1.0, [np.sin(np.pi * contact), np.sin(2 * np.pi * contact)], 0.0)
    reach = np.array([GRID_S**2 * np.arange(n, 0, -1), np.full(n, GRID_S)])
    drift = np.array([now[0] + n * GRID_S * now[1], now[1]])
    amounts = np.linalg.solve(reach @ pulses.T, then - drift - reach @ known_mps2)
    velocity = now[1] + np.cumsum(known_mps2 + amounts @ pulses) * GRID_S
    return np.asarray(now[0] + np.cumsum(velocity) * GRID_S)


class Step(NamedTuple):
    """One step on the grid, from one landing to the next."""

    contact: Contact
    push: FloatArray
    """What the muscle gives, as a multiple of it: only on the ground, 1 on average."""
    swing_mps2: FloatArray
    """Braking and propulsion that cancel."""
    height_m: FloatArray


def _step(
    athlete: Athlete,
    rng: np.random.Generator,
    begin_s: float,
    rate_hz: float,
    pace: float,
    rise: tuple[FloatArray, float],
) -> Step:
    """Forces and heights of a step; ``rise``: height and velocity now, height at its end."""
    first = begin_s == 0.0
    n = round(1.0 / rate_hz / GRID_S)
    duty = float(np.clip(0.88 - 0.3 * pace + rng.normal(0.0, 0.015), 0.5, 0.9))
    phase = np.arange(n) / (n * duty)
    down = phase < 1.0
    jolt = 0.0 if first else rng.uniform(10, 35) * max(pace, 0.3)
    known = pulse(n, rng.uniform(0.012, 0.025)) * jolt - GRAVITY_MPS2
    push = np.where(down, 0.5 * np.pi * np.sin(np.pi * phase) / duty, 0.0)
    if first:  # both feet carry until the first push lets go
        known += GRAVITY_MPS2 * np.where(down, np.cos(0.5 * np.pi * phase) ** 2, 0.0)
        push = np.where(phase < 0.7, 1.0, push * duty)
    landing_mps = -GRAVITY_MPS2 * n * (1.0 - duty) * GRID_S / 2.0
    height = _bounce(known, phase, rise[0], np.array([rise[1], landing_mps]))
    turn = rng.uniform(0.35, 0.5)
    brake = np.where(phase < turn, np.sin(np.pi * phase / turn), 0.0)
    late = (phase >= turn) & down
    propel = np.where(late, np.sin(np.pi * (phase - turn) / (1.0 - turn)), 0.0)
    swing = propel * brake.sum() / propel.sum() - brake
    swing *= athlete.swing_mps * pace * (not first) / np.std(np.cumsum(swing) * GRID_S)
    contact = Contact(begin_s, begin_s + n * duty * GRID_S, jolt)
    return Step(contact, push, swing, height)


@dataclass(kw_only=True)
class Sled:
    """A sled on dry friction behind a strap that only pulls."""

    mass_kg: float
    slack_m: float
    stiffness_npm: float
    place_m: float = 0.0
    velocity_mps: float = 0.0

    def pull_n(self, belt_m: float, belt_mps: float) -> float:
        """Force on the belt; the sled moves on by one grid step."""
        stretch_m = belt_m - self.place_m - self.slack_m
        slip_mps = belt_mps - self.velocity_mps
        pull = self.stiffness_npm * stretch_m + 60.0 * slip_mps if stretch_m > 0.0 else 0.0
        pull = max(0.0, pull)
        friction = 0.38 * self.mass_kg * GRAVITY_MPS2
        net = pull - (friction if self.velocity_mps > 0.0 else min(friction, pull))
        self.velocity_mps = max(0.0, self.velocity_mps + net / self.mass_kg * GRID_S)
        self.place_m += self.velocity_mps * GRID_S
        return pull


def backpedal(
    athlete: Athlete, rng: np.random.Generator, height_m: float, resistance_kg: float
) -> Piece:
    """From the first push to a stand somewhere behind the last gate: legs, muscle, strap, sled."""
    vigour, rise_m = rng.normal(1.0, 0.015), rng.uniform(0.02, 0.07)
    stop_at_m, brake_mps2 = DISTANCE_M + rng.uniform(0.4, 2.0), rng.uniform(2.5, 4.0)
    onset_s, side = rng.uniform(0.08, 0.25), rng.choice([-1, 1])
    slack_m = rng.choice([0.0, rng.uniform(0.0, 0.3)])
    sled = Sled(mass_kg=resistance_kg, slack_m=slack_m, stiffness_npm=rng.uniform(2000, 6000))
    x = v = t = 0.0
    load_s = math.nan
    velocity: list[float] = []
    steps: list[Step] = []
    state = np.array([height_m, 0.0])
    stopping = False
    while not (stopping and v < 0.6):
        pace = min(1.0, v / (0.75 * athlete.top_mps))
        rate_hz = 3.2 if stopping else float(np.interp(pace, [0.0, 1.0], athlete.step_hz))
        rate_hz *= 1.0 + side * athlete.limp + rng.normal(0.0, athlete.irregularity)
        end_m = height_m + rise_m * min(1.0, x / 6.0)
        if not steps:  # some dip with the first push, some rise
            end_m += rng.uniform(-0.01, 0.04)
        step = _step(athlete, rng, t, rate_hz, pace, (state, end_m))
        state = np.array([end_m, np.diff(step.height_m)[-1] / GRID_S])
        steps.append(step)
        for push, swing_mps2 in zip(step.push.tolist(), step.swing_mps2.tolist(), strict=True):
            t += GRID_S
            ratio = v / athlete.top_mps  # Hill: force falls hyperbolically with velocity
            muscle = athlete.push_mps2 * vigour * (1.0 - ratio) / (1.0 + ratio / athlete.curvature)
            if stopping:
                muscle = -brake_mps2
            elif t < onset_s:
                muscle *= (0.5 - 0.5 * math.cos(math.pi * t / onset_s)) ** 2
            pull_n = sled.pull_n(x, v) if resistance_kg else 0.0
            if pull_n > 0.0 and math.isnan(load_s):
                load_s = t
            v += (push * muscle + swing_mps2 - 0.004 * v * v - pull_n / athlete.mass_kg) * GRID_S
            x += v * GRID_S
            velocity.append(v)
        stopping = stopping or x > stop_at_m
        side = -side
    settle = np.linspace(0.0, 1.0, round(0.6 / GRID_S))
    landing = -GRAVITY_MPS2 * np.cos(0.5 * np.pi * settle) ** 2
    stand = _bounce(landing, settle, state, np.array([height_m, 0.0]))
    speeds = np.concatenate([velocity, v * (1.0 - ease(len(settle)))])
    upright = np.clip(np.cumsum(speeds) * GRID_S / 6.0, 0.0, 1.0)
    return Piece(
        velocity_mps=speeds,
        height_m=np.concatenate([*(step.height_m for step in steps), stand]),
        lean_rad=athlete.crouch_rad + (athlete.tall_rad - athlete.crouch_rad) * upright,
        heading_rad=np.full(len(speeds), TO_THE_REEL_RAD),
        effort=np.minimum(1.0, speeds / 2.0),
        contacts=[*(step.contact for step in steps), Contact(t, t + 1.0, 5.0)],
        load_s=load_s,
    )
