"""The athlete, the sled and the strap as a system of forces, integrated run by run in 1 ms steps.

Equations and ranges: SOURCES 6.3. The one-way strap carries tension only, so within a
step it may go slack and snap; what is to be measured is the athlete, not the sled.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from sledmon.errors import SimulationError
from sledmon.samples import FloatArray
from sledmon.twin.waveforms import STEP_S, eased_stop
from sledmon.units import STANDARD_GRAVITY_MPS2

REFERENCE_VELOCITY_MPS: Final = 4.5
"""Velocity at which ``oscillation_mps`` and ``step_frequency_hz`` are given."""
FIRST_LOAD_N: Final = 5.0
"""The strap "carries load" from here: more than its own weight hanging between belt and sled."""
STOPPING_VELOCITY_MPS: Final = 0.35
LONGEST_RUN_S: Final = 40.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Athlete:
    """One person; ranges of SOURCES 6.3, where most are marked as guesses."""

    mass_kg: float
    force_npkg: float
    """F0: pushing force per body mass at no velocity."""
    top_velocity_mps: float
    """V0: velocity at which no push is left."""
    drag_kgpm: float
    step_frequency_hz: float
    stance_fraction: float
    oscillation_mps: float
    """RMS of the velocity's swing within a step."""
    asymmetry: float
    """How much stronger one leg's steps are, a ratio."""
    onset_s: float
    """How long the push takes to build up."""
    bounce_m: float
    """Vertical path, peak to peak."""
    impact_mps2: float
    """Peak of the extra vertical acceleration at a ground contact at full speed."""
    impact_width_s: float
    pitch_swing_rad: float
    roll_swing_rad: float
    yaw_swing_rad: float
    lateral_sway_m: float
    set_lean_rad: float
    crouch_lean_rad: float
    running_lean_rad: float
    walking_velocity_mps: float
    sway_m: float
    """RMS of quiet-stance sway."""
    fatigue: float
    """Velocity lost with every rep, a ratio."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """The empty sled's friction on this surface, the strap, and the pull of the tether."""

    friction: float
    """Sliding coefficient for 15 kg; falls by a tenth with every doubling (Andre 2013)."""
    static_ratio: float
    stribeck_mps: float
    viscous_spm: float
    strap_stiffness_npm: float
    """Strap, harness and belt in series."""
    strap_damping: float
    """Share of critical damping."""
    strap_angle_rad: float
    cord_tension_n: float
    cord_tension_npm: float
    """The reel's spring pulls harder with every metre."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """What is peculiar to one rep."""

    pace: float
    """Factor on velocity; times shrink by it (F0 goes with its square)."""
    onset_s: float
    brake_at_m: float
    """Where the athlete begins to brake, from the rep's own start line."""
    brake_length_m: float
    step_strength: tuple[float, ...]
    """Factors on the swing of each step in turn."""
    step_tempo: tuple[float, ...]
    """Factors on the frequency of each step in turn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tow:
    """The loaded sled of one rep."""

    mass_kg: float
    slack_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run on the grid of ``STEP_S`` from the first push until standing still."""

    velocity_mps: FloatArray
    cycle: FloatArray
    """Steps done; a ground contact begins at every whole number from 1."""
    frequency_hz: FloatArray
    tension_n: FloatArray
    sled_velocity_mps: FloatArray
    brake_index: int
    first_load_index: int | None


def draw_athlete(rng: np.random.Generator) -> Athlete:
    """A trained athlete between novice and college level (planning table, SOURCES 2)."""
    level = rng.uniform(-1.0, 1.0)
    return Athlete(
        mass_kg=rng.uniform(65.0, 100.0),
        force_npkg=5.7 + 0.5 * level + rng.uniform(-0.4, 0.4),
        top_velocity_mps=5.7 + 0.6 * level + rng.uniform(-0.2, 0.2),
        drag_kgpm=rng.uniform(0.20, 0.30),
        step_frequency_hz=rng.uniform(4.0, 4.7),
        stance_fraction=rng.uniform(0.55, 0.68),
        oscillation_mps=rng.uniform(0.18, 0.32),
        asymmetry=rng.uniform(-0.04, 0.04),
        onset_s=rng.uniform(0.20, 0.32),
        bounce_m=rng.uniform(0.028, 0.042),
        impact_mps2=rng.uniform(12.0, 32.0),
        impact_width_s=rng.uniform(0.012, 0.024),
        pitch_swing_rad=math.radians(rng.uniform(2.0, 4.0)),
        roll_swing_rad=math.radians(rng.uniform(2.0, 4.0)),
        yaw_swing_rad=math.radians(rng.uniform(3.0, 6.0)),
        lateral_sway_m=rng.uniform(0.008, 0.018),
        set_lean_rad=math.radians(rng.uniform(7.0, 13.0)),
        crouch_lean_rad=math.radians(rng.uniform(18.0, 27.0)),
        running_lean_rad=math.radians(rng.uniform(9.0, 15.0)),
        walking_velocity_mps=rng.uniform(1.2, 1.4),
        sway_m=rng.uniform(0.0015, 0.003),
        fatigue=rng.uniform(0.0, 0.003),
    )


def draw_ground(rng: np.random.Generator) -> Ground:
    """A turf between slippery and grabby (Linthorne & Cooper 2013; SOURCES 1.6)."""
    strap_npm = rng.uniform(8e3, 20e3)
    harness_npm = rng.uniform(1.5e3, 4e3)
    return Ground(
        friction=rng.uniform(0.28, 0.42),
        static_ratio=rng.uniform(1.25, 1.35),
        stribeck_mps=0.1,
        viscous_spm=rng.uniform(0.0, 0.02),
        strap_stiffness_npm=1.0 / (1.0 / strap_npm + 1.0 / harness_npm),
        strap_damping=rng.uniform(0.05, 0.2),
        strap_angle_rad=math.radians(rng.uniform(10.0, 14.0)),
        cord_tension_n=rng.uniform(6.0, 12.0),
        cord_tension_npm=rng.uniform(0.1, 0.4),
    )


def draw_effort(
    rng: np.random.Generator, athlete: Athlete, number: int, brake_at_m: float
) -> Effort:
    """One rep's own luck: about 1.5 % of velocity (SOURCES 1.4) and a little fatigue."""
    return Effort(
        pace=(1.0 - athlete.fatigue * (number - 1)) * (1.0 + 0.0135 * rng.standard_normal()),
        onset_s=athlete.onset_s * rng.uniform(0.85, 1.15),
        brake_at_m=brake_at_m + rng.uniform(0.3, 1.5),
        brake_length_m=rng.uniform(1.0, 2.0),
        step_strength=tuple(1.0 + 0.10 * rng.standard_normal(64)),
        step_tempo=tuple(1.0 + 0.02 * rng.standard_normal(64)),
    )


def run(athlete: Athlete, effort: Effort, ground: Ground, tow: Tow | None) -> Run:
    """Integrate one run; without ``tow`` there is no sled at all."""
    # Plain floats in a loop: some 5,000 steps a run, and the strap's corners stay exact.
    g = STANDARD_GRAVITY_MPS2
    mass = athlete.mass_kg
    push_n = athlete.force_npkg * mass * effort.pace**2
    top = athlete.top_velocity_mps * effort.pace
    swing = (
        athlete.oscillation_mps
        * 2
        * math.pi
        * athlete.step_frequency_hz
        / math.hypot(1.0, 0.225)
        * math.sqrt(2.0)
        / REFERENCE_VELOCITY_MPS
    )  # m/s2 for every m/s; the second harmonic's share of 0.45 halves in velocity
    sled_kg = tow.mass_kg if tow else 1.0
    slack = tow.slack_m if tow else math.inf
    friction = ground.friction * (sled_kg / 15.0) ** math.log2(0.9)
    stiffness = ground.strap_stiffness_npm
    damping = 2 * ground.strap_damping * math.sqrt(stiffness * mass * sled_kg / (mass + sled_kg))
    cos_angle, sin_angle = math.cos(ground.strap_angle_rad), math.sin(ground.strap_angle_rad)
    steps = len(effort.step_strength)

    dt = STEP_S
    x = v = x_sled = v_sled = cycle = 0.0
    velocity, cycles, frequencies, tensions, sled_velocity = [0.0], [0.0], [0.0], [0.0], [0.0]
    brake_index: int | None = None
    brake_mps2 = 0.0
    first_load: int | None = None
    n = 0
    while True:
        t = n * dt
        k = int(cycle)
        part = cycle - k
        here, there = k % steps, (k + 1) % steps
        strength = (1 - part) * effort.step_strength[here] + part * effort.step_strength[there]
        strength *= 1.0 + athlete.asymmetry * math.cos(math.pi * cycle)
        tempo = (1 - part) * effort.step_tempo[here] + part * effort.step_tempo[there]
        frequency = (
            athlete.step_frequency_hz
            * tempo
            * (0.80 + 0.20 * min(1.0, cycle / 3.5))
            * (0.90 + 0.10 * min(v, 8.0) / REFERENCE_VELOCITY_MPS)
        )
        u = min(1.0, t / effort.onset_s)
        push = push_n * u * u * (3 - 2 * u) * (1.0 - v / top)
        angle = 2 * math.pi * cycle
        push -= mass * swing * strength * v * (math.sin(angle) + 0.45 * math.sin(2 * angle + 0.6))
        if brake_index is not None:
            w = min(1.0, (n - brake_index) * dt / 0.12)
            push = push * (1 - w) * (1 - 0.5 * w) - mass * brake_mps2 * w
        tension = 0.0
        stretch = x - x_sled - slack
        if stretch > 0.0:
            tension = max(0.0, stiffness * stretch + damping * (v - v_sled))
            if first_load is None and tension > FIRST_LOAD_N:
                first_load = n
        cord_n = ground.cord_tension_n + ground.cord_tension_npm * x
        # The athlete standing in set holds against the cord; the hold fades as the push builds up.
        force = push - tension * cos_angle - athlete.drag_kgpm * v * abs(v) - cord_n * u
        v += force / mass * dt
        x += v * dt
        if tow:
            normal = max(0.0, sled_kg * g - tension * sin_angle)
            pulled = v_sled + tension * cos_angle / sled_kg * dt
            ratio = 1.0 + (ground.static_ratio - 1.0) * math.exp(
                -((pulled / ground.stribeck_mps) ** 2)
            )
            grip = normal / sled_kg * dt * (friction * ratio + ground.viscous_spm * abs(pulled))
            # Friction may stop the sled but never reverse it.
            v_sled = max(0.0, pulled - grip) if pulled >= 0 else min(0.0, pulled + grip)
            x_sled += v_sled * dt
        cycle += frequency * dt
        n += 1
        velocity.append(v)
        cycles.append(cycle)
        frequencies.append(frequency)
        tensions.append(tension)
        sled_velocity.append(v_sled)
        if brake_index is None:
            if x >= effort.brake_at_m:
                brake_index = n
                brake_mps2 = v * v / (2 * effort.brake_length_m)
        elif v < STOPPING_VELOCITY_MPS:
            break
        if t > LONGEST_RUN_S:
            raise SimulationError(
                f"the simulated athlete cannot pull {sled_kg:.0f} kg over the distance; "
                "ask for a lighter load"
            )
    frequencies[0] = frequencies[1]
    stop = eased_stop(x, v, (velocity[-1] - velocity[-3]) / (2 * dt), 0.6, dt)
    fade = np.linspace(1.0, 0.3, len(stop))
    settle_hz = frequencies[-1] * fade
    still = np.zeros(len(stop))
    return Run(
        velocity_mps=np.concatenate([velocity, stop]),
        cycle=np.concatenate([cycles, cycles[-1] + np.cumsum(settle_hz) * dt]),
        frequency_hz=np.concatenate([frequencies, settle_hz]),
        tension_n=np.concatenate([tensions, still]),
        sled_velocity_mps=np.concatenate([sled_velocity, still]),
        brake_index=int(brake_index or 0),
        first_load_index=first_load,
    )
