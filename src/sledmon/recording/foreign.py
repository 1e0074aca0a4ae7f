"""Tether tables of other systems, told by their header; IMPORTS.md says what is assumed of each."""

import re
from dataclasses import dataclass
from typing import Final

from sledmon.errors import ImportTableError
from sledmon.recording.csv_rows import CsvFile
from sledmon.units import METRES_PER_YARD

CHRONOJUMP: Final = "Chronojump race analyzer"
_CHRONOJUMP_NAMES: Final = ("pulses", "time(useconds)", "force(n)")

_DYNASPEED: Final = "a MuscleLab DynaSpeed's"
_TIMES: Final = {"time", "t", "elapsed time"}
_PLACES: Final = {"distance", "position", "dist", "pos", "x"}
_SPEEDS: Final = {"velocity", "speed", "raw_velocity", "v", "vel"}
_SECONDS: Final = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
_METRES: Final = {
    "m": 1.0, "meters": 1.0, "metres": 1.0, "cm": 1e-2, "mm": 1e-3,
    "yd": METRES_PER_YARD, "yards": METRES_PER_YARD, "ft": METRES_PER_YARD / 3,
}  # fmt: skip
_HEAD: Final = re.compile(r"(?P<name>.*?)[\s_]*(?:[(\[](?P<unit>[^)\]]*)[)\]])?")
_ROW_A_RUN: Final = re.compile(r"topspeed|\d+\s*-\s*\d+ ?(m|yd) time|(split_)?\d+ ?(m|yd)(_s)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreign:
    """How another system's table is read."""

    system: str
    columns: tuple[str, str]
    """Its names of time and place."""
    units: tuple[float, float]
    """Of them, in seconds and metres."""
    reads: str
    """What is taken for what, as a sentence."""
    assumed: tuple[str, ...] = ()


def recognised(file: CsvFile) -> Foreign | None:
    """What the header says; None where it says nothing, an error where it says too little."""
    plain = tuple(name.lower() for name in file.names)
    if plain[:3] == _CHRONOJUMP_NAMES:
        return Foreign(
            system=CHRONOJUMP,
            columns=(file.names[1], file.names[0]),
            units=(1e-6, 1.0),
            reads=f"read as a {CHRONOJUMP}'s.",
        )
    heads = {column: _head(column) for column in file.names}
    times = [column for column, (name, _) in heads.items() if name in _TIMES]
    places = [column for column, (name, _) in heads.items() if name in _PLACES]
    if len(times) == 1 and len(places) == 1:
        return _timed_places(file, times[0], places[0])
    for many, what in ((times, "time"), (places, "distance")):
        if len(many) > 1:
            raise ImportTableError(
                f"{file.path}, line 1, column {many[1]}: {many[0]} is a {what} too; remove one"
            )
    if times and any(name in _SPEEDS for name, _ in heads.values()):
        raise ImportTableError(
            f"{file.path} holds speed but no distance: gates and starts are places, and speed that"
            " a device has smoothed does not give them back; export its distance column"
        )
    if any(_ROW_A_RUN.fullmatch(_head(column)[0]) for column in file.names):
        raise ImportTableError(
            f"{file.path} holds a row a run, not a run's samples: export the samples, or give it to"
            " sledmon compare --reference"
        )
    return None


def _timed_places(file: CsvFile, time: str, place: str) -> Foreign:
    bases = {_head(column)[0] for column in file.names}
    if {"time", "distance", "velocity", "raw_velocity"} <= bases:
        system = _DYNASPEED
    elif {"time", "position", "speed", "acceleration", "force"} <= bases:
        system = "a 1080 Sprint's samples (layout assumed)"
    else:
        system = "a generic table"
    units, assumed = [], []
    for column, default, known in ((time, "s", _SECONDS), (place, "m", _METRES)):
        given = _head(column)[1]
        unit = given or default
        if unit not in known:
            raise ImportTableError(
                f"{file.path}, line 1, column {column}: its unit {given!r} is not known; convert it"
                f" to {default} and name it so"
            )
        units.append(known[unit])
        if not given and system != _DYNASPEED:
            assumed.append(f"{column} names no unit, {default} is assumed.")
    return Foreign(
        system=system,
        columns=(time, place),
        units=(units[0], units[1]),
        reads=f"read as {system}: {time} and {place}, which grows as the athlete runs.",
        assumed=tuple(assumed),
    )


def _head(column: str) -> tuple[str, str]:
    """A column's name and unit in small letters, the unit empty where it has none.

    >>> _head("Position [m]"), _head("time_ms"), _head("raw_velocity"), _head("Distance(YD)")
    (('position', 'm'), ('time', 'ms'), ('raw_velocity', ''), ('distance', 'yd'))
    """
    text = column.strip().lower()
    found = _HEAD.fullmatch(text)
    if found is None:
        return text, ""
    name, unit = found["name"], found["unit"]
    if unit is not None:
        return name, unit.strip()
    base, _, tail = name.rpartition("_")
    known = tail in _SECONDS or tail in _METRES
    return (base, tail) if base and known else (name, "")
