"""A run measured once more, from samples that were kept or read again: what the coach corrects.

The finder itself is run over the span, beginning where the run was suspected, so that with nothing
corrected it gives the same rep to the bit.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sledmon.estimate.find import Begun, FoundRep, RepFinder, RepFinderParams, counts_per_m
from sledmon.estimate.measure import Measurement
from sledmon.estimate.trace import RepTrace, trace_of
from sledmon.rig import Rig
from sledmon.samples import EncoderBlock, FloatArray, ImuBlock, IntArray

LONGEST_RUN_S = 45.0
"""A run that goes on for longer is not measured again."""
LOOK_BACK_S = 60.0
"""A missed rep is looked for so far before the moment that was named."""
_MARGIN_S = 2.0
_BY_HAND_MPS = 0.3
_BY_HAND_M = 0.5
_MISSED_M = 1.0


class Piece(NamedTuple):
    """What one batch of records brought."""

    first_ordinal: int
    received_ns: IntArray
    encoder: tuple[EncoderBlock, ...]
    imu: tuple[ImuBlock, ...]

    @property
    def span_s(self) -> tuple[float, float]:
        """Times of its oldest and newest samples; infinite where it has none."""
        times = [b.time_s for b in self.encoder] + [b.time_s for b in self.imu]
        times = [time_s for time_s in times if len(time_s)]
        first_s = min((float(time_s[0]) for time_s in times), default=math.inf)
        return first_s, max((float(time_s[-1]) for time_s in times), default=-math.inf)


class Tape:
    """The samples of the last minutes, as they came; bounded by time."""

    def __init__(self, kept_s: float) -> None:
        self._kept_s = kept_s
        self._pieces: deque[tuple[float, Piece]] = deque()  # each with its newest sample's time
        self._oldest_s = math.inf
        self.newest_s = -math.inf
        """Time of the newest sample."""

    def push(self, piece: Piece) -> None:
        """Take what a batch brought, and let go of what is too old."""
        first_s, last_s = piece.span_s
        self._pieces.append((last_s, piece))
        self._oldest_s = min(self._oldest_s, first_s)
        self.newest_s = max(self.newest_s, last_s)
        while self._pieces[0][0] < self.newest_s - self._kept_s - _MARGIN_S:
            self._pieces.popleft()

    def reaches(self, time_s: float) -> bool:
        """Whether everything from a time on is still there; however the input was cut."""
        return max(time_s, self._oldest_s) >= self.newest_s - self._kept_s

    def since(self, time_s: float) -> list[Piece]:
        """Every piece from the first one that reaches into a time."""
        begins = next((i for i, (last_s, _) in enumerate(self._pieces) if last_s >= time_s), 0)
        return [piece for _, piece in self._pieces][begins:]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a run is to be measured."""

    begun: Begun | None
    """Where the run was suspected; None: there was no tether."""
    distance_m: float
    edges_s: tuple[float, float] | None = None
    by_hand: bool = False
    """The coach says it was a rep, however short and slow."""

    @property
    def span_s(self) -> tuple[float, float]:
        """What samples are needed for it, at most."""
        edges_s = self.edges_s or (math.inf, -math.inf)
        opened_s = (self.begun.opened_s,) if self.begun else ()
        return _span(min((edges_s[0], *opened_s)), max((edges_s[1], *opened_s)))


class Missed(NamedTuple):
    """A run that was not told as a rep: at a moment, or the last one before it."""

    moment_s: float

    @property
    def span_s(self) -> tuple[float, float]:
        """What samples are needed to find it, at most."""
        return _span(self.moment_s - LOOK_BACK_S, self.moment_s)


def _span(first_s: float, last_s: float) -> tuple[float, float]:
    history_s = max(RepFinderParams().history_s, RepFinderParams().belt_history_s)
    return first_s - history_s - _MARGIN_S, last_s + LONGEST_RUN_S


class Unfinished(NamedTuple):
    """The run still goes on where the samples end."""


class NotThere(NamedTuple):
    """There is nothing to measure, and why."""

    why: str


Outcome = FoundRep | Unfinished | NotThere


def measure_again(
    pieces: Sequence[Piece],
    wanted: Wanted,
    rig: Rig,
    params: RepFinderParams,
    *,
    no_more: bool = False,
) -> Outcome:
    """Measure a run with another distance or other edges.

    Parameters
    ----------
    pieces : sequence of Piece
        Everything in ``wanted.span_s``, as far as it has come; more does no harm.
    wanted : Wanted
        What is asked.
    rig, params : Rig, RepFinderParams
        As for the finder.
    no_more : bool
        Nothing will come behind these pieces.

    Returns
    -------
    FoundRep, Unfinished or NotThere
        With the distance at which it was found and no edges: the same estimates, to the bit.
    """
    outcome = _resumed(pieces, wanted, rig, params, no_more=no_more)
    if not isinstance(outcome, _Again):
        return outcome
    found = outcome.found
    if wanted.by_hand:
        notes = ("recovered by hand", *found.estimates.notes)
        found = found._replace(estimates=replace(found.estimates, notes=notes))
    return found


def trace_again(
    pieces: Sequence[Piece], wanted: Wanted, rig: Rig, params: RepFinderParams
) -> RepTrace | NotThere:
    """Everything that one rep was read from, as curves.

    Parameters
    ----------
    pieces : sequence of Piece
        Everything in ``wanted.span_s`` that there is.
    wanted : Wanted
        As the rep was measured.
    rig, params : Rig, RepFinderParams
        As for the finder.

    Returns
    -------
    RepTrace or NotThere
        From the very computation that gave the rep's values.
    """
    outcome = _resumed(pieces, wanted, rig, params, no_more=True)
    if isinstance(outcome, _Again):
        return trace_of(outcome.measured, params.rep)
    return outcome if isinstance(outcome, NotThere) else NotThere("the run still goes on")


class _Again(NamedTuple):
    """A run that was measured once more."""

    found: FoundRep
    measured: Measurement


def _resumed(
    pieces: Sequence[Piece],
    wanted: Wanted,
    rig: Rig,
    params: RepFinderParams,
    *,
    no_more: bool,
) -> _Again | Unfinished | NotThere:
    begun = wanted.begun
    if begun is None:
        return NotThere("without a tether there is nothing to measure again")
    if wanted.edges_s:
        runs = _runs(pieces, *wanted.edges_s, rig, params)
        if not runs:
            return NotThere("the cord does not run out between these edges")
        begun = begun._replace(opened_s=runs[0].opened_s, segment=runs[0].segment)
    if wanted.by_hand or wanted.edges_s:
        rep = replace(params.rep, run_velocity_mps=_BY_HAND_MPS, run_distance_m=_BY_HAND_M)
        params = replace(params, rep=rep, still_belt_mps2=0.0)
    finder = RepFinder.resumed(begun, rig, params, wanted.edges_s)
    found: list[FoundRep] = []
    here = False
    for piece in pieces:
        encoder = [b for b in piece.encoder if here or b.segment == begun.segment]
        here = here or bool(encoder)
        found = finder.push(
            encoder, piece.imu, piece.first_ordinal, piece.received_ns, lambda *_: wanted.distance_m
        )
        if found or not finder.running:
            break
    else:
        if not no_more:
            return Unfinished()
        found = finder.finish(lambda *_: wanted.distance_m)
    if not found or finder.measured is None:
        return NotThere("the run is too short or too slow to be measured")
    return _Again(found[0], finder.measured)


class Run(NamedTuple):
    """A stretch in which the cord ran out fast."""

    opened_s: float
    last_s: float
    segment: int
    ran_m: float


def find_missed(
    pieces: Sequence[Piece],
    missed: Missed,
    rig: Rig,
    params: RepFinderParams,
    *,
    no_more: bool = False,
) -> Run | Unfinished | NotThere:
    """The run at a moment, or else the last one in the minute before it.

    Parameters
    ----------
    pieces : sequence of Piece
        Everything in ``missed.span_s``, as far as it has come.
    missed : Missed
        The moment, session time in seconds.
    rig, params : Rig, RepFinderParams
        As for the finder.
    no_more : bool
        Nothing will come behind these pieces.

    Returns
    -------
    Run, Unfinished or NotThere
        A stretch in which a metre of cord or more ran out faster than 0.5 m/s.
    """
    first_s, moment_s = missed.moment_s - LOOK_BACK_S, missed.moment_s
    runs = _runs(pieces, first_s, moment_s + LONGEST_RUN_S, rig, params)
    runs = [run for run in runs if run.opened_s <= moment_s]
    newest_s = max((piece.span_s[1] for piece in pieces), default=-math.inf)
    needed_s = max([moment_s, *(run.last_s for run in runs)]) + params.stop_s + _MARGIN_S
    if newest_s < needed_s and not no_more:
        return Unfinished()
    runs = [run for run in runs if run.ran_m >= _MISSED_M]
    if not runs:
        return NotThere(f"no cord ran out in the {LOOK_BACK_S:.0f} s before it")
    return runs[-1]


def _runs(
    pieces: Sequence[Piece], from_s: float, to_s: float, rig: Rig, params: RepFinderParams
) -> list[Run]:
    """Stretches of a span in which the cord ran out fast; a short pause parts none."""
    runs: list[Run] = []
    for segment, time_s, payout_m in _payouts(pieces, rig):
        before = np.maximum(np.searchsorted(time_s, time_s - params.slope_s + 1e-9, "right") - 1, 0)
        took = np.maximum(time_s - time_s[before], params.slope_s)
        fast = np.flatnonzero((payout_m - payout_m[before]) / took > params.leave_mps)
        fast = fast[(time_s[fast] >= from_s) & (time_s[fast] <= to_s)]
        if not len(fast):
            continue
        for part in np.split(fast, np.flatnonzero(np.diff(time_s[fast]) > params.stop_s) + 1):
            i, j = part[0], part[-1]
            ran_m = float(payout_m[j] - payout_m[i])
            runs.append(Run(float(time_s[i]), float(time_s[j]), segment, ran_m))
    return runs


def _payouts(pieces: Sequence[Piece], rig: Rig) -> Iterable[tuple[int, FloatArray, FloatArray]]:
    """Cord paid out by segment, metres."""
    blocks = [block for piece in pieces for block in piece.encoder if not block.late]
    for segment in dict.fromkeys(block.segment for block in blocks):
        mine = [block for block in blocks if block.segment == segment]
        yield (
            segment,
            np.concatenate([block.time_s for block in mine]),
            np.concatenate([block.count / counts_per_m(block, rig) for block in mine]),
        )
