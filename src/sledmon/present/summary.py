"""What a session was for each athlete: own best first; a ranking only where it is asked for."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sledmon.judge.stream import is_valid, resistance_of
from sledmon.judge.wording import percent_words
from sledmon.plan import ZONES
from sledmon.present import words
from sledmon.present.quantities import Quantities, plus_minus
from sledmon.present.rows import Column, Row
from sledmon.results import UNKNOWN, AthleteSummary, LoadVelocity, Measured, Rep

ATHLETE_COLUMNS: Final = (
    Column(share=4.2),
    Column(share=1.2, right=True),
    Column(share=3.0, right=True),
    Column(share=1.3, right=True),
)
PULL_COLUMNS: Final = (
    Column(share=3.6),
    Column(share=1.2, right=True),
    Column(share=2.7, right=True),
    Column(share=2.7, right=True),
    Column(share=2.3, right=True),
    Column(share=5.0, right=True),
    Column(share=1.5, right=True),
)


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


def athlete_rows(
    days: Sequence[AthleteDay], quantities: Quantities, *, ranked: bool
) -> tuple[Row, ...]:
    """A line an athlete."""
    distance_m = main_distance_m(days)
    rows = []
    for place, (rank, day) in enumerate(in_order(days, ranked=ranked), start=1):
        best = day.best_free(distance_m)
        name = f"{rank}. {day.name}" if rank else day.name
        rows.append(
            Row(
                cells=(name, str(day.reps), speed_words(best, quantities), flag_words(day.flags)),
                key=str(place) if place <= 9 else "",
            )
        )
    return tuple(rows)


def pull_rows(day: AthleteDay, quantities: Quantities) -> tuple[Row, ...]:
    """A line a load."""
    several = len({pull.reps[0].conditions.distance_m for pull in day.pulls}) > 1
    return tuple(
        Row(
            cells=(
                _pull_words(pull, quantities, several=several),
                str(len(pull.counted)),
                speed_words(pull.best, quantities),
                speed_words(pull.mean, quantities),
                loss_words(pull.loss, quantities),
                zone_words(pull.zones),
                flag_words(pull.flags),
            )
        )
        for pull in day.pulls
    )


def heads(texts: Iterable[str], quantities: Quantities) -> Row:
    """Headings of columns, with units."""
    return Row(cells=tuple(text.format(unit=quantities.speed_unit) for text in texts))


def sentences(day: AthleteDay, quantities: Quantities) -> tuple[str, ...]:
    """What is to be said of an athlete beside the table."""
    if quantities.settings.blinded:
        return (words.BLINDED,)
    if not any(pull.counted for pull in day.pulls):
        return (words.NO_COUNTED.format(name=day.name),)
    summary = day.summary
    if summary is None:
        return ()
    said = []
    if summary.baseline_mps.known:
        speed = f"{speed_words(summary.baseline_mps, quantities)} {quantities.speed_unit}"
        said.append(words.FREE_BACKPEDAL.format(speed=speed))
    if summary.rep_cv.known:
        said.append(words.VARIES.format(percent=_percent(summary.rep_cv)))
    line = summary.load_velocity
    if line.why_not:
        said.append(_sentence(line.why_not))
    else:
        said.append(_slope_words(line, quantities))
    load = summary.load_for_target_kg
    if load.known:
        mass = f"{quantities.mass_value(load.value):.0f} "
        mass += f"{plus_minus(quantities.mass_value(load.sigma), 0)} {quantities.settings.mass}"
        said.append(words.TO_LINE.format(mass=mass))
    return (*said, *map(_sentence, summary.notes))


def explained(days: Sequence[AthleteDay], quantities: Quantities) -> str:
    """What the numbers are."""
    for day in days:
        for pull in day.pulls:
            window = pull.reps[0].estimates.window
            length = quantities.distance(window.to_m - window.from_m)
            return words.EXPLAINED.format(window=length)
    return ""


def speed_words(velocity: Measured, quantities: Quantities) -> str:
    """A velocity with its error: "4.11 ±0.02"; hidden where numbers are."""
    if not velocity.known or quantities.settings.blinded:
        return words.UNKNOWN
    return f"{quantities.speed(velocity.value)} {quantities.speed_error(velocity)}".strip()


def loss_words(loss: Measured, quantities: Quantities) -> str:
    """A loss in whole per cent with its error."""
    if not loss.known or quantities.settings.blinded:
        return words.UNKNOWN
    return _percent(loss)


def zone_words(zones: Counter[str]) -> str:
    """How many reps were inside the speed line, between the lines, past the strength line.

    >>> zone_words(Counter(speed=3, strength=1)), zone_words(Counter(baseline=3))
    ('3 / 0 / 1', 'baseline')
    """
    if any(zones[zone] for zone in ZONES):
        return " / ".join(str(zones[zone]) for zone in ZONES)
    if not zones:
        return words.UNKNOWN
    return words.BASELINE if zones["baseline"] else words.NOT_JUDGED


def flag_words(flags: int) -> str:
    """How many flags, with their shape.

    >>> flag_words(2), flag_words(0)
    ('▼ 2', '')
    """
    return f"▼ {flags}" if flags else ""


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


def _pull_words(pull: Pull, quantities: Quantities, *, several: bool) -> str:
    of = pull.reps[0].conditions
    load = quantities.load(of.sled_kg, of.load_kg, unresisted=of.unresisted)
    return f"{quantities.distance(of.distance_m)}, {load}" if several else load


def _percent(ratio: Measured) -> str:
    error = plus_minus(100 * ratio.sigma, 0)
    return f"{percent_words(ratio.value).replace('-', '−')} {error}".strip()


def _slope_words(line: LoadVelocity, quantities: Quantities) -> str:
    per_mass = quantities.mass_value(1.0)
    slope = quantities.speed_value(line.slope_mps_per_kg.value) / per_mass
    sigma = quantities.speed_value(line.slope_mps_per_kg.sigma) / per_mass
    decimals = 3
    return words.LOSES.format(
        slope=f"{slope:.{decimals}f} {plus_minus(sigma, decimals)}".strip(),
        speed_unit=quantities.speed_unit,
        mass_unit=quantities.settings.mass,
        r_squared=line.r_squared,
    )


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{note[1:].rstrip('.')}."
