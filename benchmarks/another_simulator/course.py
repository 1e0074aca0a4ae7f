"""All that the athlete does in a session, one piece after the other."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.another_simulator.backpedal import Athlete, Contact, Piece, backpedal
from benchmarks.another_simulator.scale import GRID_S, TO_THE_REEL_RAD, FloatArray, ease
from benchmarks.another_simulator.severity import Severity


def piece_of(
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


def walk(rng: np.random.Generator, distance_m: float, height_m: float, heading_rad: float) -> Piece:
    """Slowly back towards the reel; the cord retracts."""
    n, ramp = round(distance_m / rng.uniform(0.9, 1.5) / GRID_S), ease(1000)
    profile = np.ones(n)
    profile[: len(ramp)], profile[-len(ramp) :] = ramp, ramp[::-1]
    step_s = rng.uniform(0.5, 0.62)
    stepping = 2.0 * np.pi * np.arange(n) * GRID_S / step_s
    speed = profile * (1.0 + 0.15 * np.sin(stepping))
    speed *= -distance_m / (speed.sum() * GRID_S)
    height = height_m - 0.012 * profile * (1.0 - np.cos(stepping))
    times = np.arange(0.0, n * GRID_S - step_s, step_s)
    contacts = [Contact(float(t), float(t) + 0.6 * step_s, 4.0) for t in times]
    return piece_of(n * GRID_S, height, 0.1, speed, heading_rad, 0.4 * profile, contacts)


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


def course(athlete: Athlete, level: Severity, rng: np.random.Generator, sled_kg: float) -> Course:
    """Crouch, rock perhaps, stand still, run, stand, turn perhaps, walk back, wait; five times."""
    tall_m, set_m, load_kg = 1.02, rng.uniform(0.80, 0.92), float(rng.choice([2.27, 4.54, 9.07]))
    course = Course([piece_of(rng.uniform(3, 4), tall_m, 0.1)], [], [])
    course.events.extend([(0.0, "athlete", "Other"), (0.0, "set", "1"), (0.0, "unresisted", "1")])
    pieces = course.pieces

    def now() -> int:
        return sum(len(piece.velocity_mps) for piece in pieces)

    def lowered(seconds: float, begin_m: float, end_m: float, lean_rad: float) -> Piece:
        eased = ease(round(seconds / GRID_S))
        return piece_of(seconds, begin_m + (end_m - begin_m) * eased, lean_rad)

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
            pieces.append(piece_of(len(u) * GRID_S, set_m, athlete.crouch_rad, rocking))
        pieces.append(piece_of(rng.uniform(0.8, 2.5), set_m, athlete.crouch_rad))
        pulled_kg = (load_kg, sled_kg) if number > 3 else (0.0, 0.0)
        piece = backpedal(athlete, rng, set_m, sum(pulled_kg))
        course.runs.append(Run(now(), piece, *pulled_kg))
        pieces.append(piece)
        pieces.append(lowered(rng.uniform(0.8, 1.5), set_m, tall_m, 0.1))
        away_m = sum(float(p.velocity_mps.sum()) for p in pieces) * GRID_S
        heading_rad = rng.choice([TO_THE_REEL_RAD, 2 * TO_THE_REEL_RAD], p=[0.7, 0.3])
        pieces.append(piece_of(1.0, tall_m, 0.1, heading_rad=heading_rad))
        pieces.append(walk(rng, away_m + rng.normal(0.0, 0.02), tall_m, heading_rad))
        pieces.append(piece_of(rng.uniform(0.2, 1.5), tall_m, 0.1))
    return course
