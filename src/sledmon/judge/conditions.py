"""The coach's events folded into what each rep was done under, and into corrections."""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sledmon.errors import EventError, PlanError
from sledmon.events import EventValue, name_key, parse_event
from sledmon.plan import Plan, PlannedSet, read_plan
from sledmon.results import Conditions, Measured
from sledmon.rig import Rig
from sledmon.samples import Event
from sledmon.units import METRES_PER_YARD

_STATE: Final = frozenset(
    {
        *("athlete", "load_kg", "sled_kg", "surface", "set", "unresisted", "distance_yd", "plan"),
        "baseline",
    }
)
MEASURED_BY: Final = frozenset({"distance_yd", "plan", "set", "rep_edges", "recover_rep", "undo"})
"""Events that may ask for a rep to be measured otherwise; all others refold kept results."""
_EXCLUSIONS: Final = "exclusions"
_GROUPS: Final = {"exclude_rep": _EXCLUSIONS, "include_rep": _EXCLUSIONS}
_BEFORE_ALL: Final = -math.inf


class _Entry(NamedTuple):
    ordinal: int
    time_s: float
    kind: str
    value: Any
    """What ``parse_event`` makes of it; of a plan, the plan."""


@dataclass(frozen=True, slots=True)
class RepState:
    """What one rep was done under, and whether the coach excluded it."""

    conditions: Conditions
    excluded: bool
    baseline: Measured | None
    """Baseline window velocity brought by an event, m/s."""
    plan: Plan


class CoachLog:
    """Every event of a session, in order of arrival; nothing is ever edited."""

    def __init__(self, plan: Plan | None = None) -> None:
        """``plan`` stands instead of whatever plan the events bring."""
        self._entries: list[_Entry] = []
        self._folded = _Folded()  # of all entries
        self._rig = Rig()
        self._plan = plan

    def set_rig(self, rig: Rig) -> None:
        """The rig gives the empty sled and the surface until an event says otherwise."""
        self._rig = rig

    def add(self, event: Event, ordinal: int) -> None:
        """Take one event with the ordinal of its record; EventError if it makes no sense."""
        value: EventValue | Plan = parse_event(event.kind, event.value)
        if event.kind == "plan":
            try:
                value = read_plan(event.value)
            except PlanError as error:
                raise EventError(str(error)) from None
        entry = _Entry(ordinal, event.time_s, event.kind, value)
        self._entries.append(entry)
        self._folded.add(entry)

    @property
    def newest(self) -> tuple[str, float, Any] | None:
        """Kind, time and meaning of what an undo would take back; None where nothing stands."""
        entry = self._folded.newest
        return None if entry is None else (entry.kind, entry.time_s, entry.value)

    def notes_of(self, start_s: float, end_s: float) -> tuple[str, ...]:
        """What the coach noted of the rep that starts at a time, the next one at another."""
        notes = self._fold().of_kind("note")
        return tuple(entry.value for entry in notes if start_s <= entry.time_s < end_s)

    def distance_at(self, start_s: float, ordinal: int) -> float:
        """Programmed distance for a rep starting then, from events up to a record."""
        return self._distance_m(self._fold(ordinal), start_s)

    def distance_now(self, start_s: float) -> float:
        """Programmed distance for a rep that started then, from every event so far."""
        return self._distance_m(self._fold(), start_s)

    def state_of(self, start_s: float, end_s: float) -> RepState:
        """State of a rep from every event so far: those that came later correct it.

        A correction names a session time inside the rep; ``end_s`` is where the next rep may begin.
        """
        fold = self._fold()
        default = Conditions()
        planned = self._planned(fold, start_s)
        unresisted = planned.pick("unresisted", planned.set.unresisted)
        load_kg = planned.pick("load_kg", _known(planned.set.load_kg))
        sled_kg = fold.said("sled_kg", start_s)
        athlete, surface = fold.said("athlete", start_s), fold.said("surface", start_s)
        conditions = Conditions(
            athlete=fold.spelled(athlete.value) if athlete else default.athlete,
            set_number=planned.set_number,
            unresisted=bool(unresisted),
            load_kg=0.0 if unresisted else load_kg or 0.0,
            sled_kg=0.0 if unresisted else sled_kg.value if sled_kg else self._rig.sled.mass_kg,
            surface=surface.value if surface else self._rig.sled.surface,
            distance_m=self._distance_m(fold, start_s),
        )
        excluded = False
        for entry in fold.of_kind(_EXCLUSIONS):
            moment_s = entry.time_s if entry.value is None else entry.value
            if start_s <= moment_s < end_s:
                excluded = entry.kind == "exclude_rep"
        return RepState(conditions, excluded, _baseline(fold, start_s, conditions), planned.plan)

    def edges_of(self, start_s: float, end_s: float) -> tuple[float, float] | None:
        """Edges that the coach gave the rep in whose time the middle of them lies; the newest."""
        said = [
            entry.value
            for entry in self._fold().of_kind("rep_edges")
            if start_s <= sum(entry.value) / 2 < end_s
        ]
        return said[-1] if said else None

    def missed_reps(self) -> tuple[float, ...]:
        """Moments at which the coach saw a rep that was not told, in the order said."""
        entries = self._fold().of_kind("recover_rep")
        moments = [entry.time_s if entry.value is None else entry.value for entry in entries]
        return tuple(dict.fromkeys(moments))

    def _distance_m(self, fold: "_Folded", start_s: float) -> float:
        planned = self._planned(fold, start_s)
        yards = planned.pick("distance_yd", _known(planned.set.distance_m / METRES_PER_YARD))
        return Conditions().distance_m if yards is None else yards * METRES_PER_YARD

    def _planned(self, fold: "_Folded", start_s: float) -> "_Planned":
        """The plan in force, its set, and since when they say what they say."""
        said, numbered = fold.said("plan", start_s), fold.said("set", start_s)
        plan = self._plan or (said.value if said else Plan())
        number = numbered.value if numbered else 1
        since = [entry.time_s for entry in (said, numbered) if entry]
        return _Planned(
            plan, plan.set_numbered(number), number, max(since, default=_BEFORE_ALL), fold, start_s
        )

    def _fold(self, ordinal: int | None = None) -> "_Folded":
        """Events in force: all of them, or those up to a record."""
        if ordinal is not None and self._entries and self._entries[-1].ordinal > ordinal:
            return _Folded([entry for entry in self._entries if entry.ordinal <= ordinal])
        return self._folded


class _Planned(NamedTuple):
    """A set of a plan beside what the coach said: the newer of the two holds."""

    plan: Plan
    set: PlannedSet
    set_number: int
    since_s: float
    fold: "_Folded"
    start_s: float

    def pick(self, kind: str, planned: Any) -> Any:
        """What the plan says, or an event that is not older; None: neither says anything."""
        said = self.fold.said(kind, self.start_s)
        if said is None or (planned is not None and said.time_s < self.since_s):
            return planned
        return said.value


class _Folded:
    """Events without those that were undone, and without the undoing, sorted to be asked."""

    def __init__(self, entries: Iterable[_Entry] = ()) -> None:
        self._by_kind: dict[str, list[_Entry]] = {}
        self._said: dict[str, tuple[list[float], list[_Entry]]] = {}
        self._in_order: list[_Entry] = []
        for entry in entries:
            self.add(entry)

    def add(self, entry: _Entry) -> None:
        """Take one more event; undoing takes back the newest that stands."""
        if entry.kind == "undo":
            if self._in_order:
                self._drop(self._in_order.pop())
            return
        self._in_order.append(entry)
        self._by_kind.setdefault(_GROUPS.get(entry.kind, entry.kind), []).append(entry)
        if entry.kind in _STATE:
            times_s, entries = self._said.setdefault(entry.kind, ([], []))
            place = bisect_right(times_s, entry.time_s)  # of equals, as they came
            times_s.insert(place, entry.time_s)
            entries.insert(place, entry)

    def _drop(self, entry: _Entry) -> None:
        self._by_kind[_GROUPS.get(entry.kind, entry.kind)].pop()
        if entry.kind in _STATE:
            times_s, entries = self._said[entry.kind]
            place = entries.index(entry)
            del times_s[place], entries[place]

    @property
    def newest(self) -> _Entry | None:
        """What was said last of all that stands."""
        return self._in_order[-1] if self._in_order else None

    def of_kind(self, kind: str) -> list[_Entry]:
        """Events of a kind, in the order said; exclusions and inclusions are one kind."""
        return self._by_kind.get(kind, [])

    def said(self, kind: str, start_s: float) -> _Entry | None:
        """The newest event of a kind at or before a time; None if there is none."""
        times_s, entries = self._said.get(kind, ([], []))
        place = bisect_right(times_s, start_s)
        return entries[place - 1] if place else None

    def spelled(self, name: str) -> str:
        """A name as it was first spelled: those that differ in case alone are one athlete's."""
        key = name_key(name)
        said = (Conditions().athlete, *(entry.value for entry in self.of_kind("athlete")))
        return next((first for first in said if name_key(first) == key), name)

    def all_said(self, kind: str, start_s: float) -> list[_Entry]:
        """Events of a kind at or before a time."""
        times_s, entries = self._said.get(kind, ([], []))
        return entries[: bisect_right(times_s, start_s)]


def _baseline(fold: "_Folded", start_s: float, conditions: Conditions) -> Measured | None:
    """The newest baseline brought for a rep's athlete and distance.

    One that was brought before anybody was named, or any distance, is everybody's and every one's.
    """
    for entry in reversed(fold.all_said("baseline", start_s)):
        athlete, yards = fold.said("athlete", entry.time_s), fold.said("distance_yd", entry.time_s)
        same_athlete = athlete is None or fold.spelled(athlete.value) == conditions.athlete
        distance_m = conditions.distance_m if yards is None else yards.value * METRES_PER_YARD
        if same_athlete and math.isclose(distance_m, conditions.distance_m):
            return Measured(*entry.value)
    return None


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
