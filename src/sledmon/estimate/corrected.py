"""Reps as the coach corrects them: what was found is kept, what was corrected is measured again."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from sledmon.estimate.again import (
    Missed,
    NotThere,
    Piece,
    Run,
    Tape,
    Unfinished,
    Wanted,
    find_missed,
    measure_again,
)
from sledmon.estimate.find import Begun, FoundRep, RepFinderParams
from sledmon.results import UNKNOWN, Estimates
from sledmon.rig import Rig

_SAME_M = 1e-6

ReadAgain = Callable[[], Iterable[Piece]]
"""The recording from its beginning, decoded once more."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """What the coach says by now."""

    distance_m: Callable[[float], float]
    """Programmed distance of a rep that starts at a time."""
    edges_s: Callable[[float, float], tuple[float, float] | None]
    """Edges of the rep that starts at a time, the next one at another."""
    missed_s: tuple[float, ...]
    """Moments at which a rep was missed."""


NOTHING_SAID = Corrections(lambda _: math.nan, lambda *_: None, ())


class CorrectedRep(NamedTuple):
    """One rep as it stands."""

    start_s: float
    """Where it was found: the coach's events apply by it, wherever its edges are moved."""
    estimates: Estimates
    edges_set: bool
    """By hand."""
    recovered: bool
    """The finder had not told it."""
    wanted: Wanted
    """How it is measured."""
    found: Estimates | None
    """As it was found, whatever was corrected since; None: it was not."""


class _Slot(NamedTuple):
    """A rep before corrections; one that was missed has nothing found."""

    start_s: float
    found: FoundRep | None
    begun: Begun | None

    def as_found(self) -> Wanted:
        """Measured as it was when it was found."""
        distance_m = self.found.estimates.window.to_m if self.found else math.nan
        return Wanted(self.begun, distance_m)


_Asked = Wanted | Missed


class CorrectedReps:
    """The stage: found reps and what the coach says in, reps as they stand out.

    A correction concerns its own rep: others keep their estimates. What was measured once is
    remembered, so that undoing restores it exactly.
    """

    def __init__(
        self, params: RepFinderParams, kept_s: float, read_again: ReadAgain | None = None
    ) -> None:
        """Samples are kept for ``kept_s``; what lies further back is read again."""
        self._params = params
        self._kept_s = kept_s
        self._rig = Rig()
        self._read_again = read_again
        self._tape = Tape(kept_s)
        self._found: list[FoundRep] = []
        self._said = NOTHING_SAID
        self._done: dict[_Asked, FoundRep | Run | NotThere] = {}
        self._waiting: set[_Asked] = set()  # for samples that have not come
        self._no_more = False

    def set_rig(self, rig: Rig) -> None:
        """Take the rig that the recording names."""
        self._rig = rig

    def push(self, piece: Piece, found: Iterable[FoundRep]) -> bool:
        """Take what came; True when reps may have changed."""
        self._tape.push(piece)
        fresh = list(found)
        self._found += fresh
        changed = bool(fresh or self._waiting)
        if self._waiting:
            self._waiting.clear()
            self._measure_what_is_kept()
        elif fresh:
            self._measure_what_is_kept(fresh[0].estimates.start_s)
        return changed

    def correct(self, said: Corrections, since_s: float = -math.inf) -> None:
        """Take all that the coach says now, reps before a time being untouched by what is new.

        What is kept is measured at once.
        """
        self._said = said
        self._measure_what_is_kept(since_s)

    def finish(self, found: Iterable[FoundRep]) -> None:
        """No more will come."""
        self._found += found
        self._no_more = True
        self._waiting.clear()
        self._measure_what_is_kept()

    def reps(self) -> tuple[list[CorrectedRep], list[str]]:
        """Every rep as it stands, in order of start, and what could not be corrected."""
        if self._read_again is not None:
            self._measure_what_is_far_back(self._read_again)
        reps: list[CorrectedRep] = []
        refused: list[str] = []
        for slot, wanted in self._wanted():
            outcome = self._done.get(wanted) if wanted else slot.found
            if isinstance(outcome, NotThere):
                refused.append(f"the rep at {slot.start_s:.1f} s is not corrected: {outcome.why}")
            now = outcome if isinstance(outcome, FoundRep) else slot.found
            if now is None:
                continue
            edges = wanted.edges_s if wanted and now is outcome else None
            start_s = slot.start_s if slot.found else now.estimates.start_s
            measured = wanted if wanted and now is outcome else slot.as_found()
            found = slot.found and slot.found.estimates
            by_hand = edges is not None
            rep = CorrectedRep(start_s, now.estimates, by_hand, found is None, measured, found)
            reps.append(rep)
        for moment_s in self._said.missed_s:
            run = self._done.get(Missed(moment_s))
            if isinstance(run, NotThere):
                refused.append(f"recover_rep at {moment_s:.1f} s has no effect: {run.why}")
            elif isinstance(run, Run) and self._is_taken(run):
                refused.append(
                    f"recover_rep at {moment_s:.1f} s has no effect: that run is a rep already"
                )
        return sorted(reps, key=lambda rep: rep.start_s), refused

    def _is_taken(self, run: Run) -> bool:
        """Whether a run was told as a rep after all."""
        return any(
            f.begun is not None
            and f.begun.segment == run.segment
            and run.opened_s <= f.ended_s
            and run.last_s >= f.begun.opened_s
            for f in self._found
        )

    def _slots(self) -> list[_Slot]:
        """Found reps and missed ones, in order of start."""
        slots = [_Slot(f.estimates.start_s, f, f.begun) for f in self._found]
        runs = dict.fromkeys(self._done.get(Missed(moment_s)) for moment_s in self._said.missed_s)
        for run in runs:
            if not isinstance(run, Run) or self._is_taken(run):
                continue
            ends_s = [f.ended_s for f in self._found if f.ended_s <= run.opened_s]
            floor_s = max(ends_s, default=-math.inf)
            begun = Begun(run.opened_s, floor_s, run.segment, UNKNOWN)
            slots.append(_Slot(run.opened_s, None, begun))
        return sorted(slots, key=lambda slot: slot.start_s)

    def _wanted(self, since_s: float = -math.inf) -> Iterator[tuple[_Slot, Wanted | None]]:
        """How each rep from a time on is to be measured now; None: as it was found."""
        slots = self._slots()
        starts = [slot.start_s for slot in slots] + [math.inf]
        for slot, (start_s, next_s) in zip(slots, pairwise(starts), strict=True):
            if start_s < since_s:
                continue
            distance_m = self._said.distance_m(start_s)
            edges_s = self._said.edges_s(start_s, next_s)
            as_found = slot.found and not edges_s and _is_over(slot.found, distance_m)
            if as_found:
                yield slot, None
            else:
                yield slot, Wanted(slot.begun, distance_m, edges_s, slot.found is None)

    def _open(self, since_s: float = -math.inf) -> Iterator[list[_Asked]]:
        """What is to be measured and was not yet: missed runs first, reps when those are done."""
        asked: list[_Asked] = [Missed(moment_s) for moment_s in self._said.missed_s]
        yield self._not_yet(asked)
        yield self._not_yet([wanted for _, wanted in self._wanted(since_s) if wanted])

    def _not_yet(self, asked: Sequence[_Asked]) -> list[_Asked]:
        return [each for each in asked if each not in self._done and each not in self._waiting]

    def _measure_what_is_kept(self, since_s: float = -math.inf) -> None:
        for asked in self._open(since_s):
            for each in asked:
                first_s, _ = each.span_s
                if self._tape.reaches(first_s):
                    self._measure(self._tape.since(first_s), each)
                elif self._read_again is None:
                    why = f"it is more than {self._kept_s / 60:g} minutes ago and was not recorded"
                    self._done[each] = NotThere(why)

    def _measure_what_is_far_back(self, read_again: ReadAgain) -> None:
        """Read the recording again, once for all of what is open."""
        for some in self._open():
            if not some:
                continue
            asked = sorted(some, key=lambda each: each.span_s[1], reverse=True)
            tape = Tape(max(end_s - begin_s for begin_s, end_s in (a.span_s for a in asked)))
            for piece in read_again():
                tape.push(piece)
                while asked and tape.newest_s >= asked[-1].span_s[1]:
                    self._measure(tape.since(asked[-1].span_s[0]), asked.pop())
                if not asked:
                    break
            for each in asked:
                self._measure(tape.since(each.span_s[0]), each)

    def _measure(self, pieces: Sequence[Piece], asked: _Asked) -> None:
        measure = find_missed if isinstance(asked, Missed) else measure_again
        outcome = measure(pieces, asked, self._rig, self._params, no_more=self._no_more)  # type: ignore[arg-type]
        if isinstance(outcome, Unfinished):
            self._waiting.add(asked)
        else:
            self._done[asked] = outcome


def _is_over(found: FoundRep, distance_m: float) -> bool:
    """Whether a rep was measured over a distance; NaN: no other is asked for."""
    return not abs(distance_m - found.estimates.window.to_m) >= _SAME_M
