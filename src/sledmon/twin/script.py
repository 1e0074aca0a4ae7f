"""What happens in a session, in order: stand, rock, false start, run, stop, walk back, rest.

The script is laid as one tape of forward velocity on the grid of ``STEP_S``. Beside it lie the
bouts of gait, from which ``motion`` makes bounce and impacts, and the keys of posture.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sledmon.errors import SimulationError
from sledmon.samples import FloatArray
from sledmon.twin.athlete import (
    Athlete,
    Ground,
    Run,
    Tow,
    draw_athlete,
    draw_effort,
    draw_ground,
    run,
)
from sledmon.twin.params import SessionParams
from sledmon.twin.waveforms import STEP_S, grid_s, smootherstep

WALK_STEP_M = 0.72
STANDING_HEIGHT_M = 0.05
"""Pelvis above its height in the set position, where the rig was measured."""
LONGEST_SESSION_S = 2 * 3600.0

Key = tuple[float, float]
Posture = Literal["lean", "height", "yaw", "lateral"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bout:
    """A stretch of stepping."""

    kind: Literal["run", "walk"]
    start: int
    """Index on the grid."""
    cycle: FloatArray
    """Steps done since ``start``; contacts begin at whole numbers from 1."""
    envelope: tuple[Key, ...]
    """How fully the gait swings, 0 to 1, at session times."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepScript:
    """One rep as it was acted."""

    number: int
    start: int
    """Index of the first push on the grid."""
    run: Run
    tow: Tow | None
    load_kg: float
    sled_kg: float
    stops_short: bool
    ready_s: float
    """When the coach has entered this rep's events: before the athlete takes the set position."""
    stop_s: float
    """When the athlete stands still again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """The whole session, still without sway, bounce or impacts."""

    athlete: Athlete
    ground: Ground
    velocity_mps: FloatArray
    bouts: tuple[Bout, ...]
    reps: tuple[RepScript, ...]
    posture: dict[Posture, tuple[Key, ...]]
    cord_pull_s: float | None
    """When the cord is pulled by hand, if it is."""
    over_runs_s: tuple[float, ...]
    """When the athlete brakes or ends a lunge: the spool may run on."""


def write_script(
    params: SessionParams, athlete_seed: np.random.SeedSequence, script_seed: np.random.SeedSequence
) -> Script:
    """Act the session; nothing here depends on sensors or radio."""
    body_rng = np.random.default_rng(athlete_seed)
    athlete, ground = draw_athlete(body_rng), draw_ground(body_rng)
    tape = _Tape(athlete)
    slack = dict(params.slack_m_by_rep)
    short = dict(params.stops_short)
    rest = dict(params.long_rests)
    reps: list[RepScript] = []
    over_runs: list[float] = []
    pull_s: float | None = None
    # Two streams a rep, always used in the same order, so that one rep's options move no other's.
    efforts = athlete_seed.spawn(params.reps)
    habits = script_seed.spawn(params.reps)
    for number in range(1, params.reps + 1):
        effort_rng = np.random.default_rng(efforts[number - 1])
        rng = np.random.default_rng(habits[number - 1])
        distance_m = params.distance_m * short.get(number, 1.0)
        effort = draw_effort(effort_rng, athlete, number, distance_m)
        tow: Tow | None = None
        load_kg = params.load_kg(number)
        slack_m = params.initial_slack_m * effort_rng.uniform(0.5, 1.5)
        if not params.is_unresisted(number):
            tow = Tow(mass_kg=params.sled_kg + load_kg, slack_m=slack.get(number, slack_m))
        if number in short:
            # Braking takes about 1.6 m in all: 0.9 m and what passes until the brakes bite.
            brake_at_m = max(0.9, distance_m - 1.6)
            effort = replace(effort, brake_at_m=brake_at_m, brake_length_m=0.9)

        habit = _Habit.draw(rng, params, number)
        if number == 1:
            if params.cord_pull_before_start:
                tape.hold(2.0)
                pull_s = tape.now_s
                tape.hold(4.0)
            target_s = tape.now_s + rng.uniform(4.6, 5.6)
            ready_s = tape.now_s + 1.7
        else:
            stopped_s = tape.now_s
            tape.hold(rng.uniform(0.6, 1.2))
            tape.look_round(rng)
            tape.walk(habit.line_m - tape.x_m, athlete.walking_velocity_mps, rng)
            target_s = stopped_s + rest.get(number, params.rest_s)
            ready_s = tape.now_s + 0.5
        tape.wait(habit.length_s(), target_s, rng)
        tape.take_set(rng, habit)
        habit.act(tape, rng, over_runs)

        start = tape.n
        done = run(athlete, effort, ground, tow)
        tape.run(done, rng)
        over_runs.append((start + done.brake_index) * STEP_S)
        reps.append(
            RepScript(
                number=number,
                start=start,
                run=done,
                tow=tow,
                load_kg=load_kg,
                sled_kg=params.sled_kg if tow else 0.0,
                stops_short=number in short,
                ready_s=ready_s,
                stop_s=tape.now_s,
            )
        )
        if tape.now_s > LONGEST_SESSION_S:
            raise SimulationError(
                "the session would last more than 2 hours; ask for fewer reps or less rest"
            )
    tape.hold(4.0)
    return Script(
        athlete=athlete,
        ground=ground,
        velocity_mps=tape.velocity_mps(),
        bouts=tuple(tape.bouts),
        reps=tuple(reps),
        posture={name: tuple(keys) for name, keys in tape.keys.items()},
        cord_pull_s=pull_s,
        over_runs_s=tuple(over_runs),
    )


class _Tape:
    """The session while it is being acted: velocity so far, gait bouts and posture keys."""

    def __init__(self, athlete: Athlete) -> None:
        self.athlete = athlete
        self.n = 0
        self.x_m = 0.0
        self.line_m = 0.0
        """Where the athlete means to stand."""
        self.bouts: list[Bout] = []
        self.keys: dict[Posture, list[Key]] = {
            "lean": [(0.0, 0.0)],
            "height": [(0.0, STANDING_HEIGHT_M)],
            "yaw": [(0.0, 0.0)],
            "lateral": [(0.0, 0.0)],
        }
        self._pieces: list[FloatArray] = []

    @property
    def now_s(self) -> float:
        """Session time at the end of the tape."""
        return self.n * STEP_S

    def velocity_mps(self) -> FloatArray:
        """The whole tape."""
        return np.concatenate(self._pieces)

    def lay(self, velocity_mps: FloatArray) -> None:
        """Append a piece."""
        self._pieces.append(velocity_mps)
        self.n += len(velocity_mps)
        self.x_m += float(np.sum(velocity_mps)) * STEP_S

    def ease(self, name: Posture, start_s: float, end_s: float, value: float) -> None:
        """Move one posture from where it rests to ``value`` between two times."""
        keys = self.keys[name]
        begin = max(start_s, keys[-1][0] + 0.01)
        keys.append((begin, keys[-1][1]))
        keys.append((max(end_s, begin + 0.05), value))

    def hold(self, seconds: float) -> None:
        """Stand."""
        self.lay(np.zeros(max(0, round(seconds / STEP_S))))

    def shift(self, distance_m: float, seconds: float) -> None:
        """Shift weight without a step."""
        u = grid_s(max(2, round(seconds / STEP_S))) / seconds
        self.lay(distance_m / seconds * 30 * u**2 * (1 - u) ** 2)

    def stand_at(self, place_m: float, seconds: float) -> None:
        """Shift weight to a place near by."""
        self.shift(place_m - self.x_m, seconds)

    def walk(self, distance_m: float, velocity_mps: float, rng: np.random.Generator) -> None:
        """Walk to another place; the athlete faces the reel and so walks forwards to the line."""
        ramp_s = 0.7
        length_m = abs(distance_m)
        self.line_m = self.x_m + distance_m
        if length_m < 0.01:
            return
        top = min(velocity_mps, length_m / 1.0)
        total_s = length_m / top + ramp_s
        count = round(total_s / STEP_S)
        t = grid_s(count)
        envelope = smootherstep(t / ramp_s) * smootherstep((total_s - t) / ramp_s)
        tempo_hz = top / WALK_STEP_M * rng.uniform(0.97, 1.03) if top > 1.0 else 1.6
        cycle = tempo_hz * t
        swing = 0.12 * top * envelope * np.sin(2 * np.pi * cycle + 2.0)
        swing -= np.mean(swing)
        swing[0] = 0.0
        velocity = top * envelope + swing * envelope
        velocity *= length_m / (np.sum(velocity) * STEP_S)
        start_s = self.now_s
        self.bouts.append(
            Bout(
                kind="walk",
                start=self.n,
                cycle=cycle,
                envelope=(
                    (start_s, 0.0),
                    (start_s + ramp_s, min(1.0, top)),
                    (start_s + total_s - ramp_s + 0.01, min(1.0, top)),
                    (start_s + total_s, 0.0),
                ),
            )
        )
        self.ease("lateral", start_s, start_s + total_s, 0.03 * rng.standard_normal())
        self.lay(math.copysign(1.0, distance_m) * velocity)

    def look_round(self, rng: np.random.Generator) -> None:
        """Sometimes the athlete turns to the coach and back while walking."""
        turns, angle = rng.uniform() < 0.5, math.radians(rng.uniform(20.0, 120.0))
        sign = 1.0 if rng.uniform() < 0.5 else -1.0
        if turns:
            self.ease("yaw", self.now_s + 0.3, self.now_s + 1.8, sign * angle)
            self.ease("yaw", self.now_s + 3.0, self.now_s + 4.6, 0.0)

    def wait(self, needed_s: float, target_s: float, rng: np.random.Generator) -> None:
        """Stand about, shifting weight, so that ``needed_s`` later ``target_s`` has come."""
        spare_s = max(0.4, target_s - needed_s - self.now_s)
        while spare_s > 2.5:
            pause_s = min(rng.uniform(1.5, 4.0), spare_s - 1.5)
            seconds = min(rng.uniform(0.8, 1.5), spare_s - pause_s)
            self.hold(pause_s)
            self.ease(
                "yaw", self.now_s, self.now_s + seconds, math.radians(8 * rng.standard_normal())
            )
            self.stand_at(self.line_m + 0.012 * rng.standard_normal(), seconds)
            spare_s -= pause_s + seconds
        self.hold(spare_s)

    def take_set(self, rng: np.random.Generator, habit: "_Habit") -> None:
        """Crouch behind the line."""
        end_s = self.now_s + habit.crouch_s
        lean = self.athlete.set_lean_rad + math.radians(rng.standard_normal())
        self.ease("lean", self.now_s, end_s, lean)
        self.ease("height", self.now_s, end_s, 0.01 * rng.standard_normal())
        self.ease("yaw", self.now_s, end_s, math.radians(3 * rng.standard_normal()))
        self.stand_at(self.line_m + 0.004 * rng.standard_normal(), habit.crouch_s)

    def run(self, done: Run, rng: np.random.Generator) -> None:
        """Lay an integrated run with the posture that goes with it."""
        start_s = self.now_s
        brake_s = start_s + done.brake_index * STEP_S
        end_s = start_s + len(done.velocity_mps) * STEP_S
        self.bouts.append(
            Bout(
                kind="run",
                start=self.n,
                cycle=done.cycle,
                envelope=(
                    (start_s + 0.05, 0.0),
                    (start_s + 0.65, 1.0),
                    (brake_s, 1.0),
                    (end_s, 0.0),
                ),
            )
        )
        athlete = self.athlete
        self.ease("lean", start_s, start_s + 0.5, athlete.crouch_lean_rad)
        self.ease("lean", start_s + 0.6, brake_s, athlete.running_lean_rad)
        self.ease("lean", brake_s + 0.1, end_s + 0.5, 0.0)
        self.ease("height", start_s + 0.2, brake_s, 0.02)
        self.ease("height", brake_s + 0.1, end_s + 0.4, STANDING_HEIGHT_M)
        self.ease("yaw", start_s, brake_s, math.radians(3 * rng.standard_normal()))
        self.ease("lateral", start_s, brake_s, 0.08 * rng.standard_normal())
        self.lay(done.velocity_mps)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Habit:
    """What the athlete does from the walk back to the first push of one rep."""

    line_m: float
    crouch_s: float
    still_s: float
    """Quiet stance before the run, or before rocking."""
    rock_m: float
    """Amplitude; 0: none."""
    rock_hz: float
    rock_cycles: int
    still_after_rock_s: float
    lunge_m: float
    """Length of a false start; 0: none."""
    lunge_mps: float
    lunge_stand_s: float
    lunge_walks_back: bool
    preload_m: float
    """Slow sway in the quiet stance, under 0.03 m/s; 0: none."""

    @classmethod
    def draw(cls, rng: np.random.Generator, params: SessionParams, number: int) -> "_Habit":
        """Draw everything, needed or not, so that one choice does not move the next draw."""
        # Unasked, the first rep has neither: it should come soon after the session's start.
        luck, ill_luck = rng.uniform(), rng.uniform()
        rocks = (number > 1 and luck < params.rocking_probability) or number in params.rocks
        lunges = (
            number > 1 and ill_luck < params.false_start_probability
        ) or number in params.false_starts
        preloads = rng.uniform() < 0.3
        rock_m, lunge_m = rng.uniform(0.03, 0.06), rng.uniform(0.4, 1.3)
        # A third of those who rock run straight out of it.
        after_rock_s = rng.uniform(0.7, 1.5) if rng.uniform() > 0.3 else 0.2
        return cls(
            line_m=0.02 * rng.standard_normal(),
            crouch_s=rng.uniform(0.6, 0.9),
            still_s=rng.uniform(2.1, 2.8),
            rock_m=rock_m if rocks else 0.0,
            rock_hz=rng.uniform(0.6, 0.9),
            rock_cycles=int(rng.integers(2, 4)),
            still_after_rock_s=after_rock_s,
            lunge_m=lunge_m if lunges else 0.0,
            lunge_mps=rng.uniform(0.9, 1.9),
            lunge_stand_s=rng.uniform(1.0, 1.6),
            lunge_walks_back=bool(rng.uniform() < 0.6),
            preload_m=-rng.uniform(0.006, 0.018) if preloads else 0.0,
        )

    def length_s(self) -> float:
        """Time from taking the set position to the first push, about."""
        rock_s = self.rock_cycles / self.rock_hz + self.still_after_rock_s if self.rock_m else 0.0
        lunge_s = 0.0
        if self.lunge_m:
            lunge_s = 1.875 * self.lunge_m / self.lunge_mps + self.lunge_stand_s
            lunge_s += self.crouch_s + self.still_s + (2.5 if self.lunge_walks_back else 0.0)
        return self.crouch_s + self.still_s + rock_s + lunge_s

    def act(self, tape: _Tape, rng: np.random.Generator, over_runs: list[float]) -> None:
        """From the set position to the first push."""
        if self.lunge_m:
            tape.hold(self.still_s)
            self._lunge(tape)
            over_runs.append(tape.now_s - 0.3)
            tape.hold(self.lunge_stand_s)
            if self.lunge_walks_back:
                tape.walk(self.line_m - tape.x_m, tape.athlete.walking_velocity_mps, rng)
            tape.take_set(rng, self)
        if self.preload_m:
            quiet_s = self.still_s - 1.5
            tape.hold(quiet_s)
            tape.shift(self.preload_m, 1.3)
            tape.hold(0.2)
        else:
            tape.hold(self.still_s)
        if self.rock_m:
            seconds = self.rock_cycles / self.rock_hz
            t = grid_s(round(seconds / STEP_S))
            envelope = smootherstep(t / 0.5) * smootherstep((seconds - t) / 0.5)
            path = self.rock_m * envelope * np.sin(2 * np.pi * self.rock_hz * t)
            tape.lay(np.gradient(path, STEP_S))
            tape.hold(self.still_after_rock_s)

    def _lunge(self, tape: _Tape) -> None:
        seconds = 1.875 * self.lunge_m / self.lunge_mps
        start_s = tape.now_s
        u = grid_s(round(seconds / STEP_S)) / seconds
        tape.bouts.append(
            Bout(
                kind="walk",
                start=tape.n,
                cycle=0.5 + u * max(1.0, self.lunge_m / 0.6),
                envelope=(
                    (start_s, 0.0),
                    (start_s + seconds / 2, 1.0),
                    (start_s + seconds, 0.0),
                ),
            )
        )
        tape.shift(self.lunge_m, seconds)
        tape.line_m = tape.x_m
