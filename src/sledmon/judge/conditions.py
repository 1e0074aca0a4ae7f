"""The coach's events folded into what each rep was done under."""

from bisect import bisect_right
from collections.abc import Iterable
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
        self._folded: _Folded | None = None  # of all entries, until another comes
        self._rig = Rig()

    def set_rig(self, rig: Rig) -> None:
        """The rig gives the empty sled and the surface until an event says otherwise."""
        self._rig = rig

    def add(self, event: Event, ordinal: int) -> None:
        """Take one event with the ordinal of its record; EventError if it makes no sense."""
        value = parse_event(event.kind, event.value)
        self._entries.append(_Entry(ordinal, event.time_s, event.kind, value))
        self._folded = None

    def not_acted_on(self) -> tuple[str, ...]:
        """Events that are kept but change nothing yet."""
        kinds = sorted({entry.kind for entry in self._fold().entries if entry.kind in _LATER})
        return tuple(f"event {kind} is kept but not acted on by this version" for kind in kinds)

    def distance_at(self, start_s: float, ordinal: int) -> float:
        """Programmed distance for a rep starting then, from events up to a record."""
        yards = self._fold(ordinal).said("distance_yd", start_s)
        return Conditions().distance_m if yards is None else yards * METRES_PER_YARD

    def state_of(self, start_s: float, end_s: float) -> RepState:
        """State of a rep from every event so far: those that came later correct it.

        A correction names a session time inside the rep; ``end_s`` is where the next rep may begin.
        """
        fold = self._fold()
        said = {kind: value for kind in _STATE if (value := fold.said(kind, start_s)) is not None}
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
        for entry in fold.corrections:
            moment_s = entry.time_s if entry.value is None else entry.value
            if isinstance(moment_s, float) and start_s <= moment_s < end_s:
                excluded = entry.kind == "exclude_rep"
        baseline = Measured(*said["baseline"]) if "baseline" in said else None
        return RepState(conditions, excluded, baseline)

    def _fold(self, ordinal: int | None = None) -> "_Folded":
        """Events in force: all of them, or those up to a record."""
        if ordinal is not None and self._entries and self._entries[-1].ordinal > ordinal:
            return _Folded([entry for entry in self._entries if entry.ordinal <= ordinal])
        if self._folded is None:
            self._folded = _Folded(self._entries)
        return self._folded


class _Folded:
    """Events without those that were undone, and without the undoing, sorted to be asked."""

    def __init__(self, entries: Iterable[_Entry]) -> None:
        kept: list[_Entry] = []
        for entry in entries:
            if entry.kind != "undo":
                kept.append(entry)
            elif kept:
                kept.pop()
        self.entries = kept
        self.corrections = [entry for entry in kept if entry.kind in _PER_REP]
        self._said: dict[str, tuple[list[float], list[EventValue]]] = {}
        for entry in sorted(kept, key=lambda entry: entry.time_s):  # of equals, as they came
            if entry.kind in _STATE:
                times_s, values = self._said.setdefault(entry.kind, ([], []))
                times_s.append(entry.time_s)
                values.append(entry.value)

    def said(self, kind: str, start_s: float) -> Any:
        """What the newest event of a kind at or before a time said; None if there is none."""
        times_s, values = self._said.get(kind, ([], []))
        place = bisect_right(times_s, start_s)
        return values[place - 1] if place else None
