"""What a session was for each athlete: own best first; a ranking only where it is asked for."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sledmon.judge.stream import is_valid, resistance_of
from sledmon.results import UNKNOWN, AthleteSummary, LoadVelocity, Measured, Rep


@dataclass(frozen=True, kw_only=True, slots=True)
class Pull:
    """One athlete's reps over one distance at one load."""

    reps: tuple[Rep, ...]
    """All of them, in order; at least one."""
    cv: float
    """Rep-to-rep variation as the session taught it."""

    @property
    def counted(self) -> tuple[Rep, ...]:
        """Those that teach anything."""
        return tuple(rep for rep in self.reps if is_valid(rep))

    @property
    def best(self) -> Measured:
        """The fastest of them."""
        return max(map(_velocity, self.counted), default=UNKNOWN)

    @property
    def mean(self) -> Measured:
        """Their mean; its error holds the variation from rep to rep."""
        velocities = [_velocity(rep) for rep in self.counted]
        if not velocities:
            return UNKNOWN
        n = len(velocities)
        value = math.fsum(velocity.value for velocity in velocities) / n
        noise = math.sqrt(math.fsum(velocity.sigma**2 for velocity in velocities) / n)
        cv = 0.0 if math.isnan(self.cv) else self.cv
        return Measured(value, math.hypot(cv * value, noise) / math.sqrt(n))

    @property
    def loss(self) -> Measured:
        """What the last of them had lost since the first at this load."""
        return self.counted[-1].verdict.session_loss if self.counted else UNKNOWN

    @property
    def zones(self) -> Counter[str]:
        """How many were in which zone."""
        return Counter(rep.verdict.zone for rep in self.counted)

    @property
    def flags(self) -> int:
        """How many bear a flag."""
        return sum(rep.verdict.flag is not None for rep in self.reps)


@dataclass(frozen=True, kw_only=True, slots=True)
class AthleteDay:
    """One athlete's session."""

    name: str
    under_16: bool
    pulls: tuple[Pull, ...]
    """By distance, then by load."""
    summary: AthleteSummary | None
    """Of the distance with the most reps."""

    @property
    def reps(self) -> int:
        """All of them."""
        return sum(len(pull.reps) for pull in self.pulls)

    @property
    def flags(self) -> int:
        """All of them."""
        return sum(pull.flags for pull in self.pulls)

    @property
    def line(self) -> LoadVelocity | None:
        """How velocity falls with load."""
        return self.summary.load_velocity if self.summary else None

    def best_free(self, distance_m: float) -> Measured:
        """The fastest counted rep without a sled over a distance."""
        free = [
            pull.best
            for pull in self.pulls
            if pull.reps[0].conditions.unresisted
            and round(pull.reps[0].conditions.distance_m - distance_m, 6) == 0
        ]
        return max((best for best in free if best.known), default=UNKNOWN)


def athlete_days(
    reps: Iterable[Rep], summaries: Iterable[AthleteSummary], minors: Collection[str] = ()
) -> tuple[AthleteDay, ...]:
    """A session by athlete, in the order in which they first ran."""
    theirs: dict[str, list[Rep]] = {}
    for rep in reps:
        theirs.setdefault(rep.conditions.athlete, []).append(rep)
    known = {(one.athlete, round(one.distance_m, 6)): one for one in summaries}
    return tuple(_day(name, own, known, name in minors) for name, own in theirs.items())


def main_distance_m(days: Iterable[AthleteDay]) -> float:
    """The distance that most reps of the session were run over; NaN without any."""
    distances = Counter(
        round(rep.conditions.distance_m, 6)
        for day in days
        for pull in day.pulls
        for rep in pull.reps
    )
    return distances.most_common(1)[0][0] if distances else math.nan


def in_order(days: Sequence[AthleteDay], *, ranked: bool) -> tuple[tuple[str, AthleteDay], ...]:
    """Each with a rank, or without: minors and who has no free backpedal are never ranked."""
    if not ranked:
        return tuple(("", day) for day in days)
    distance_m = main_distance_m(days)
    placed = [day for day in days if not day.under_16 and day.best_free(distance_m).known]
    placed.sort(key=lambda day: -day.best_free(distance_m).value)
    others = [day for day in days if day not in placed]
    return (
        *((f"{rank}", day) for rank, day in enumerate(placed, start=1)),
        *(("", day) for day in others),
    )


def _day(
    name: str,
    reps: list[Rep],
    known: dict[tuple[str, float], AthleteSummary],
    under_16: bool,
) -> AthleteDay:
    pulls: dict[tuple[float, bool, float], list[Rep]] = {}
    for rep in reps:
        of = rep.conditions
        where = round(of.distance_m, 6), not of.unresisted, resistance_of(rep)
        pulls.setdefault(where, []).append(rep)
    distances = Counter(round(rep.conditions.distance_m, 6) for rep in reps)
    by_distance = {distance: known.get((name, distance)) for distance in distances}
    return AthleteDay(
        name=name,
        under_16=under_16,
        pulls=tuple(
            Pull(reps=tuple(own), cv=_cv(by_distance[where[0]]))
            for where, own in sorted(pulls.items())
        ),
        summary=by_distance[distances.most_common(1)[0][0]],
    )


def _cv(summary: AthleteSummary | None) -> float:
    return summary.rep_cv.value if summary else math.nan


def _velocity(rep: Rep) -> Measured:
    return rep.estimates.window.velocity_mps
