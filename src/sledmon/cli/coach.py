"""A coach's inputs as lines of text, and what the library knows of those they speak of."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sledmon.cli.options import plan_from
from sledmon.errors import EventError, PlanError, SledmonError
from sledmon.events import canonical_value
from sledmon.judge import CoachLog, carried
from sledmon.results import Conditions, Measured
from sledmon.rig import Rig
from sledmon.samples import Event
from sledmon.units import metres_to_yards, pounds_to_kilograms

if TYPE_CHECKING:
    from sledmon.library import Library

_WITH_A_TEXT: Final = {"athlete": "Ana", "surface": "turf", "note": "wet", "plan": "speed-10yd"}
_DAY_S: Final = 86400.0

Said = tuple[str, str]
"""An event's kind and value."""


class Taken(NamedTuple):
    """A line that was understood."""

    lane: int
    events: tuple[Said, ...]
    words: str
    """How it is read back."""
    swapped: int = 0
    """Another lane, whose belt this one gets for its own; 0: none."""


class Coach:
    """Turns a coach's lines into events; a library, if there is one, gives spellings and baselines.

    Each lane's state is followed with the judge's own log, so that undoing counts here too.
    """

    def __init__(
        self,
        rigs: Sequence[Rig],
        library: "Library | None" = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),  # noqa: TID251 - events keep the result
    ) -> None:
        self._library = library
        self._now = now
        self._logs = [CoachLog() for _ in rigs]
        for log, rig in zip(self._logs, rigs, strict=True):
            log.set_rig(rig)
        self._said = 0
        self._names: dict[str, str] = {}
        if library is not None:
            from sledmon.library import nicknames

            with library.reading() as connection:
                self._names = nicknames(connection)

    def take(self, line: str) -> Taken:
        """What a line means; EventError says what was found and what to write instead."""
        lane, kind, value = coach_input(line, len(self._logs))
        if kind == "belt":
            return self._swap(lane, value)
        if kind == "athlete":
            return self.athlete(lane, canonical_value(kind, value))
        try:
            if kind == "plan":
                return self.plan(lane, value)
            if kind == "baseline" and not value:
                return self._known_baseline(lane)
        except SledmonError as error:
            raise EventError(str(error)) from None
        return self._taken(lane, (kind, canonical_value(kind, value)))

    def _swap(self, lane: int, value: str) -> Taken:
        lanes = len(self._logs)
        if lanes == 1:
            raise EventError("belt names the lane to swap belts with, and there is only this one")
        if not value.isdecimal() or not 1 <= int(value) <= lanes or int(value) == lane:
            raise EventError(f"belt is another lane of 1 to {lanes}, not {value or 'nothing'}")
        return Taken(lane, (), f"belts of lanes {lane} and {value} change hands", int(value))

    def athlete(self, lane: int, name: str) -> Taken:
        """Who comes next, spelled as the library knows them."""
        if self._library is None:
            return self._taken(lane, ("athlete", name))
        from sledmon.library import much_like, name_key

        other, words = much_like(name, self._names), ""
        if other:
            words = f"athlete {name}, who is new; if {other} is meant, write: athlete {other}"
        known = self._names.setdefault(name_key(name), name)
        return self._taken(lane, ("athlete", known), words=words)

    def plan(self, lane: int, said: str) -> Taken:
        """A plan from a file, a preset's name or the library."""
        return self._taken(lane, ("plan", self._plan_text(said)), words=f"plan {said}")

    def _plan_text(self, said: str) -> str:
        try:
            return plan_from(said).text or said
        except PlanError:
            kept = self._kept_plan(said)
            if kept is None:
                raise
            return kept

    def _kept_plan(self, name: str) -> str | None:
        if self._library is None:
            return None
        from sledmon.library import find_text

        with self._library.reading() as connection:
            return find_text(connection, "plans", name)

    def _known_baseline(self, lane: int) -> Taken:
        """The library's surest baseline of who is running, as wide as its age and place ask."""
        if self._library is None:
            raise EventError(
                "there is no library to bring a baseline from; write its velocity and standard"
                " error in m/s, as in: baseline 4.51 0.03"
            )
        from sledmon.library import find_athlete, of_athlete

        now = self._logs[lane - 1].state_of(self._said, math.inf).conditions
        with self._library.reading() as connection:
            athlete = find_athlete(connection, now.athlete)
            rows = of_athlete(connection, "baselines", athlete.id)
        brought = [_carried(row, now, self._now()) for row in rows if _fits(row, now)]
        if not brought:
            raise EventError(
                f"the library holds no dated baseline of {now.athlete} over"
                f" {metres_to_yards(now.distance_m):g} yd; let them run three times without a sled"
            )
        velocity, words = min(brought, key=lambda one: one[0].sigma)
        value = canonical_value("baseline", f"{velocity.value:.4f} {velocity.sigma:.4f}")
        # The note first, so that one undo takes the baseline back.
        return self._taken(
            lane, ("note", words), ("baseline", value), words=f"baseline {value} m/s: {words}"
        )

    def _taken(self, lane: int, *events: Said, words: str = "") -> Taken:
        for kind, value in events:
            self._said += 1
            self._logs[lane - 1].add(Event(self._said, float(self._said), kind, value), self._said)
        return Taken(lane, events, words or " ".join(events[0]).strip())


def _fits(row: dict[str, Any], now: Conditions) -> bool:
    """Whether a stored baseline is of the same distance, and of a known day."""
    return bool(row["recorded_utc"]) and math.isclose(
        row["distance_m"], now.distance_m, abs_tol=1e-3
    )


def _carried(row: dict[str, Any], now: Conditions, today: datetime) -> tuple[Measured, str]:
    """A stored baseline as it may be used now, and what to say about it."""
    age_s = (today - datetime.fromisoformat(row["recorded_utc"])).total_seconds()
    velocity, warnings = carried(
        Measured(row["velocity_mps"], row["velocity_sigma_mps"]),
        age_days=max(0.0, age_s / _DAY_S),
        same_surface=row["surface"] == now.surface,
    )
    return velocity, "; ".join((f"baseline of {row['recorded_utc'][:10]}", *warnings))


def coach_input(line: str, lanes: int) -> tuple[int, str, str]:
    """Lane, event kind and value of a line like ``load_lb 10``, or ``2 load_lb 10`` for lane 2.

    >>> coach_input("2 load_lb 10", lanes=2)
    (2, 'load_kg', '4.5359')
    """
    words = line.split(maxsplit=1)
    lane = 1
    if lanes > 1 and words[0].isdecimal():
        lane = int(words[0])
        if not 1 <= lane <= lanes or len(words) < 2:
            raise EventError(f"{line!r} names no lane of 1 to {lanes} and an event for it")
        words = words[1].split(maxsplit=1)
    kind, value = words[0], words[1] if len(words) > 1 else ""
    if kind == "load_lb":
        try:
            pounds = float(value.replace(",", "."))
        except ValueError:
            raise EventError(f"load_lb is a number in pounds, not {value or 'nothing'}") from None
        kind, value = "load_kg", f"{pounds_to_kilograms(pounds):.4f}"
    if not value and kind in _WITH_A_TEXT:
        raise EventError(f"{kind} needs a text, as in: {kind} {_WITH_A_TEXT[kind]}")
    return lane, kind, value
