"""What truly happened, by contract.md's definitions, from the pelvis itself, not from sensors."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sledmon.samples import FloatArray
from sledmon.twin.motion import Motion
from sledmon.twin.params import SessionParams
from sledmon.twin.script import RepScript, Script
from sledmon.twin.waveforms import STEP_S
from sledmon.units import yards_to_metres

START_MPS: Final = 0.10
RUN_MPS: Final = 1.5
STILL_MPS: Final = 0.05
"""The pelvis is still while it moves slower than this, quiet-stance sway included."""
STILL_S: Final = 0.5
LEAST_SLACK_TRAVEL_M: Final = 0.05
GATE_YD: Final = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class RepTruth:
    """One rep; NaN or None where there is no such thing. Times are session time."""

    number: int
    start_s: float
    end_s: float
    """Crossing D; NaN when the athlete stopped short."""
    stop_s: float
    """Standing still again."""
    zero_m: float
    """Where distance counts from, on the motion's grid."""
    splits_s: tuple[tuple[float, float], ...]
    """(gate in yards, time from the start); NaN where not reached."""
    mean_velocity_mps: float
    window_velocity_mps: float
    peak_velocity_mps: float
    steps: int
    step_frequency_hz: float
    lean_rad: float
    """Mean over the rep, against standing upright."""
    slack_s: float
    load_kg: float
    sled_kg: float
    unresisted: bool

    @property
    def complete(self) -> bool:
        """Whether D was reached."""
        return not math.isnan(self.end_s)

    def split_s(self, gate_yd: float) -> float:
        """Time to one gate; NaN where not reached or no gate."""
        return next((s for yd, s in self.splits_s if math.isclose(yd, gate_yd)), math.nan)


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionTruth:
    """Every rep's truth."""

    seed: int
    reps: tuple[RepTruth, ...]

    def to_json(self) -> dict[str, Any]:
        """The object of contract.md, *simulate*; unknown is None."""
        return {"seed": self.seed, "reps": [_row(rep) for rep in self.reps]}


def tell_truth(params: SessionParams, script: Script, motion: Motion) -> SessionTruth:
    """Truth about every rep of the script."""
    contacts_s = np.array([contact.time_s for contact in motion.contacts if contact.running])
    return SessionTruth(
        seed=params.seed,
        reps=tuple(
            _rep_truth(rep, params.distance_m, params.distance_yd, motion, contacts_s)
            for rep in script.reps
        ),
    )


def gates_yd(distance_yd: float) -> tuple[float, ...]:
    """Every 5 yd up to D, and D.

    >>> gates_yd(12), gates_yd(10)
    ((5.0, 10.0, 12), (5.0, 10))
    """
    whole = math.ceil(distance_yd / GATE_YD - 1e-9) - 1
    return (*(GATE_YD * k for k in range(1, whole + 1)), distance_yd)


def _rep_truth(
    rep: RepScript, distance_m: float, distance_yd: float, motion: Motion, contacts_s: FloatArray
) -> RepTruth:
    stop = min(round(rep.stop_s / STEP_S), len(motion.time_s) - 1)
    start_s = _start_s(motion, rep.start)
    zero_m = _zero_m(motion, start_s)
    splits = tuple(
        (gate, _crossing_s(motion, rep.start, stop, zero_m + yards_to_metres(gate)) - start_s)
        for gate in gates_yd(distance_yd)
    )
    end_s = _crossing_s(motion, rep.start, stop, zero_m + distance_m)
    complete = not math.isnan(end_s)
    until_s = end_s if complete else rep.stop_s
    from_m = max(distance_m / 2, distance_m - yards_to_metres(GATE_YD))
    from_s = _crossing_s(motion, rep.start, stop, zero_m + from_m)
    own_s = contacts_s[(contacts_s > rep.start * STEP_S) & (contacts_s <= rep.stop_s)]
    window_s = own_s[(own_s >= from_s) & (own_s <= end_s)] if complete else own_s[:0]
    spacing = len(window_s) - 1
    return RepTruth(
        number=rep.number,
        start_s=start_s,
        end_s=end_s,
        stop_s=rep.stop_s,
        zero_m=zero_m,
        splits_s=splits,
        mean_velocity_mps=distance_m / (end_s - start_s),
        window_velocity_mps=(distance_m - from_m) / (end_s - from_s),
        peak_velocity_mps=_peak_mps(motion, own_s, start_s, until_s),
        # The stance from which the athlete pushes off is one contact in progress at the start.
        steps=1 + int(np.sum((own_s >= start_s) & (own_s <= until_s))),
        step_frequency_hz=(
            float(spacing / (window_s[-1] - window_s[0])) if spacing >= 2 else math.nan
        ),
        lean_rad=float(np.mean(motion.lean_rad[int(start_s / STEP_S) : int(until_s / STEP_S)])),
        slack_s=_slack_s(rep, motion, start_s),
        load_kg=rep.load_kg,
        sled_kg=rep.sled_kg,
        unresisted=rep.tow is None,
    )


def _start_s(motion: Motion, push: int) -> float:
    """The last rise through 0.10 m/s before the run's 1.5 m/s."""
    velocity = motion.velocity_mps
    fast = push + int(np.argmax(velocity[push:] >= RUN_MPS))
    slow = int(np.flatnonzero(velocity[:fast] < START_MPS)[-1])
    part = (START_MPS - velocity[slow]) / (velocity[slow + 1] - velocity[slow])
    return float((slow + part) * STEP_S)


def _zero_m(motion: Motion, start_s: float) -> float:
    """Mean place over the last half second of stillness; without any, the place at the start."""
    start = int(start_s / STEP_S)
    need = round(STILL_S / STEP_S)
    moving = np.flatnonzero(np.abs(motion.velocity_mps[: start + 1]) >= STILL_MPS)
    # Still stretches lie between moving samples; the last one long enough counts.
    edges = np.concatenate([[-1], moving])
    long_enough = np.flatnonzero(np.diff(edges) - 1 >= need)
    if not len(long_enough):
        return float(np.interp(start_s, motion.time_s, motion.distance_m))
    stop = int(edges[long_enough[-1] + 1])
    return float(np.mean(motion.distance_m[stop - need : stop]))


def _crossing_s(motion: Motion, first: int, last: int, place_m: float) -> float:
    path = motion.distance_m[first:last]
    past = np.flatnonzero(path >= place_m)
    if not len(past) or past[0] == 0:
        return math.nan
    i = int(past[0])
    part = (place_m - path[i - 1]) / (path[i] - path[i - 1])
    return float((first + i - 1 + part) * STEP_S)


def _peak_mps(motion: Motion, contacts_s: FloatArray, start_s: float, until_s: float) -> float:
    """Highest moving mean over one local step period, centred in [start, until]."""
    if len(contacts_s) < 2:
        return math.nan
    middle = (contacts_s[1:] + contacts_s[:-1]) / 2
    centre = np.arange(math.ceil(start_s / STEP_S), math.floor(until_s / STEP_S) + 1) * STEP_S
    period = np.interp(centre, middle, np.diff(contacts_s))
    ahead = np.interp(centre + period / 2, motion.time_s, motion.distance_m)
    behind = np.interp(centre - period / 2, motion.time_s, motion.distance_m)
    return float(np.max((ahead - behind) / period))


def _slack_s(rep: RepScript, motion: Motion, start_s: float) -> float:
    if rep.tow is None or rep.run.first_load_index is None:
        return math.nan
    load_s = (rep.start + rep.run.first_load_index) * STEP_S
    here, there = np.interp([start_s, load_s], motion.time_s, motion.distance_m)
    if there - here < LEAST_SLACK_TRAVEL_M:
        return 0.0
    return float(load_s - start_s)


def _row(rep: RepTruth) -> dict[str, Any]:
    values: dict[str, Any] = {
        "number": rep.number,
        "start_s": rep.start_s,
        "end_s": rep.end_s,
        "split_5yd_s": rep.split_s(5.0),
        "split_10yd_s": rep.split_s(10.0),
        "mean_velocity_mps": rep.mean_velocity_mps,
        "window_velocity_mps": rep.window_velocity_mps,
        "peak_velocity_mps": rep.peak_velocity_mps,
        "steps": rep.steps,
        "step_frequency_hz": rep.step_frequency_hz,
        "slack_s": rep.slack_s,
        "load_kg": rep.load_kg,
        "sled_kg": rep.sled_kg,
        "unresisted": rep.unresisted,
    }
    return {
        key: None if isinstance(value, float) and math.isnan(value) else value
        for key, value in values.items()
    }
