"""A session's summary in words and rows, in the user's units; nothing of it where blinded."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from sledmon.judge.wording import percent_words
from sledmon.plan import ZONES
from sledmon.present import words
from sledmon.present.quantities import Quantities, plus_minus
from sledmon.present.rows import Column, Row
from sledmon.present.summary.days import AthleteDay, Pull, in_order, main_distance_m
from sledmon.results import LoadVelocity, Measured

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
        return (words.NO_SUMMARY,)
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
