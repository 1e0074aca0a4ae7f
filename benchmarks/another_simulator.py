"""A second simulator, with other physics than the twin's, and how well its sessions are measured.

``python -m benchmarks.another_simulator [--sessions 20] [--first-seed 1] [SEVERITY ...]``

It shares no code with ``sledmon.twin`` and writes the plain tables that ``sledmon import`` takes.
World axes: x along the run, y to the left of it, z up. Body axes: facing, left, up; who backpedals
faces -x, towards the reel. Everything stands on one grid of 0.5 ms, and velocity and acceleration
are differences of the positions there, so that they cannot disagree.
"""

import argparse
import asyncio
import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import uniform_filter1d
from scipy.signal import bilinear, butter, lfilter, sosfilt, sosfiltfilt
from scipy.spatial.transform import Rotation

from sledmon.acquire import played_back
from sledmon.pipeline import Pipeline
from sledmon.pipeline import run as run_pipeline
from sledmon.recording import import_tables, open_recording
from sledmon.results import Estimates, Measured, Session

FloatArray = npt.NDArray[np.floating[Any]]

GRID_S: Final = 0.0005
GRAVITY_MPS2: Final = 9.81
YARD_M: Final = 0.9144
DISTANCE_M: Final = 10 * YARD_M
TO_THE_REEL_RAD: Final = math.pi
NORMAL_90: Final = 1.6448536269514722


@dataclass(frozen=True, kw_only=True)
class Severity:
    """How bad sensors, set-up and habits are: a limit or 1 SD each."""

    encoder_hz: tuple[float, ...]
    count_m: float
    cord_sway_m: float
    stamp_jitter_s: float
    geometry_sigma_m: float
    scale_sigma: float
    clock_offset_s: float
    clock_drift: float
    acc_bias_mps2: float
    gyr_bias_radps: float
    imu_scale: float
    acc_noise_mps2_rthz: float
    gyr_noise_radps_rthz: float
    ringing: float
    """Share of an impact that shakes what the IMU is worn on."""
    wander_m: float
    rocking: float
    """Share of reps with rocking before them."""
    gaps: int
    """Rows lost in so many places of each table."""


_TABLE: Final[dict[str, tuple[Any, Any, Any]]] = {
    "encoder_hz": ((500.0, 333.0, 200.0), (250.0, 200.0, 100.0), (125.0, 100.0)),
    "count_m": (0.1e-3, 1e-3, 2.5e-3),
    "cord_sway_m": (0.3e-3, 1.5e-3, 4e-3),
    "stamp_jitter_s": (0.0, 0.2e-3, 0.5e-3),
    "geometry_sigma_m": (0.01, 0.02, 0.05),
    "scale_sigma": (0.5e-3, 1e-3, 3e-3),
    "clock_offset_s": (4e-3, 8e-3, 12e-3),
    "clock_drift": (10e-6, 20e-6, 40e-6),
    "acc_bias_mps2": (0.02, 0.05, 0.20),
    "gyr_bias_radps": (0.002, 0.009, 0.017),
    "imu_scale": (0.002, 0.005, 0.010),
    "acc_noise_mps2_rthz": (0.7e-3, 1.0e-3, 1.6e-3),
    "gyr_noise_radps_rthz": (5e-5, 9e-5, 14e-5),
    "ringing": (0.2, 0.5, 0.9),
    "wander_m": (0.05, 0.15, 0.35),
    "rocking": (0.2, 0.4, 0.6),
    "gaps": (0, 1, 5),
}
SEVERITIES: Final = {
    name: Severity(**{field: values[column] for field, values in _TABLE.items()})
    for column, name in enumerate(("light", "medium", "heavy"))
}


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


def _athlete(rng: np.random.Generator) -> Athlete:
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


def _piece(
    seconds: float,
    height_m: float | FloatArray,
    lean_rad: float,
    velocity_mps: float | FloatArray = 0.0,
    heading_rad: float = TO_THE_REEL_RAD,
    effort: float | FloatArray = 0.0,
    contacts: Sequence[Contact] = (),
) -> Piece:
    """A piece of constants and arrays; by default the athlete stands still."""
    n = round(seconds / GRID_S)
    velocity, height, lean, heading, at_work = (
        np.broadcast_to(np.asarray(values, float), n)
        for values in (velocity_mps, height_m, lean_rad, heading_rad, effort)
    )
    return Piece(velocity, height, lean, heading, at_work, contacts)


def _ease(n: int) -> FloatArray:
    """From 0 to 1 with neither velocity nor acceleration at the ends."""
    u = np.linspace(0.0, 1.0, n)
    return u**3 * (10.0 - 15.0 * u + 6.0 * u**2)


def _pulse(n: int, seconds: float) -> FloatArray:
    """A raised cosine of height 1 at the beginning of n samples."""
    u = np.arange(n) * GRID_S / seconds
    return np.where(u < 1.0, 0.5 - 0.5 * np.cos(2.0 * np.pi * u), 0.0)


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
    known = _pulse(n, rng.uniform(0.012, 0.025)) * jolt - GRAVITY_MPS2
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
    speeds = np.concatenate([velocity, v * (1.0 - _ease(len(settle)))])
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


def walk(rng: np.random.Generator, distance_m: float, height_m: float, heading_rad: float) -> Piece:
    """Slowly back towards the reel; the cord retracts."""
    n, ramp = round(distance_m / rng.uniform(0.9, 1.5) / GRID_S), _ease(1000)
    profile = np.ones(n)
    profile[: len(ramp)], profile[-len(ramp) :] = ramp, ramp[::-1]
    step_s = rng.uniform(0.5, 0.62)
    stepping = 2.0 * np.pi * np.arange(n) * GRID_S / step_s
    speed = profile * (1.0 + 0.15 * np.sin(stepping))
    speed *= -distance_m / (speed.sum() * GRID_S)
    height = height_m - 0.012 * profile * (1.0 - np.cos(stepping))
    times = np.arange(0.0, n * GRID_S - step_s, step_s)
    contacts = [Contact(float(t), float(t) + 0.6 * step_s, 4.0) for t in times]
    return _piece(n * GRID_S, height, 0.1, speed, heading_rad, 0.4 * profile, contacts)


class Run(NamedTuple):
    """A backpedal among the pieces: where it begins on the grid, and what was pulled."""

    begin: int
    piece: Piece
    load_kg: float
    sled_kg: float


class Course(NamedTuple):
    """All that the athlete does, one piece after the other."""

    pieces: list[Piece]
    runs: list[Run]
    events: list[tuple[float, str, str]]


def _course(athlete: Athlete, level: Severity, rng: np.random.Generator, sled_kg: float) -> Course:
    """Crouch, rock perhaps, stand still, run, stand, turn perhaps, walk back, wait; five times."""
    tall_m, set_m, load_kg = 1.02, rng.uniform(0.80, 0.92), float(rng.choice([2.27, 4.54, 9.07]))
    course = Course([_piece(rng.uniform(3, 4), tall_m, 0.1)], [], [])
    course.events.extend([(0.0, "athlete", "Other"), (0.0, "set", "1"), (0.0, "unresisted", "1")])
    pieces = course.pieces

    def now() -> int:
        return sum(len(piece.velocity_mps) for piece in pieces)

    def lowered(seconds: float, begin_m: float, end_m: float, lean_rad: float) -> Piece:
        eased = _ease(round(seconds / GRID_S))
        return _piece(seconds, begin_m + (end_m - begin_m) * eased, lean_rad)

    for number in range(1, 6):
        if number == 4:
            told_s = now() * GRID_S - 0.5
            course.events.extend([(told_s, "set", "2"), (told_s, "unresisted", "0")])
            course.events.extend(
                [(told_s, "sled_kg", f"{sled_kg}"), (told_s, "load_kg", f"{load_kg}")]
            )
        pieces.append(lowered(0.8, tall_m, set_m, athlete.crouch_rad))
        if rng.random() < level.rocking:
            u = np.linspace(0.0, 1.0, round(rng.uniform(1.8, 3.0) / GRID_S))
            rock_m = np.sin(np.pi * u) ** 2 * np.sin(2 * np.pi * rng.integers(1, 3) * u)
            rocking = rng.uniform(0.02, 0.05) * np.gradient(rock_m, GRID_S)
            pieces.append(_piece(len(u) * GRID_S, set_m, athlete.crouch_rad, rocking))
        pieces.append(_piece(rng.uniform(0.8, 2.5), set_m, athlete.crouch_rad))
        pulled_kg = (load_kg, sled_kg) if number > 3 else (0.0, 0.0)
        piece = backpedal(athlete, rng, set_m, sum(pulled_kg))
        course.runs.append(Run(now(), piece, *pulled_kg))
        pieces.append(piece)
        pieces.append(lowered(rng.uniform(0.8, 1.5), set_m, tall_m, 0.1))
        away_m = sum(float(p.velocity_mps.sum()) for p in pieces) * GRID_S
        heading_rad = rng.choice([TO_THE_REEL_RAD, 2 * TO_THE_REEL_RAD], p=[0.7, 0.3])
        pieces.append(_piece(1.0, tall_m, 0.1, heading_rad=heading_rad))
        pieces.append(walk(rng, away_m + rng.normal(0.0, 0.02), tall_m, heading_rad))
        pieces.append(_piece(rng.uniform(0.2, 1.5), tall_m, 0.1))
    return course


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
        pulse = jolt * _pulse(round(width_s / GRID_S), width_s)[: len(t) - i]
        jolts[i : i + len(pulse)] += pulse
    shaken = np.zeros_like(pelvis)
    for axis, share in ((0, rng.uniform(0.3, 0.8)), (2, -1.0)):  # fore-aft, vertical
        omega, damping = 2 * np.pi * rng.uniform(8, 20), rng.uniform(0.1, 0.3)
        b, a = bilinear([1.0], [1.0, 2 * damping * omega, omega**2], 1.0 / GRID_S)
        shaken[:, axis] = severity.ringing * share * lfilter(b, a, jolts)
    body = Rotation.from_euler("ZYX", angles)
    return Motion(time_s=t, pelvis_m=pelvis, body=body, shaken_m=shaken, effort=gait)


@dataclass(frozen=True, kw_only=True)
class Imu:
    """One part and how it is worn; the defaults are perfect."""

    rate_hz: float
    lever_m: FloatArray
    """From the pelvis, in body axes."""
    mounting: Rotation
    """Sensor to body."""
    cutoff_hz: float = math.inf
    bias: FloatArray | float = 0.0
    gain: FloatArray | float = 1.0
    noise_rthz: FloatArray | float = 0.0
    clock_offset_s: float = 0.0
    clock_drift: float = 0.0


class Sensed(NamedTuple):
    """The IMU's true path and what moves it, on the grid, in world and in sensor axes."""

    place_m: FloatArray
    attitude: Rotation
    force_mps2: FloatArray
    rate_radps: FloatArray


def sensed(motion: Motion, imu: Imu) -> Sensed:
    """Differences of the sensor's own path and attitude: lever arm and gravity are in them."""
    wobble = Rotation.from_rotvec(np.outer(motion.shaken_m[:, 0] / 0.1, [0.0, 1.0, 0.0]))
    attitude = motion.body * wobble * imu.mounting
    place = motion.pelvis_m + motion.body.apply(imu.lever_m + motion.shaken_m)
    upward = np.zeros_like(place)
    upward[1:-1] = np.diff(place, 2, axis=0) / GRID_S**2
    upward[:, 2] += GRAVITY_MPS2
    force = attitude.inv().apply(upward)
    turns = (attitude[:-1].inv() * attitude[1:]).as_rotvec() / GRID_S
    rate = np.vstack([turns[:1], (turns[:-1] + turns[1:]) / 2.0, turns[-1:]])
    return Sensed(place, attitude, force, rate)


def imu_table(motion: Motion, imu: Imu, rng: np.random.Generator) -> FloatArray:
    """Rows of time_s, specific force and angular rate, by the IMU's own clock."""
    _, _, force, rate = sensed(motion, imu)
    values = np.hstack([force, rate])
    if math.isfinite(imu.cutoff_hz):
        sos = butter(2, imu.cutoff_hz, fs=1.0 / GRID_S, output="sos")
        values = values[0] + sosfilt(sos, values - values[0], axis=0)
    stamps = np.arange(1.0, (motion.time_s[-1] - 0.1) * imu.rate_hz) / imu.rate_hz
    true_s = (stamps - imu.clock_offset_s) / (1.0 + imu.clock_drift)
    rows = np.column_stack([np.interp(true_s, motion.time_s, v) for v in values.T])
    noise = imu.noise_rthz * math.sqrt(imu.rate_hz / 2.0) * rng.normal(size=rows.shape)
    limit = np.repeat([16 * GRAVITY_MPS2, math.radians(2000.0)], 3)
    return np.column_stack([stamps, np.clip(rows * imu.gain + imu.bias + noise, -limit, limit)])


def encoder_table(
    motion: Motion,
    clip_m: FloatArray,
    outlet_m: FloatArray,
    scale: float,
    severity: Severity,
    rng: np.random.Generator,
) -> FloatArray:
    """Rows of time_s and cord paid out, from the outlet to the clip on the belt."""
    cord = np.linalg.norm(motion.pelvis_m + motion.body.apply(clip_m) - outlet_m, axis=1)
    band = butter(2, [5.0, 15.0], "bandpass", fs=1.0 / GRID_S, output="sos")
    whip = sosfiltfilt(band, rng.normal(size=len(cord)))
    whip *= severity.cord_sway_m / (math.sqrt(2.0) * np.std(whip)) * (0.1 + 0.9 * motion.effort)
    rate_hz = rng.choice(severity.encoder_hz)
    true_s = np.arange(1.0, (motion.time_s[-1] - 0.1) * rate_hz) / rate_hz
    paid_out = scale * np.interp(true_s, motion.time_s, cord + whip - cord[0]) + rng.uniform(-5, 5)
    counts = np.floor(paid_out / severity.count_m)
    stamps = true_s + rng.uniform(-1.0, 1.0, len(true_s)) * severity.stamp_jitter_s
    return np.column_stack([stamps, counts * severity.count_m])


def _with_gaps(rows: FloatArray, gaps: int, rng: np.random.Generator) -> FloatArray:
    kept = np.ones(len(rows), bool)
    for _ in range(gaps):
        begin_s = rng.uniform(rows[0, 0], rows[-1, 0])
        kept &= np.abs(rows[:, 0] - begin_s) > rng.uniform(0.02, 0.14)
    return rows[kept]


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
    slack_s: float
    load_kg: float
    sled_kg: float
    unresisted: bool


def _true_rep(motion: Motion, number: int, run: Run) -> TrueRep:
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
        slack_s=slack_s if run.sled_kg else math.nan,
        load_kg=run.load_kg,
        sled_kg=run.sled_kg,
        unresisted=not run.sled_kg,
    )


@dataclass(frozen=True, kw_only=True)
class AnotherSession:
    """Tables as another system would write them, and what truly happened."""

    encoder: FloatArray
    imu: FloatArray
    events: tuple[tuple[float, str, str], ...]
    rig_toml: str
    reps: tuple[TrueRep, ...]
    imu_late_s: float
    """Time of an IMU row less that of the encoder row of the same moment, mid-session; the delay of
    the part's low-pass is in it."""
    motion: Motion

    def write(self, folder: Path) -> None:
        """Write encoder.csv, imu.csv, events.csv and rig.toml."""
        axes = [f"acc_{axis}_mps2" for axis in "xyz"] + [f"gyr_{axis}_radps" for axis in "xyz"]
        for name, rows, columns in (
            ("encoder", self.encoder, ["distance_m"]),
            ("imu", self.imu, axes),
        ):
            header = ",".join(["time_s", *columns])
            np.savetxt(folder / f"{name}.csv", rows, "%.6f", ",", header=header, comments="")
        lines = ["time_s,event,value"]
        lines += [f"{time_s:.3f},{kind},{value}" for time_s, kind, value in self.events]
        (folder / "events.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "rig.toml").write_text(self.rig_toml, encoding="utf-8")


def another_session(seed: int, severity: str) -> AnotherSession:
    """Five reps, three of them unresisted: a function of its arguments alone."""
    level, rng = SEVERITIES[severity], np.random.default_rng([seed, 1875])
    athlete, sled_kg = _athlete(rng), round(rng.uniform(7, 18), 1)
    pieces, runs, events = _course(athlete, level, rng, sled_kg)
    motion = body_motion(pieces, athlete, level, rng)
    clip_m = rng.uniform((0.09, -0.03, -0.03), (0.13, 0.03, 0.03))
    still = runs[0].begin
    clip_at_set_m = motion.pelvis_m[still] + motion.body[still].apply(clip_m)
    # Standoff, height, lateral as written, and as they are.
    written_m = np.round(rng.uniform((2.0, 0.0, -0.3), (5.0, 0.8, 0.3)), 2)
    along_m, up_m, aside_m = written_m + rng.normal(0.0, level.geometry_sigma_m, 3)
    outlet_m = clip_at_set_m - (along_m, aside_m, up_m)
    scale = 1.0 + rng.normal(0.0, level.scale_sigma)
    side = rng.choice([-1, 1])  # worn on the back or in front
    rate_hz = rng.choice([119.0, 208.0, 416.0]) * (1.0 + rng.normal(0.0, 0.01))
    imu = Imu(
        rate_hz=rate_hz,
        lever_m=np.array([side * rng.uniform(0.05, 0.12), *rng.uniform(-0.03, 0.03, 2)]),
        mounting=Rotation.from_quat(rng.normal(size=4)),
        cutoff_hz=rate_hz * rng.uniform(0.25, 0.45),
        bias=np.repeat([level.acc_bias_mps2, level.gyr_bias_radps], 3) * rng.normal(size=6),
        gain=1.0 + level.imu_scale * rng.normal(size=6),
        noise_rthz=np.repeat([level.acc_noise_mps2_rthz, level.gyr_noise_radps_rthz], 3),
        clock_offset_s=level.clock_offset_s * rng.uniform(-1, 1),
        clock_drift=level.clock_drift * rng.uniform(-1, 1),
    )
    standoff, height, lateral = written_m
    position = f'[imu]\nposition = "{"front" if side > 0 else "back"}"\n' * int(rng.integers(2))
    rig_toml = (
        f"[encoder]\nstandoff_m = {standoff:.2f}\nheight_m = {height:.2f}\n"
        f"lateral_m = {lateral:.2f}\nscale_sigma = {level.scale_sigma}\n"
        f'geometry_sigma_m = {level.geometry_sigma_m}\nclipped_to = "belt"\n'
        f"{position}[sled]\nmass_kg = {sled_kg}\n"
    )
    encoder = encoder_table(motion, clip_m, outlet_m, scale, level, rng)
    return AnotherSession(
        encoder=_with_gaps(encoder, level.gaps, rng),
        imu=_with_gaps(imu_table(motion, imu, rng), level.gaps, rng),
        events=tuple(events),
        rig_toml=rig_toml,
        reps=tuple(_true_rep(motion, number, run) for number, run in enumerate(runs, 1)),
        imu_late_s=float(
            imu.clock_offset_s
            + imu.clock_drift * motion.time_s[-1] / 2.0
            + math.sqrt(0.5) / (math.pi * imu.cutoff_hz)
        ),
        motion=motion,
    )


def measured(session: AnotherSession) -> Session:
    """What ``sledmon import`` and ``sledmon analyze`` make of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        session.write(folder)
        encoder, imu, events = (folder / f"{each}.csv" for each in ("encoder", "imu", "events"))
        out = folder / "out.mcap"
        import_tables(out, encoder=encoder, imu=imu, events=events, rig=folder / "rig.toml")
        return asyncio.run(run_pipeline(played_back(open_recording(out)), Pipeline()))


def _gate(values: Estimates, yards: int) -> Measured:
    times = [gate.time_s for gate in values.splits if abs(gate.distance_m - yards * YARD_M) < 1e-6]
    return times[0] if times else Measured()


def _steps(values: Estimates) -> Measured:
    count = values.steps.count
    return Measured() if count is None else Measured(float(count))


class Quantity(NamedTuple):
    """One measured value, and where its truth stands."""

    name: str
    unit: str
    """A thousandth of the SI unit, but for counts."""
    measured: Callable[[Estimates], Measured]
    true: Callable[[TrueRep], float]


QUANTITIES: Final = (
    Quantity("start", "ms", lambda e: Measured(e.start_s), lambda t: t.start_s),
    Quantity("5 yd", "ms", lambda e: _gate(e, 5), lambda t: t.split_5yd_s),
    Quantity("10 yd", "ms", lambda e: _gate(e, 10), lambda t: t.split_10yd_s),
    Quantity(
        "window velocity", "mm/s", lambda e: e.window.velocity_mps, lambda t: t.window_velocity_mps
    ),
    Quantity("peak velocity", "mm/s", lambda e: e.peak_velocity_mps, lambda t: t.peak_velocity_mps),
    Quantity(
        "step frequency", "mHz", lambda e: e.steps.frequency_hz, lambda t: t.step_frequency_hz
    ),
    Quantity("steps", "", _steps, lambda t: float(t.steps)),
    Quantity("slack", "ms", lambda e: Measured(e.slack_s), lambda t: t.slack_s),
)


class Pairs(NamedTuple):
    """Reps found with their truth, missed, invented."""

    found: list[tuple[TrueRep, Estimates]]
    missed: list[TrueRep]
    invented: list[Estimates]


def pair_up(session: Session, truth: Iterable[TrueRep]) -> Pairs:
    """A measured rep belongs to the true one during which it starts, 0.5 s early at most."""
    pairs = Pairs([], [], [rep.estimates for rep in session.reps])
    for rep in truth:
        mine = [e for e in pairs.invented if rep.start_s - 0.5 <= e.start_s < rep.stop_s]
        if mine:
            pairs.found.append((rep, mine[0]))
            pairs.invented.remove(mine[0])
        else:
            pairs.missed.append(rep)
    return pairs


def table(severity: str, seeds: Sequence[int]) -> str:
    """The figures of one severity as lines of text."""
    pairs, gone, synchrony = Pairs([], [], []), [], []
    for seed in seeds:
        session = another_session(seed, severity)
        results = measured(session)
        synchrony.append((results.quality.sync_offset_s, session.imu_late_s))
        found, missed, invented = pair_up(results, session.reps)
        pairs.found.extend(found)
        pairs.missed.extend(missed)
        pairs.invented.extend(invented)
        gone += [f"  missed: seed {seed}, rep at {rep.start_s:.2f} s" for rep in missed]
        gone += [f"  invented: seed {seed}, rep at {e.start_s:.2f} s" for e in invented]
    trust = Counter(estimates.trust for _, estimates in pairs.found)
    lines = [
        f"{severity}: {len(seeds)} sessions, {len(pairs.found)} reps found,"
        f" {len(pairs.missed)} missed, {len(pairs.invented)} invented; trust"
        f" {', '.join(f'{name} {count}' for name, count in sorted(trust.items()))}",
        f"  {'quantity':<17} {'unit':<5} {'n':>4} {'bias':>7} {'SD':>7} {'p95':>7} {'max':>7}"
        f" {'mean sigma':>11} {'90 % interval holds':>20}",
    ]
    for name, unit, measure, true in QUANTITIES:
        lines.append(_line(name, unit, [(measure(e), true(rep)) for rep, e in pairs.found]))
    return "\n".join([*lines, _line("IMU behind tether", "ms", synchrony), *gone])


def _line(name: str, unit: str, values: Iterable[tuple[Measured, float]]) -> str:
    known = [(m.value - true, m.sigma) for m, true in values if math.isfinite(m.value - true)]
    if not known:
        return f"  {name:<17} never measured"
    shown = 1000.0 if unit else 1.0
    errors, sigmas = np.array(known).T
    off, stated = shown * errors, np.isfinite(sigmas)
    line = (
        f"  {name:<17} {unit:<5} {len(off):>4} {np.mean(off):>7.1f}"
        f" {np.std(off):>7.1f} {np.percentile(np.abs(off), 95):>7.1f} {np.max(np.abs(off)):>7.1f}"
    )
    if not stated.any():
        return line
    held = np.mean(np.abs(errors[stated]) <= NORMAL_90 * sigmas[stated])
    return f"{line} {shown * np.mean(sigmas[stated]):>11.1f} {100.0 * held:>18.0f} %"


def main() -> None:
    """Print the table of every severity asked for."""
    parser = argparse.ArgumentParser(description="Another simulator's sessions, measured.")
    parser.add_argument("severities", nargs="*", metavar="SEVERITY", help=", ".join(SEVERITIES))
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.sessions)
    for severity in asked.severities or SEVERITIES:
        print(table(severity, seeds), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
