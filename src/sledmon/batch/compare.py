"""Sessions side by side: athletes, days and loads, their scatter, and another method beside."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from sledmon.batch.metrics import in_order, values_of
from sledmon.batch.reference import Matched
from sledmon.judge.agreement import Agreement, agreement
from sledmon.judge.reliability import TypicalError, smallest_worthwhile, typical_error
from sledmon.results import Conditions, Measured, Rep, Session
from sledmon.samples import FloatArray
from sledmon.units import metres_to_yards

ALL: Final = "all loads"
TRUSTED: Final = ("good", "fair")


class Entry(NamedTuple):
    """One rep among all."""

    recording: int
    rep: Rep
    athlete: str
    day: str
    condition: str
    values: dict[str, Measured]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One athlete's reps of one day at one load."""

    athlete: str
    day: str
    condition: str
    reps: int
    metrics: Mapping[str, tuple[float, float]]
    """Mean and standard deviation; NaN where unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reliability:
    """Scatter of one quantity at one load."""

    metric: str
    condition: str
    within_day: TypicalError
    """Rep to rep."""
    between_days: TypicalError
    """Of a day's mean."""
    device: float
    """Of one rep's measurement alone, as stated: root mean square of its standard errors."""
    swc: float
    """Smallest worthwhile change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Everything that ``sledmon compare`` says of reps."""

    cells: tuple[Cell, ...]
    reliability: tuple[Reliability, ...]
    agreement: Mapping[str, Agreement]
    """By quantity: ours less the reference's."""
    notes: tuple[str, ...]


def compare(
    sessions: Sequence[tuple[str, Session]], days: Sequence[str], matched: Matched | None = None
) -> Comparison:
    """Complete reps of fair or good trust that nobody excluded, by athlete, day and load.

    ``days`` says when each session was, empty where nobody knows: then it is a day of its own.
    """
    entries: list[Entry] = []
    left_out = 0
    for place, ((name, session), day) in enumerate(zip(sessions, days, strict=True)):
        for rep in session.reps:
            fit = rep.estimates.complete and rep.estimates.trust in TRUSTED
            if rep.excluded or not fit:
                left_out += 1
                continue
            entries.append(
                Entry(
                    place,
                    rep,
                    rep.conditions.athlete,
                    day or Path(name).stem,
                    condition_of(rep.conditions),
                    values_of(rep),
                )
            )
    notes = list(matched.notes) if matched else []
    if left_out:
        notes.append(f"{left_out} reps left out: incomplete, excluded or of poor trust.")
    athletes = {
        entry.athlete
        for entry in entries
        if matched and (entry.recording, entry.rep.number) in matched.values
    }
    if len(athletes) == 1:
        notes.append("agreement is of one athlete's reps: it says nothing of others.")
    if not all(days):
        notes.append("recordings without a date count as a day each.")
    metrics = in_order(name for entry in entries for name in entry.values)
    conditions = sorted({entry.condition for entry in entries})
    if len(conditions) > 1:
        conditions.append(ALL)
    reliability = [
        found
        for metric in metrics
        for condition in conditions
        if (found := _reliability(entries, metric, condition)) is not None
    ]
    return Comparison(
        cells=tuple(_cells(entries, metrics)),
        reliability=tuple(reliability),
        agreement=_agreement(entries, metrics, matched) if matched else {},
        notes=tuple(notes),
    )


def condition_of(conditions: Conditions) -> str:
    """Load, distance and surface in words: only equals are compared."""
    load = "no sled" if conditions.unresisted else f"{conditions.resistance_kg:.1f} kg"
    parts = [load, f"{round(metres_to_yards(conditions.distance_m), 2):g} yd", conditions.surface]
    return ", ".join(filter(None, parts))


def _groups(
    entries: Sequence[Entry], metric: str, condition: str, *by: str
) -> dict[tuple[str, ...], FloatArray]:
    """Values by athlete, load and whatever else they must share."""
    found: dict[tuple[str, ...], list[float]] = {}
    for entry in entries:
        if metric in entry.values and condition in (ALL, entry.condition):
            key = tuple(getattr(entry, name) for name in ("athlete", "condition", *by))
            found.setdefault(key, []).append(entry.values[metric].value)
    return {key: np.array(values) for key, values in found.items()}


def _cells(entries: Sequence[Entry], metrics: Sequence[str]) -> list[Cell]:
    keys = sorted({(entry.athlete, entry.condition, entry.day) for entry in entries})
    cells = []
    for athlete, condition, day in keys:
        own = [e for e in entries if (e.athlete, e.condition, e.day) == (athlete, condition, day)]
        spread = {}
        for metric in metrics:
            values = np.array([e.values[metric].value for e in own if metric in e.values])
            known = values[np.isfinite(values)]
            mean = float(np.mean(known)) if len(known) else math.nan
            sd = float(np.std(known, ddof=1)) if len(known) > 1 else math.nan
            spread[metric] = (mean, sd)
        cells.append(
            Cell(athlete=athlete, day=day, condition=condition, reps=len(own), metrics=spread)
        )
    return cells


def _reliability(entries: Sequence[Entry], metric: str, condition: str) -> Reliability | None:
    """None where nothing scatters: no two values of one athlete at one load."""
    by_day = _groups(entries, metric, condition, "day")
    within = typical_error(list(by_day.values()))
    day_means: dict[tuple[str, ...], list[float]] = {}
    for (athlete, load, _), values in by_day.items():
        if np.any(np.isfinite(values)):
            day_means.setdefault((athlete, load), []).append(float(np.nanmean(values)))
    between = typical_error([np.array(means) for means in day_means.values()])
    if not within.dof and not between.dof:
        return None
    sigmas = np.array([e.values[metric].sigma for e in entries if metric in e.values])
    known = sigmas[np.isfinite(sigmas)]
    athletes = list(_groups(entries, metric, condition).values())
    return Reliability(
        metric=metric,
        condition=condition,
        within_day=within,
        between_days=between,
        device=float(np.sqrt(np.mean(known**2))) if len(known) else math.nan,
        # Athletes at different loads do not differ as athletes.
        swc=math.nan
        if condition == ALL
        else smallest_worthwhile(athletes, within.typical_error.value),
    )


def _agreement(
    entries: Sequence[Entry], metrics: Sequence[str], matched: Matched
) -> dict[str, Agreement]:
    found: dict[str, Agreement] = {}
    for metric in metrics:
        pairs = [
            (entry.values[metric].value - theirs[metric], entry.athlete)
            for entry in entries
            if metric in entry.values
            and metric in (theirs := matched.values.get((entry.recording, entry.rep.number), {}))
        ]
        if pairs:
            differences, athletes = zip(*pairs, strict=True)
            found[metric] = agreement(np.array(differences), athletes)
    return found
