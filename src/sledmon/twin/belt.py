"""The belt on the body: where its IMU and the cord's clip sit, and how it gives.

Neither sits in the pelvis's middle, of which the truth is told: when the pelvis turns and leans
they move otherwise. No public measurement of a belt on a sprinting pelvis was found; each figure
says what it rests on. A hook's play is left out: the reel's spring takes it up for good.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from sledmon.samples import FloatArray
from sledmon.twin.motion import Motion
from sledmon.twin.script import Script
from sledmon.twin.waveforms import STEP_S, smooth_keys

SETTLE_S: Final = 0.08
"""How long a landing takes to shift the belt: a third of a step."""
BELT_KG: Final = 0.5
"""Belt, IMU and hook: what the soft tissue below must move when the strap pulls."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Belt:
    """How one athlete wears it in one session; places are (3,) metres, pelvis axes."""

    clip_m: FloatArray
    """Where the cord is clipped, from the pelvis's middle: towards the reel."""
    imu_m: FloatArray
    """Where the IMU sits, in front or on the back."""
    creep_m: float
    """What each landing shifts the belt on the clothing along each axis, one SD."""
    stiffness_npm: float
    """Soft tissue and belt under the strap's pull."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worn:
    """Over the whole session, on the motion's grid."""

    clip_m: FloatArray
    """(n, 3) path of the clip, world axes."""
    imu_m: FloatArray
    """(n, 3) where the IMU is, seen from the pelvis's middle, world axes."""
    clip_at_set_m: FloatArray
    """(3,) the clip when the athlete stands set on the line, where the rig is measured."""


def draw_belt(rng: np.random.Generator) -> Belt:
    """Draw a hip belt on a waist 0.18 to 0.26 m deep; a guess.

    It is worn within 2 cm, half its own width, of the height of the pelvis's middle; another guess.
    """
    depth_m = rng.uniform(0.09, 0.13)
    up_m = rng.uniform(-0.02, 0.02)
    clip_aside_m, imu_aside_m = rng.uniform(-0.03, 0.03, 2)
    # Beside the clip there is no room for the IMU: in front it sits a hand's breadth aside.
    in_front = rng.uniform() < 0.5
    imu_aside_m += math.copysign(0.05, imu_aside_m) if in_front else 0.0
    imu_up_m = up_m + rng.uniform(-0.015, 0.015)
    return Belt(
        clip_m=np.array([-depth_m, clip_aside_m, up_m]),
        imu_m=np.array([-depth_m if in_front else depth_m, imu_aside_m, imu_up_m]),
        # A belt slips by 1 to 3 deg over a set (SOURCES 6.1), 2 to 6 mm of its girth, in some
        # fifty landings.
        creep_m=rng.uniform(0.0003, 0.0009),
        # Of the 1 to 5 kN/m of harness and belt in series (SOURCES 6.3) the belt on the body is
        # the stiffer part; a guess.
        stiffness_npm=rng.uniform(10e3, 30e3),
    )


def wear(belt: Belt, motion: Motion, script: Script, seed: np.random.SeedSequence) -> Worn:
    """Carry the belt through the session."""
    rotation = motion.rotation()
    shift = _creep(motion, belt.creep_m, np.random.default_rng(seed))
    give = _give(script, belt.stiffness_npm, len(motion.time_s))
    pelvis = np.stack([motion.distance_m, motion.lateral_m, motion.height_m], axis=1)
    clip, imu = (
        np.einsum("nij,nj->ni", rotation, place + shift) - give
        for place in (belt.clip_m, belt.imu_m)
    )
    lean = script.athlete.set_lean_rad
    c, s = math.cos(lean), math.sin(lean)
    at_set = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    return Worn(clip_m=pelvis + clip, imu_m=imu, clip_at_set_m=at_set @ belt.clip_m)


def _creep(motion: Motion, landing_m: float, rng: np.random.Generator) -> FloatArray:
    """(n, 3) each landing shifts the belt a little; in between it sits where it is."""
    landings_s = [contact.loaded_s for contact in motion.contacts if contact.running]
    place = np.cumsum(landing_m * rng.standard_normal((len(landings_s), 3)), axis=0)
    out = np.zeros((len(motion.time_s), 3))
    for i in range(3):
        keys = [(0.0, 0.0)]
        for at_s, there in zip(landings_s, place[:, i].tolist(), strict=True):
            begin_s = max(at_s, keys[-1][0] + STEP_S)
            keys += [(begin_s, keys[-1][1]), (begin_s + SETTLE_S, there)]
        out[:, i] = smooth_keys(motion.time_s, keys)
    return out


def _give(script: Script, stiffness_npm: float, count: int) -> FloatArray:
    """(n, 3) how far the strap draws the belt towards the sled, on a well-damped body."""
    tension = np.zeros(count)
    for rep in script.reps:
        here = tension[rep.start : rep.start + len(rep.run.tension_n)]
        here[:] = rep.run.tension_n[: len(here)]
    rate = math.sqrt(stiffness_npm / BELT_KG)
    t = np.arange(math.ceil(12.0 / rate / STEP_S)) * STEP_S
    answer = rate**2 * t * np.exp(-rate * t)
    drawn_m = np.convolve(tension, answer / answer.sum())[:count] / stiffness_npm
    angle = script.ground.strap_angle_rad
    return np.outer(drawn_m, [math.cos(angle), 0.0, math.sin(angle)])
