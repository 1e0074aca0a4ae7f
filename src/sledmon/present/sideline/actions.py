"""What the coach does at the sideline, as events in the recording. No Qt.

Every action answers with a sentence of what it did. Nothing is edited: undoing is an event too.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sledmon.plan import mass_words
from sledmon.present.athletes.queue import Queue
from sledmon.present.settings import MassUnit, Settings
from sledmon.present.sideline import words
from sledmon.present.sideline.state import Happening, LaneState, RepEnded, SidelineState, made_of
from sledmon.present.sideline.trail import Run
from sledmon.results import Conditions, Rep
from sledmon.units import kilograms_to_pounds, pounds_to_kilograms

Say = Callable[[int, str, str, float | None], None]
"""Lane, kind, value, and the session time it speaks of; None: now."""

PLATE_LB = 5.0
PLATE_KG = 2.5
BEFORE_S = 0.05
"""A correction of who ran speaks of a moment so long before the rep began."""


class _Done(NamedTuple):
    """One action, as undoing needs it."""

    what: str
    events: int
    undo: Callable[[], None] | None = None
    """What else is to be taken back, beside the events."""


@dataclass(slots=True)
class Sideline:
    """One coach's controls over a session; ``say`` puts events into the recording."""

    state: SidelineState
    say: Say
    settings: Settings
    queue: Queue = field(default_factory=Queue)
    armed: bool = True
    hidden: bool = False
    lane: int = 1
    """Whom the keys act on."""
    _done: dict[int, list[_Done]] = field(default_factory=lambda: defaultdict(list))
    """Since the last rep, by lane."""
    _earlier: dict[int, list[_Done]] = field(default_factory=lambda: defaultdict(list))

    _recovered: list[tuple[int, Run]] = field(default_factory=list)
    _asked: tuple[int, int, Conditions] | None = None
    """What was asked for when so many of a lane's inputs had come."""

    @property
    def here(self) -> LaneState:
        """The lane that the keys act on."""
        return self.state.lane(self.lane)

    def happened(self, happening: Happening) -> None:
        """A rep that ended while paused is left out; the newest rep is what Undo meets first."""
        if not isinstance(happening, RepEnded) or self._was_recovered(happening):
            return
        self._earlier[happening.lane] += self._done.pop(happening.lane, [])
        if not self.armed:
            self._exclude(happening.lane, happening.rep)

    def arm(self) -> str:
        """Armed or paused."""
        self.armed = not self.armed
        return words.DONE_ARMED if self.armed else words.DONE_PAUSED

    def next(self) -> str:
        """The next athlete is up."""
        return self._up(self.queue.advanced())

    def previous(self) -> str:
        """The one before is up again."""
        return self._up(self.queue.back())

    def slot(self, number: int) -> str:
        """The athlete at a place of the queue, from 1."""
        return self._up(self.queue.at(number)) if self.queue.has(number) else ""

    def take_queue(self, queue: Queue) -> str:
        """Another queue; who is up in it is up."""
        return self._up(queue)

    def undo(self) -> str:
        """Take back what was done since the last rep; then leave that rep out, or take it in."""
        if self._done[self.lane]:
            return self._take_back(self._done)
        return self.exclude() if self.here.reps else words.DONE_NOTHING

    def undo_earlier(self) -> str:
        """Take back what was done, whenever that was; the newest first, for ever."""
        done = self._done if self._done[self.lane] else self._earlier
        return self._take_back(done) if done[self.lane] else words.DONE_NOTHING

    def _take_back(self, done: dict[int, list[_Done]]) -> str:
        newest = done[self.lane].pop()
        self._asked = None
        for _ in range(newest.events):
            self.say(self.lane, "undo", "", None)
        if newest.undo is not None:
            newest.undo()
        return words.DONE_UNDONE.format(what=newest.what)

    def exclude(self, reason: str = "") -> str:
        """Leave out the last rep, or take it in again."""
        rep = self.here.last_rep
        if rep is None:
            return words.DONE_NO_REP
        number = self._number_of(rep)
        if rep.excluded:
            self._event("include_rep", repr(_inside(rep)), words.SAID["include_rep"])
            return words.DONE_INCLUDED.format(number=number, name=rep.conditions.athlete)
        self._exclude(self.lane, rep, reason)
        return words.DONE_EXCLUDED.format(number=number, name=rep.conditions.athlete)

    def recover(self) -> str:
        """That was a rep: measure the newest run of which none was made."""
        run = self.here.missed_run()
        if run is None:
            return words.DONE_NO_RUN
        self._recovered.append((self.lane, run))
        self._event("recover_rep", repr(round(run.middle_s, 3)), words.SAID["recover_rep"])
        return words.DONE_RECOVERED

    def load(self, plates: int) -> str:
        """So many of the smallest plates on, or off."""
        conditions = self._conditions()
        pounds = self.settings.mass is MassUnit.POUND
        if pounds:
            now = round(kilograms_to_pounds(conditions.load_kg), 1)
            load_kg = pounds_to_kilograms(max(0.0, now + plates * PLATE_LB))
        else:
            load_kg = max(0.0, conditions.load_kg + plates * PLATE_KG)
        if plates < 0 and not conditions.load_kg:
            return words.DONE_NO_PLATES
        said = mass_words(load_kg, in_pounds=pounds)
        self._ask(replace(conditions, unresisted=False, load_kg=load_kg))
        if conditions.unresisted:
            self.say(self.lane, "unresisted", "0", None)
        self.say(self.lane, "load_kg", f"{load_kg:.4f}", None)
        events = 1 + conditions.unresisted
        self._done[self.lane].append(_Done(words.SAID["load_kg"], events))
        return words.DONE_LOAD.format(load=said)

    def sled(self) -> str:
        """The sled on, or off for free reps."""
        conditions = self._conditions()
        off = not conditions.unresisted
        self._ask(replace(conditions, unresisted=off))
        self._event("unresisted", "1" if off else "0", words.SAID["unresisted"])
        return words.DONE_LOAD.format(load=words.NO_SLED if off else words.SLED_ON)

    def new_set(self) -> str:
        """The next set begins."""
        conditions = self._conditions()
        number = conditions.set_number + 1
        self._ask(replace(conditions, set_number=number))
        self._event("set", str(number), words.SAID["set"].format(value=number))
        return words.DONE_SET.format(number=number)

    def zero(self) -> str:
        """The athlete stands at the start."""
        self._event("zero", "", words.SAID["zero"])
        return words.DONE_ZERO

    def hide(self) -> str:
        """Hide numbers, or show them; kept in the recording, where a control condition needs it."""
        self._toggle_hidden()
        said = words.DONE_HIDDEN if self.hidden else words.DONE_SHOWN
        self.say(self.lane, "note", said, None)
        self._done[self.lane].append(_Done(words.SAID["hidden"], 1, self._toggle_hidden))
        return said

    def _toggle_hidden(self) -> None:
        self.hidden = not self.hidden

    def note(self, text: str) -> None:
        """A remark of the coach's."""
        self._event("note", text, words.SAID["note"])

    def last_was(self, athlete: str) -> str:
        """The last rep was somebody else's; who is up now stays so."""
        reps = self.here.reps
        if not reps:
            return words.DONE_NO_REP
        self._assign(((reps[-1], athlete),))
        return words.DONE_ASSIGNED.format(name=athlete)

    def swap_last_two(self) -> str:
        """The last two reps change hands."""
        if len(self.here.reps) < 2:
            return words.DONE_NO_REP
        one, other = self.here.reps[-2:]
        self._assign(((one, other.conditions.athlete), (other, one.conditions.athlete)))
        return words.DONE_SWAPPED

    def _assign(self, pairs: tuple[tuple[Rep, str], ...]) -> None:
        """Each rep its athlete, and whoever was up afterwards up again."""
        up = self.here.conditions.athlete
        for rep, athlete in pairs:
            start_s = rep.estimates.start_s - BEFORE_S
            self.say(self.lane, "athlete", athlete, max(0.0, round(start_s, 3)))
        last = pairs[-1][0]
        self.say(self.lane, "athlete", up, round(_inside(last) + BEFORE_S, 3))
        what = words.SAID["athlete"].format(value=pairs[-1][1])
        self._done[self.lane].append(_Done(what, len(pairs) + 1))

    def _up(self, queue: Queue) -> str:
        before, self.queue = self.queue, queue
        name = queue.now.name
        # What was said a moment ago may not be recorded yet: the queue knows it already.
        if name == before.now.name == self.here.conditions.athlete:
            return ""

        def back() -> None:
            # What was edited in between stays; only the turn goes back.
            slot = self.queue.slot_of(before.now.name)
            self.queue = self.queue.at(slot) if slot is not None else before

        self.say(self.lane, "athlete", name, None)
        what = words.SAID["athlete"].format(value=name)
        self._done[self.lane].append(_Done(what, 1, back))
        return words.DONE_NEXT.format(name=name)

    def _exclude(self, lane: int, rep: Rep, reason: str = "") -> None:
        if reason:
            self.say(lane, "note", reason, None)
        self.say(lane, "exclude_rep", repr(_inside(rep)), None)
        self._done[lane].append(_Done(words.SAID["exclude_rep"], 2 if reason else 1))

    def _event(self, kind: str, value: str, what: str) -> None:
        self.say(self.lane, kind, value, None)
        self._done[self.lane].append(_Done(what, 1))

    def _conditions(self) -> Conditions:
        """As recorded, or as they will be once what was said a moment ago is."""
        if self._asked is not None and self._asked[:2] == (self.lane, self.here.events):
            return self._asked[2]
        return self.here.conditions

    def _ask(self, conditions: Conditions) -> None:
        self._asked = self.lane, self.here.events, conditions

    def _was_recovered(self, ended: RepEnded) -> bool:
        """Whether the coach said that this was a rep: it counts, and Undo takes that back."""
        return any(lane == ended.lane and made_of(ended.rep, run) for lane, run in self._recovered)

    def _number_of(self, rep: Rep) -> int:
        mine = self.here.reps_of(rep.conditions.athlete)
        return next(
            (
                number
                for number, each in enumerate(mine, 1)
                if each.estimates.start_s == rep.estimates.start_s
            ),
            len(mine),
        )


def _inside(rep: Rep) -> float:
    """A session time inside a rep."""
    return round(rep.estimates.start_s + 0.2, 3)
