"""A rep's numbers and sentences, as the panel beside its curves reads them."""

import math
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from sledmon.estimate import RepTrace
from sledmon.judge.wording import verdict_sentence
from sledmon.present.quantities import UNKNOWN, Quantities, plus_minus, seconds
from sledmon.present.replay.session import ShownRep
from sledmon.results import Measured, Rep


class Mark(StrEnum):
    """How a rep is marked wherever it stands small: by shape as well as colour."""

    INSIDE = "▲"
    PAST = "▼"
    OTHER = "●"  # not judged, unresisted, or stopped short


class Fact(NamedTuple):
    """One number: "10 yd", "2.95 s", "±0.01"."""

    name: str
    value: str
    error: str


def mark_of(rep: Rep) -> Mark:
    """Past the line, inside it, or neither."""
    if rep.verdict.flag is not None:
        return Mark.PAST
    judged = rep.verdict.velocity_decrement.known and not rep.conditions.unresisted
    return Mark.INSIDE if judged else Mark.OTHER


def heading(shown: ShownRep, quantities: Quantities) -> str:
    """Who, which set, which load."""
    held = shown.rep.conditions
    load = quantities.load(held.sled_kg, held.load_kg, unresisted=held.unresisted)
    return f"{held.athlete} · set {held.set_number} · {load}"


def hero(rep: Rep, quantities: Quantities) -> Fact:
    """The number that verdicts are made on."""
    window = rep.estimates.window
    over = f"{quantities.distance_value(window.from_m):g}–{quantities.distance(window.to_m)}"
    velocity = window.velocity_mps
    unit = quantities.speed_unit
    error = quantities.speed_error(velocity)
    return Fact(f"{unit}, mean over {over}", quantities.speed(velocity.value), error)


def facts(rep: Rep, quantities: Quantities) -> Iterator[Fact]:
    """All other numbers; what is unknown is a dash."""
    estimates, unit = rep.estimates, quantities.speed_unit
    for split in estimates.splits:
        name = quantities.distance(split.distance_m)
        yield Fact(name, _united(seconds(split.time_s), "s"), plus_minus(split.time_s.sigma, 2))
    for name, velocity in (
        ("mean", estimates.mean_velocity_mps),
        ("peak", estimates.peak_velocity_mps),
    ):
        error = quantities.speed_error(velocity)
        yield Fact(name, _united(quantities.speed(velocity.value), unit), error)
    steps = estimates.steps
    yield Fact("steps", UNKNOWN if steps.count is None else str(steps.count), "")
    frequency = steps.frequency_hz
    yield Fact("per second", seconds(frequency, 1), plus_minus(frequency.sigma, 1))
    lean, sigma = math.degrees(estimates.lean.mean_rad), math.degrees(estimates.lean.sigma_rad)
    yield Fact("lean", UNKNOWN if math.isnan(lean) else f"{lean:.0f}°", plus_minus(sigma, 0))


def sentences(shown: ShownRep) -> Iterator[str]:
    """What is to be said of a rep: verdict, trust and why, what the coach wrote."""
    rep = shown.rep
    verdict = verdict_sentence(rep)
    if rep.excluded:
        yield "Excluded: it counts for nothing."
    elif verdict:
        yield verdict
    elif rep.conditions.unresisted:
        yield "A free backpedal: others are held against it."
    elif rep.verdict.velocity_decrement.known:
        yield "Inside your speed setting."
    elif not rep.estimates.complete:
        yield "Not judged: it was not seen to its end."
    else:
        yield "Not judged: no free backpedal to hold it against."
    notes = (*rep.estimates.notes, *rep.verdict.notes)
    why = f": {'; '.join(notes)}" if notes else ""
    yield f"Trust {rep.estimates.trust}{why}."
    yield from (f"Note: {text}" for text in shown.said)


def why_no_curve(shown: ShownRep) -> str:
    """In a sentence; empty where there is one."""
    if isinstance(shown.trace, RepTrace):
        return ""
    if shown.corrected.wanted.begun is None:
        return "No curve: no tether was seen, and a belt alone tells of steps, not of velocity."
    return f"No curve: {shown.trace.why}."


def at_cursor(shown: ShownRep, time_s: float, quantities: Quantities) -> str:
    """Where the athlete is and how fast, at a session time."""
    trace = shown.trace
    after_s = time_s - shown.rep.estimates.start_s
    if not isinstance(trace, RepTrace) or not trace.time_s[0] <= time_s <= trace.time_s[-1]:
        return f"{after_s:+.2f} s"
    velocity, sigma, distance = (
        float(np.interp(time_s, trace.time_s, each))
        for each in (trace.velocity_mps, trace.velocity_sigma_mps, trace.distance_m)
    )
    speed = f"{quantities.speed(velocity)} {quantities.speed_unit}"
    error = quantities.speed_error(Measured(velocity, sigma))
    where = f"{quantities.distance_value(distance):.2f} {quantities.settings.distance}"
    return f"{after_s:+.2f} s · {where} · {speed} {error}"


def shortened(name: str, most: int = 28) -> str:
    """A file's name with its middle left out.

    >>> shortened("a-very-long-name-that-somebody-gave-a-recording", 12)
    'a-ver…ording'
    """
    keep = (most - 1) // 2
    return name if len(name) <= most else f"{name[:keep]}…{name[keep + 1 - most :]}"


def _united(value: str, unit: str) -> str:
    return value if value == UNKNOWN else f"{value} {unit}"
