"""The coach's events folded into what each rep was done under."""

import math
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sledmon.events import EventValue, parse_event
from sledmon.results import Conditions, Measured
from sledmon.rig import Rig
from sledmon.samples import Event
from sledmon.units import METRES_PER_YARD

_STATE: Final = frozenset(
    {"athlete", "load_kg", "sled_kg", "surface", "set", "unresisted", "distance_yd", "baseline"}
)
_PER_REP: Final = frozenset({"exclude_rep", "include_rep"})
_LATER: Final = frozenset({"plan", "recover_rep", "rep_edges"})


class _Entry(NamedTuple):
    ordinal: int
    time_s: float
    kind: str
    value: EventValue


@dataclass(frozen=True, slots=True)
class RepState:
    """What one rep was done under, and whether the coach excluded it."""

    conditions: Conditions
    excluded: bool
    baseline: Measured | None
    """Baseline window velocity brought by an event, m/s."""


class CoachLog:
    """Every event of a session, in order of arrival; nothing is ever edited."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._rig = Rig()

    def set_rig(self, rig: Rig) -> None:
        """The rig gives the empty sled and the surface until an event says otherwise."""
        self._rig = rig

    def add(self, event: Event, ordinal: int) -> None:
        """Take one event with the ordinal of its record; EventError if it makes no sense."""
        value = parse_event(event.kind, event.value)
        self._entries.append(_Entry(ordinal, event.time_s, event.kind, value))

    def not_acted_on(self) -> tuple[str, ...]:
        """Events that are kept but change nothing yet."""
        kinds = sorted({entry.kind for entry in self._in_force() if entry.kind in _LATER})
        return tuple(f"event {kind} is kept but not acted on by this version" for kind in kinds)

    def distance_at(self, start_s: float, ordinal: int) -> float:
        """Programmed distance for a rep starting then, from events up to a record."""
        yards = _said(self._in_force(ordinal), start_s).get("distance_yd")
        return Conditions().distance_m if yards is None else yards * METRES_PER_YARD

    def state_of(self, start_s: float, end_s: float) -> RepState:
        """State of a rep from every event so far: those that came later correct it.

        A correction names a session time inside the rep; ``end_s`` is where the next rep may begin.
        """
        force = self._in_force()
        said = _said(force, start_s)
        default = Conditions()
        unresisted = said.get("unresisted", False)
        yards = said.get("distance_yd")
        conditions = Conditions(
            athlete=said.get("athlete", default.athlete),
            set_number=said.get("set", 1),
            unresisted=unresisted,
            load_kg=0.0 if unresisted else said.get("load_kg", 0.0),
            sled_kg=0.0 if unresisted else said.get("sled_kg", self._rig.sled.mass_kg),
            surface=said.get("surface", self._rig.sled.surface),
            distance_m=default.distance_m if yards is None else yards * METRES_PER_YARD,
        )
        excluded = False
        for entry in force:
            if entry.kind in _PER_REP:
                moment_s = entry.time_s if entry.value is None else entry.value
                if isinstance(moment_s, float) and start_s <= moment_s < end_s:
                    excluded = entry.kind == "exclude_rep"
        baseline = Measured(*said["baseline"]) if "baseline" in said else None
        return RepState(conditions, excluded, baseline)

    def _in_force(self, ordinal: int | None = None) -> list[_Entry]:
        """Events up to a record without those that were undone, and without the undoing."""
        kept: list[_Entry] = []
        for entry in self._entries:
            if ordinal is not None and entry.ordinal > ordinal:
                break
            if entry.kind != "undo":
                kept.append(entry)
            elif kept:
                kept.pop()
        return kept


def _said(entries: list[_Entry], start_s: float) -> dict[str, Any]:
    """For each kind of state, the value of the newest event at or before ``start_s``."""
    values: dict[str, Any] = {}
    newest_s: dict[str, float] = {}
    for entry in entries:
        if entry.kind in _STATE and newest_s.get(entry.kind, -math.inf) <= entry.time_s <= start_s:
            values[entry.kind] = entry.value
            newest_s[entry.kind] = entry.time_s
    return values
