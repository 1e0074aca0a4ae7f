"""What a session says of each athlete over each distance: baseline, variation, load-velocity."""

import math
from collections.abc import Iterable

from sledmon.judge.baseline import Unresisted
from sledmon.judge.load_velocity import fit_load_velocity, load_for
from sledmon.judge.stream import Stream, is_valid, resistance_of
from sledmon.judge.wording import BASELINES_DIFFER
from sledmon.plan import Plan
from sledmon.results import UNKNOWN, AthleteSummary, LoadPoint, Measured, Rep

_DIFFER_SIGMAS = 2.5
_TROUBLED = frozenset({"slack", "start", "sensor", "fatigue"})


def athlete_summary(
    reps: Iterable[Rep], stream: Stream, baseline: Unresisted | None, plan: Plan
) -> AthleteSummary:
    """Sum up one athlete over one distance, on the surface of the last rep.

    Parameters
    ----------
    reps : iterable of Rep
        Judged, all of one athlete and distance, in order; at least one.
    stream : Stream
        What they taught.
    baseline : Unresisted or None
        In force at the last of them.
    plan : Plan
        Likewise.

    Returns
    -------
    AthleteSummary
        Velocities in m/s, loads in kg of sled and plates. Reps with a cause other than load are not
        in the load-velocity line.
    """
    mine = list(reps)
    last = mine[-1].conditions
    variation = stream.variation().measured
    cv = variation.value
    free = UNKNOWN if baseline is None else baseline.at(cv)
    points = [LoadPoint(load_kg=0.0, velocity_mps=free, reps=baseline.reps)] if baseline else []
    points += _loaded_points(mine, last.surface, cv)
    line = fit_load_velocity(points, surface=last.surface)
    lines = plan.lines_of(last.athlete)
    target = lines.speed if plan.target == "speed" else lines.strength
    load_kg, why_not = load_for(line, target)
    notes = [why_not] if why_not and not line.why_not else []
    own = stream.own_baseline(last.surface)
    if baseline is not None and not baseline.reps and own is not None:
        today = own.at(cv)
        if abs(today.value - free.value) > _DIFFER_SIGMAS * math.hypot(today.sigma, free.sigma):
            notes.append(BASELINES_DIFFER.format(brought=free.value, own=today.value))
    return AthleteSummary(
        athlete=last.athlete,
        distance_m=last.distance_m,
        baseline_mps=free,
        baseline_reps=baseline.reps if baseline else 0,
        rep_cv=variation,
        load_velocity=line,
        load_for_target_kg=load_kg,
        notes=tuple(notes),
    )


def _loaded_points(reps: list[Rep], surface: str, cv: float) -> list[LoadPoint]:
    """Mean velocity at every load that was pulled on a surface."""
    by_load: dict[float, list[Measured]] = {}
    for rep in reps:
        conditions = rep.conditions
        if conditions.unresisted or conditions.surface != surface or not is_valid(rep):
            continue
        if rep.verdict.cause not in _TROUBLED:
            velocity = rep.estimates.window.velocity_mps
            by_load.setdefault(resistance_of(rep), []).append(velocity)
    points = []
    for load_kg, velocities in by_load.items():
        n = len(velocities)
        mean = sum(velocity.value for velocity in velocities) / n
        noise = math.sqrt(sum(velocity.sigma**2 for velocity in velocities) / n)
        sigma = math.hypot(cv * mean, noise) / math.sqrt(n)
        points.append(LoadPoint(load_kg=load_kg, velocity_mps=Measured(mean, sigma), reps=n))
    return points
