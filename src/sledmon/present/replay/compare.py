"""Reps beside each other: what differs, and whether by more than its error."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

from sledmon.estimate import RepTrace
from sledmon.present.quantities import UNKNOWN, Quantities, plus_minus, seconds
from sledmon.present.replay.facts import shortened
from sledmon.present.replay.session import ShownRep
from sledmon.results import UNKNOWN as NOT_MEASURED
from sledmon.results import Estimates, Measured

MOST: Final = 6
"""More curves on one another are told apart by nobody."""
CLEAR: Final = 2.0
"""A difference of so many standard errors is one."""
CAVEAT: Final = (
    "± holds the sensors' errors only; the same athlete varies by some 2 % from rep to rep besides."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """A rep that was laid aside, whatever recording it is of."""

    path: Path
    """Of its recording."""
    shown: ShownRep

    @property
    def name(self) -> str:
        """As it is called in the legend."""
        rep = self.shown.rep
        return f"{rep.conditions.athlete}, rep {rep.number} ({shortened(self.path.stem)})"


@dataclass(frozen=True, slots=True)
class SetAside:
    """Reps that are to be compared, in the order they were set aside."""

    reps: tuple[Compared, ...] = ()

    def place(self, path: Path, shown: ShownRep) -> int | None:
        """Where a rep lies among them; None: it does not."""
        mine = path, shown.corrected.start_s
        keys = [(each.path, each.shown.corrected.start_s) for each in self.reps]
        return keys.index(mine) if mine in keys else None

    def now(self, path: Path, reps: Sequence[ShownRep]) -> "SetAside":
        """As a recording's reps stand now; one that is gone is no longer set aside."""
        stand = {each.corrected.start_s: each for each in reps}
        fresh = []
        for each in self.reps:
            shown = each.shown if each.path != path else stand.get(each.shown.corrected.start_s)
            if shown is not None:
                fresh.append(replace(each, shown=shown))
        return SetAside(tuple(fresh))

    def toggled(self, path: Path, shown: ShownRep) -> tuple["SetAside", str]:
        """With a rep or without it, and what is to be said."""
        place, number = self.place(path, shown), shown.rep.number
        if place is not None:
            rest = self.reps[:place] + self.reps[place + 1 :]
            return SetAside(rest), f"Rep {number} is put back."
        if not isinstance(shown.trace, RepTrace):
            return self, f"Rep {number} has no curve to compare."
        if len(self.reps) == MOST:
            return self, f"{MOST} reps are set aside already; put one back first."
        words = f"Rep {number} is set aside; C compares, O opens another recording."
        return SetAside((*self.reps, Compared(path=path, shown=shown))), words


class Difference(NamedTuple):
    """One value of one rep against the first's."""

    value: str
    difference: str
    """With its sign and error; empty for the first rep itself."""
    clear: bool
    """Beyond its error."""


class Row(NamedTuple):
    """One value of all reps."""

    name: str
    cells: tuple[Difference, ...]


def rows(compared: Sequence[Compared], quantities: Quantities) -> Iterator[Row]:
    """Every value that the first rep has, the others against it."""
    first = compared[0].shown.rep.estimates
    decimals = len(quantities.speed(1.0).partition(".")[2])
    speed = quantities.speed_value(1.0)
    part = f"{quantities.distance(first.window.from_m)} to {quantities.distance(first.window.to_m)}"
    velocities: list[tuple[str, Callable[[Estimates], Measured]]] = [
        (f"{part}, {quantities.speed_unit}", lambda e: e.window.velocity_mps),
        (f"mean, {quantities.speed_unit}", lambda e: e.mean_velocity_mps),
        (f"peak, {quantities.speed_unit}", lambda e: e.peak_velocity_mps),
    ]
    all_of = [each.shown.rep.estimates for each in compared]
    for name, of in velocities:
        yield _row(name, [_scaled(of(each), speed) for each in all_of], decimals)
    for split in first.splits:
        times = [_split(each, split.distance_m) for each in all_of]
        yield _row(f"{quantities.distance(split.distance_m)}, s", times, 2)


def _row(name: str, values: Sequence[Measured], decimals: int) -> Row:
    first = values[0]
    cells = [_against(None, first, decimals)]
    cells += [_against(first, each, decimals) for each in values[1:]]
    return Row(name, tuple(cells))


def _against(first: Measured | None, value: Measured, decimals: int) -> Difference:
    text = seconds(value, decimals)
    if first is None:
        return Difference(text, plus_minus(value.sigma, decimals), clear=False)
    if not (first.known and value.known):
        return Difference(text, UNKNOWN, clear=False)
    off, sigma = value.value - first.value, math.hypot(value.sigma, first.sigma)
    error = plus_minus(sigma, decimals)
    signed = f"{off:+.{decimals}f}".replace("-", "−")
    return Difference(text, f"{signed} {error}", clear=abs(off) > CLEAR * sigma)


def _scaled(value: Measured, by: float) -> Measured:
    return Measured(by * value.value, by * value.sigma)


def _split(estimates: Estimates, distance_m: float) -> Measured:
    times = (s.time_s for s in estimates.splits if math.isclose(s.distance_m, distance_m))
    return next(times, NOT_MEASURED)
