"""What was planned: sets, reps, distance, load, rest, lines, plates; read from TOML.

Every key has a default, so an empty plan is the drill as it is usually done. The lines are borrowed
from forward sled sprints (judge/METHODS.md); a plan moves them for everybody or for one athlete.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sledmon.errors import PlanError
from sledmon.toml_text import document_of, nearest, text_of
from sledmon.units import kilograms_to_pounds, pounds_to_kilograms, yards_to_metres

ZONES: Final = ("speed", "transition", "strength")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """Where work changes its name, as ratios of velocity; sources in judge/METHODS.md."""

    speed: float = 0.10
    """Decrement at which work leaves ``speed``."""
    strength: float = 0.25
    """Decrement at which work enters ``strength``; 0.10 in a plan for pure speed."""
    loss_shown: float = 0.05
    """Loss from which it is shown; never flagged."""
    loss_stop: float = 0.10
    """Loss that ends the set."""
    loss_limit: float = 0.20
    """Loss that ends the session: the hard limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedSet:
    """One set; NaN and None: the plan does not say."""

    reps: int = 4
    distance_m: float = math.nan
    load_kg: float = math.nan
    """Plates on the sled."""
    unresisted: bool | None = None
    rest_s: float = math.nan
    """Between its reps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A training plan."""

    name: str = ""
    target: str = "speed"
    """Zone that the work is meant to be in."""
    lines: Lines = Lines()
    athletes: Mapping[str, Lines] = field(default_factory=dict)
    """Lines of those who have their own."""
    stop_reps: int = 2
    """Reps in a row that must lie past the stop line, so that one bad rep ends no set."""
    rest_reps_s: float = math.nan
    rest_sets_s: float = math.nan
    plates_kg: tuple[float, ...] = tuple(pounds_to_kilograms(lb) for lb in (5, 5, 10, 10))
    """Plates at hand, each as often as it is there."""
    in_pounds: bool = True
    """How advice names a mass."""
    sets: tuple[PlannedSet, ...] = ()
    text: str = ""
    """The TOML it was read from."""

    def lines_of(self, athlete: str) -> Lines:
        """Lines of one athlete, in whichever case the name is written."""
        own = {name.casefold(): lines for name, lines in self.athletes.items()}
        return own.get(athlete.casefold(), self.lines)

    def set_numbered(self, number: int) -> PlannedSet:
        """A set by its number from 1; after the last one, the last; an empty one if none is."""
        return self.sets[min(number, len(self.sets)) - 1] if self.sets else PlannedSet()

    def rest_before_s(self, number: int, *, new_set: bool) -> float:
        """Planned rest before a rep of a set; NaN: not planned."""
        if new_set:
            return self.rest_sets_s
        own_s = self.set_numbered(number).rest_s
        return self.rest_reps_s if math.isnan(own_s) else own_s


def read_plan(said: str, *, where: str = "plan") -> Plan:
    """A plan from its TOML text or from the name of a preset.

    >>> read_plan("pure-speed").lines.strength
    0.1
    >>> read_plan("pure-sped")
    Traceback (most recent call last):
        ...
    sledmon.errors.PlanError: plan: no plan is named 'pure-sped'; did you mean 'pure-speed'?
    """
    name = said.strip()
    if name in PRESETS:
        return parse_plan(PRESETS[name], where=where)
    if "=" in said or "[" in said or not name:
        return parse_plan(said, where=where)
    shown = name if len(name) <= 60 else name[:60] + "..."
    raise PlanError(f"{where}: no plan is named '{shown}'{nearest(name, PRESETS)}")


def parse_plan(text: str, *, where: str = "plan.toml") -> Plan:
    """Read a plan; an unknown key or an impossible value is an error naming it.

    >>> plan = parse_plan("lines = {speed = 0.12}")
    >>> plan.lines_of("Ann").speed
    0.12
    >>> parse_plan("lines = {sped = 0.12}")
    Traceback (most recent call last):
        ...
    sledmon.errors.PlanError: plan.toml: unknown key 'sped' in [lines]; did you mean 'speed'?
    """
    document = document_of(text, where, PlanError)
    sets, lines = document.pop("set", []), document.pop("lines", {})
    athletes = document.pop("athletes", {})
    values = _read(document, _PLAN_KEYS, where, "", ("set", "lines", "athletes"))
    general = _lines(lines, Lines(), where, "lines")
    return Plan(
        **values,
        lines=general,
        athletes={
            name: _lines(own, general, where, f'athletes."{name}"')
            for name, own in _table(athletes, where, "athletes").items()
        },
        sets=tuple(_sets(sets, where)),
        text=text,
    )


def read_plan_file(path: Path) -> Plan:
    """The plan that a file holds."""
    return parse_plan(text_of(path, PlanError), where=str(path))


def _sets(tables: Any, where: str) -> Iterable[PlannedSet]:
    if not isinstance(tables, list) or len(tables) > _MOST_SETS:
        raise PlanError(f"{where}: set is a list of up to {_MOST_SETS} sets; write [[set]]")
    for number, table in enumerate(tables, 1):
        place = f"set {number}"
        planned = PlannedSet(**_read(_table(table, where, place), _SET_KEYS, where, place))
        if planned.unresisted and planned.load_kg > 0:
            raise PlanError(f"{where}: {place} is unresisted and has a load; remove one of them")
        yield planned


def _lines(table: Any, base: Lines, where: str, section: str) -> Lines:
    lines = replace(base, **_read(_table(table, where, section), _LINE_KEYS, where, section))
    for low, high in (
        ("speed", "strength"),
        ("loss_shown", "loss_stop"),
        ("loss_stop", "loss_limit"),
    ):
        if getattr(lines, low) > getattr(lines, high):
            raise PlanError(
                f"{where}: in [{section}] {low} = {getattr(lines, low):g} lies above"
                f" {high} = {getattr(lines, high):g}; put them in order"
            )
    return lines


def _table(value: Any, where: str, section: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PlanError(f"{where}: {section} is a section of keys, not a single value")
    return value


_Reading = tuple[str, Callable[[Any, str], Any]]


def _read(
    table: Mapping[str, Any],
    known: Mapping[str, _Reading],
    where: str,
    section: str,
    more: Iterable[str] = (),
) -> dict[str, Any]:
    """Fields from keys; two keys that say the same in two units exclude each other."""
    values: dict[str, Any] = {}
    inside = f" in [{section}]" if section else ""
    for key, value in table.items():
        if key not in known:
            raise PlanError(f"{where}: unknown key '{key}'{inside}{nearest(key, [*known, *more])}")
        name, reading = known[key]
        path = f"{where}: {section + '.' if section else ''}{key}"
        if name in values:
            raise PlanError(f"{path} says {name.rpartition('_')[0]} twice; keep one unit")
        values[name] = reading(value, path)
        if name == "plates_kg":
            values["in_pounds"] = key == "plates_lb"
    return values


def _within(
    low: float, high: float, convert: Callable[[float], float] = float
) -> Callable[[Any, str], float]:
    def reading(value: Any, path: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise PlanError(f"{path} = {value!r} is not a number")
        if not low <= value <= high:  # an integer of any length compares; NaN lies nowhere
            raise PlanError(f"{path} = {_short(value)} lies outside {low:g} to {high:g}")
        return convert(float(value))

    return reading


def _whole(low: int, high: int) -> Callable[[Any, str], int]:
    def reading(value: Any, path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise PlanError(f"{path} = {value!r} is not a whole number")
        if not low <= value <= high:
            raise PlanError(f"{path} = {_short(value)} lies outside {low} to {high}")
        return value

    return reading


def _plates(convert: Callable[[float], float]) -> Callable[[Any, str], tuple[float, ...]]:
    one = _within(0.1, 100.0, convert)

    def reading(value: Any, path: str) -> tuple[float, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= _MOST_PLATES:
            raise PlanError(f"{path} is a list of 1 to {_MOST_PLATES} masses, such as [5, 10]")
        return tuple(one(each, path) for each in value)

    return reading


def _words(value: Any, path: str) -> str:
    if not isinstance(value, str) or len(value) > _MOST_LETTERS:
        raise PlanError(f"{path} is not text in quotes of up to {_MOST_LETTERS} letters")
    return value


def _zone(value: Any, path: str) -> str:
    if value not in ZONES:
        raise PlanError(f"{path} = {value!r} is not one of {', '.join(ZONES)}")
    return str(value)


def _yes_or_no(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise PlanError(f"{path} = {value!r} is not true or false")
    return value


def _short(value: float) -> str:
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return shown if len(shown) <= 20 else shown[:20] + "..."


_MOST_SETS: Final = 100
_MOST_PLATES: Final = 12
_MOST_LETTERS: Final = 200
_SECONDS: Final = _within(0.0, 3600.0)
_RATIO: Final = _within(0.01, 0.9)
_LINE_KEYS: Final[dict[str, _Reading]] = {
    name: (name, _RATIO) for name in ("speed", "strength", "loss_shown", "loss_stop", "loss_limit")
}
_SET_KEYS: Final[dict[str, _Reading]] = {
    "reps": ("reps", _whole(1, 200)),
    "distance_yd": ("distance_m", _within(3.0, 60.0, yards_to_metres)),
    "distance_m": ("distance_m", _within(2.7, 55.0)),
    "load_lb": ("load_kg", _within(0.0, 500.0, pounds_to_kilograms)),
    "load_kg": ("load_kg", _within(0.0, 230.0)),
    "unresisted": ("unresisted", _yes_or_no),
    "rest_between_reps_s": ("rest_s", _SECONDS),
}
_PLAN_KEYS: Final[dict[str, _Reading]] = {
    "name": ("name", _words),
    "target": ("target", _zone),
    "stop_reps": ("stop_reps", _whole(1, 2)),
    "rest_between_reps_s": ("rest_reps_s", _SECONDS),
    "rest_between_sets_s": ("rest_sets_s", _SECONDS),
    "plates_lb": ("plates_kg", _plates(pounds_to_kilograms)),
    "plates_kg": ("plates_kg", _plates(float)),
}


def mass_words(mass_kg: float, *, in_pounds: bool) -> str:
    """A mass in the user's unit, without needless digits.

    >>> mass_words(4.5359237, in_pounds=True), mass_words(2.5, in_pounds=False)
    ('10 lb', '2.5 kg')
    """
    mass = kilograms_to_pounds(mass_kg) if in_pounds else mass_kg
    # A plate typed as 4.54 kg weighs 10.01 lb: nobody says that.
    return f"{round(mass, 1 if in_pounds else 2):g} {'lb' if in_pounds else 'kg'}"


_BASELINE_SET: Final = "[[set]]\nreps = 3\nunresisted = true\n"
_SPEED_RESTS: Final = 'target = "speed"\nrest_between_reps_s = 60\nrest_between_sets_s = 180\n'
PRESETS: Final[dict[str, str]] = {
    "speed-10yd": f'name = "speed-10yd"\n{_SPEED_RESTS}\n{_BASELINE_SET}distance_yd = 10\n'
    + "\n[[set]]\nreps = 3\ndistance_yd = 10\nload_lb = 0\n"
    + "\n[[set]]\nreps = 3\ndistance_yd = 10\nload_lb = 5\n"
    + "\n[[set]]\nreps = 3\ndistance_yd = 10\nload_lb = 10\n",
    "speed-5yd": f'name = "speed-5yd"\n{_SPEED_RESTS}\n{_BASELINE_SET}distance_yd = 5\n'
    + "\n[[set]]\nreps = 4\ndistance_yd = 5\nload_lb = 0\n" * 2
    + "\n[[set]]\nreps = 4\ndistance_yd = 5\nload_lb = 10\n" * 2,
    "pure-speed": f'name = "pure-speed"\n{_SPEED_RESTS}\n[lines]\nspeed = 0.1\nstrength = 0.1\n'
    + f"loss_stop = 0.05\n\n{_BASELINE_SET}distance_yd = 10\n"
    + "\n[[set]]\nreps = 3\ndistance_yd = 10\nload_lb = 0\n" * 3,
    "load-steps": f'name = "load-steps"\n{_SPEED_RESTS}\n{_BASELINE_SET}distance_yd = 10\n'
    + "".join(
        f"\n[[set]]\nreps = 2\ndistance_yd = 10\nload_lb = {load}\n" for load in (0, 5, 10, 20)
    ),
}
"""The drill as it is coached: 3 to 5 sets of few reps, 5-10 yd, the empty sled or 5-20 lb more,
early in the session (SOURCES 2; rests judged)."""
