"""The pelvis over the whole session: place, attitude, ground contacts, on one fine grid.

Frame: x along the run (away from the reel), z up, y completing a right-handed set. The pelvis's
own axes lie along these when the athlete stands upright, facing the reel; so lean, the rotation
about y, is positive in the direction of the run.
"""

from dataclasses import dataclass

import numpy as np

from sledmon.samples import FloatArray
from sledmon.twin.athlete import REFERENCE_VELOCITY_MPS
from sledmon.twin.script import Bout, Script
from sledmon.twin.waveforms import (
    STEP_S,
    Bounce,
    cumulative,
    grid_s,
    impact_velocity,
    smooth_keys,
    smootherstep,
    wander,
)
from sledmon.units import STANDARD_GRAVITY_MPS2

FORWARD_IMPACT_SHARE = -0.2
"""A contact brakes: forward part of an impact for each unit of its vertical part."""
STANCE_VARIATION = (0.016, 0.040)
"""Range of the SD of stance from step to step, as a share of the step. Flight, 0.4 of it, varies by
4 to 8 % in fast steady runs (treadmill, ISBS 2025, vol. 43, 14) and by up to 10 % in the first
strides of sprints (JSSM 2017, 16:154)."""
TOUCH_S = 0.003
"""How long before or after the leg begins to carry the foot touches, one SD: toes land lightly. A
guess; with stance varying it leaves contacts as uncertain as the best published method at the waist
does: strides of sprints to 5 ms on average (Bergamini 2012; SOURCES 4.1)."""
_LONGER = 0.03
RECOVERY_S = 0.13
"""Over this time the impulse of an impact is taken back by softer landing muscles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One ground contact."""

    time_s: float
    """The foot touches the ground."""
    loaded_s: float
    """The leg begins to carry."""
    impact_mps2: float
    """Peak of the extra vertical acceleration."""
    running: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Motion:
    """True motion; all arrays are (n,) on a grid of ``STEP_S``, which is session time from 0."""

    time_s: FloatArray
    distance_m: FloatArray
    velocity_mps: FloatArray
    acceleration_mps2: FloatArray
    lateral_m: FloatArray
    height_m: FloatArray
    """Above the belt's height in the set position, where the rig was measured."""
    roll_rad: FloatArray
    lean_rad: FloatArray
    yaw_rad: FloatArray
    contacts: tuple[Contact, ...]

    def specific_force_mps2(self, beside_m: FloatArray | None = None) -> FloatArray:
        """(n, 3) in pelvis axes: what a perfect accelerometer feels.

        It sits in the pelvis's middle, or (n, 3) beside it in world axes.
        """
        world = np.stack(
            [
                self.acceleration_mps2,
                _derivative(_derivative(self.lateral_m)),
                _derivative(_derivative(self.height_m)) + STANDARD_GRAVITY_MPS2,
            ],
            axis=1,
        )
        if beside_m is not None:
            world += np.gradient(np.gradient(beside_m, STEP_S, axis=0), STEP_S, axis=0)
        rotation = self.rotation()
        out: FloatArray = np.einsum("nji,nj->ni", rotation, world)
        return out

    def rotation(self) -> FloatArray:
        """(n, 3, 3): pelvis axes to world axes, yaw after lean after roll."""
        cr, sr = np.cos(self.roll_rad), np.sin(self.roll_rad)
        cp, sp = np.cos(self.lean_rad), np.sin(self.lean_rad)
        cy, sy = np.cos(self.yaw_rad), np.sin(self.yaw_rad)
        out = np.empty((len(cr), 3, 3))
        out[:, 0, 0] = cy * cp
        out[:, 0, 1] = cy * sp * sr - sy * cr
        out[:, 0, 2] = cy * sp * cr + sy * sr
        out[:, 1, 0] = sy * cp
        out[:, 1, 1] = sy * sp * sr + cy * cr
        out[:, 1, 2] = sy * sp * cr - cy * sr
        out[:, 2, 0] = -sp
        out[:, 2, 1] = cp * sr
        out[:, 2, 2] = cp * cr
        return out

    def angular_rate_radps(self) -> FloatArray:
        """(n, 3) in pelvis axes: what a perfect gyroscope there feels."""
        roll, lean, yaw = map(_derivative, (self.roll_rad, self.lean_rad, self.yaw_rad))
        cr, sr = np.cos(self.roll_rad), np.sin(self.roll_rad)
        cp, sp = np.cos(self.lean_rad), np.sin(self.lean_rad)
        return np.stack(
            [roll - yaw * sp, lean * cr + yaw * cp * sr, -lean * sr + yaw * cp * cr], axis=1
        )


def move(script: Script, seed: np.random.SeedSequence) -> Motion:
    """Add to the script what bodies do besides: sway, bounce, swing and impacts."""
    rng = np.random.default_rng(seed)
    athlete = script.athlete
    count = len(script.velocity_mps)
    time_s = grid_s(count)
    keys = script.posture
    lean, height, yaw, lateral = (
        smooth_keys(time_s, keys[name]) for name in ("lean", "height", "yaw", "lateral")
    )
    lateral += wander(rng, time_s, athlete.sway_m, 0.15, 1.0)
    height += wander(rng, time_s, 0.0006, 0.2, 0.5)  # breathing
    lean += wander(rng, time_s, np.radians(0.35), 0.15, 1.0)
    yaw += wander(rng, time_s, np.radians(0.35), 0.15, 0.8)
    roll = wander(rng, time_s, np.radians(0.3), 0.15, 1.0)
    velocity = script.velocity_mps + _derivative(wander(rng, time_s, athlete.sway_m, 0.15, 0.8))
    vertical = np.zeros(count)

    bounce = Bounce(athlete.stance_fraction)
    longer = Bounce(athlete.stance_fraction + _LONGER)
    step_rng = np.random.default_rng(seed.spawn(1)[0])
    uneven = step_rng.uniform(*STANCE_VARIATION)
    step_m = STANDARD_GRAVITY_MPS2 / athlete.step_frequency_hz**2
    running = min(1.25, max(0.7, athlete.bounce_m / (step_m * bounce.peak_to_peak))) * step_m
    contacts: list[Contact] = []
    for bout in script.bouts:
        here = slice(bout.start, bout.start + len(bout.cycle))
        envelope = smooth_keys(time_s[here], bout.envelope)
        # Bout envelopes end at rest, so that nothing jumps where the bout does.
        size = envelope if bout.kind == "run" else 0.6 * envelope
        angle = np.pi * bout.cycle
        if bout.kind == "run":
            # The weaker leg stands longer.
            limp = -0.5 * athlete.asymmetry * np.cos(angle)
            share = (limp + uneven * _stance_variation(step_rng, bout.cycle)) / _LONGER
            path = bounce.path(bout.cycle)
            path += share * (longer.path(bout.cycle) - path)
            height[here] += envelope * running * path
        else:
            height[here] += -0.011 * envelope * np.cos(2 * angle)
        lean[here] += size * athlete.pitch_swing_rad * np.sin(2 * angle + 0.8)
        roll[here] += size * athlete.roll_swing_rad * np.sin(angle + 0.4)
        yaw[here] += size * athlete.yaw_swing_rad * np.sin(angle)
        lateral[here] += size * athlete.lateral_sway_m * np.sin(angle - 0.3)
        contacts += _contacts(bout, envelope, velocity, athlete.impact_mps2, rng, step_rng)
    for contact in contacts:
        width = athlete.impact_width_s
        centre = contact.loaded_s + width / 2 + 0.004
        reach = round(RECOVERY_S / STEP_S)
        middle = round(centre / STEP_S)
        near = slice(max(0, middle - reach), min(count, middle + reach))
        kick = impact_velocity(time_s[near], centre, width, contact.impact_mps2, RECOVERY_S)
        vertical[near] += kick
        velocity[near] += FORWARD_IMPACT_SHARE * kick
    return Motion(
        time_s=time_s,
        distance_m=cumulative(velocity, STEP_S),
        velocity_mps=velocity,
        acceleration_mps2=_derivative(velocity),
        lateral_m=lateral,
        height_m=height + cumulative(vertical, STEP_S),
        roll_rad=roll,
        lean_rad=lean,
        yaw_rad=yaw,
        contacts=tuple(contacts),
    )


def _stance_variation(rng: np.random.Generator, cycle: FloatArray) -> FloatArray:
    """(n,) how long each step's stance is, in SD from the mean; the next takes over in flight."""
    each = rng.standard_normal(int(cycle[-1]) + 2)
    step = cycle.astype(int)
    over = smootherstep((cycle - step - 0.7) / 0.28)
    out: FloatArray = each[step] + over * (each[step + 1] - each[step])
    return out


def _contacts(
    bout: Bout,
    envelope: FloatArray,
    velocity_mps: FloatArray,
    full_mps2: float,
    rng: np.random.Generator,
    step_rng: np.random.Generator,
) -> list[Contact]:
    whole = np.arange(1, int(bout.cycle[-1]) + 1)
    at = np.interp(whole, bout.cycle, np.arange(len(bout.cycle)))
    out = []
    for place in at:
        strength = rng.uniform(0.8, 1.2)
        i = int(place)
        speed = abs(float(velocity_mps[bout.start + i])) / REFERENCE_VELOCITY_MPS
        if envelope[i] < 0.1 and bout.kind == "walk":
            continue
        loaded_s = (bout.start + float(place)) * STEP_S
        out.append(
            Contact(
                time_s=loaded_s + TOUCH_S * step_rng.standard_normal(),
                loaded_s=loaded_s,
                impact_mps2=full_mps2
                * strength
                * min(1.1, 0.2 + 0.8 * speed)
                * (1.0 if bout.kind == "run" else 0.6),
                running=bout.kind == "run",
            )
        )
    return out


def _derivative(values: FloatArray) -> FloatArray:
    out: FloatArray = np.gradient(values, STEP_S)
    return out
