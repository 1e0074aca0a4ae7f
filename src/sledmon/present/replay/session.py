"""A recording as replay shows it: its results, every rep's curves, and corrections said to it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from sledmon.estimate import CorrectedRep, NotThere, Piece, RepTrace, trace_again
from sledmon.pipeline import Pipeline, PipelineParams, decoded_again
from sledmon.recording import Recording, Said, append_events, open_recording
from sledmon.results import Rep, Session
from sledmon.samples import FloatArray, VelocityBlock


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownRep:
    """One rep with everything that can be seen of it."""

    rep: Rep
    corrected: CorrectedRep
    next_start_s: float
    """Until there a correction's moment means this rep."""
    trace: RepTrace | NotThere
    said: tuple[str, ...]
    """What the coach noted of it."""

    @property
    def span_s(self) -> tuple[float, float]:
        """Start and end; where the athlete stopped short, the last that was seen."""
        estimates = self.rep.estimates
        if not math.isnan(estimates.end_s):
            return estimates.start_s, estimates.end_s
        if isinstance(self.trace, RepTrace) and len(self.trace.time_s):
            return estimates.start_s, float(self.trace.time_s[-1])
        return estimates.start_s, estimates.start_s + 2.0

    @property
    def moment_s(self) -> float:
        """A session time that means this rep, wherever its edges are moved."""
        start_s = self.corrected.start_s
        return start_s + 0.5 * min(1.0, self.next_start_s - start_s)


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A recording, read and analysed."""

    path: Path
    session: Session
    reps: tuple[ShownRep, ...]
    overview: tuple[FloatArray, FloatArray]
    """Session times and the running velocity, as live showed it."""
    span_s: tuple[float, float]
    """From the first sample to the last."""
    correctable: str
    """Why nothing can be corrected, in a sentence; empty: it can."""
    newest: tuple[str, float] | None
    """Kind and time of what an undo would take back."""
    _pipeline: Pipeline = field(repr=False)
    _pieces: Sequence[Piece] = field(repr=False)
    _finder: PipelineParams = field(repr=False)


def read_replay(path: Path, progress: Callable[[float], None] = lambda _: None) -> Replayed:
    """Read and analyse a recording, exactly as ``analyze`` does; SledmonError in one sentence.

    ``progress`` is told the share that was read.
    """
    recording = open_recording(path)
    params = PipelineParams()
    seen: list[VelocityBlock] = []
    pipeline = Pipeline(params, watch=seen.append, reread=recording.batches)
    begin_ns, whole_ns = recording.opened.received_ns, max(1e-9, recording.duration_s) * 1e9
    for batch in recording.batches():
        pipeline.push(batch)
        progress(0.7 * (batch[-1].received_ns - begin_ns) / whole_ns)
    session = pipeline.finish()
    pieces = list(decoded_again(recording.batches(), pipeline.rig))
    progress(0.9)
    time_s = np.concatenate([block.time_s for block in seen] or [np.empty(0)])
    velocity_mps = np.concatenate([block.velocity_mps for block in seen] or [np.empty(0)])
    spans = [piece.span_s for piece in pieces]
    begin_s = recording.opened.received_ns / 1e9
    first_s = min([begin_s, *(first for first, _ in spans if math.isfinite(first))])
    last_s = max([begin_s + recording.duration_s, *(last for _, last in spans)])
    return _shown(
        Replayed(
            path=path,
            session=session,
            reps=(),
            overview=(time_s, velocity_mps),
            span_s=(first_s, last_s),
            correctable=_why_not(recording),
            newest=None,
            _pipeline=pipeline,
            _pieces=pieces,
            _finder=params,
        )
    )


def correct(replayed: Replayed, said: Sequence[Said]) -> Replayed:
    """Say something to a recording: write it as events and take what follows from them.

    SledmonError where it cannot be written; all is then as it was.
    """
    events = append_events(replayed.path, said)
    replayed._pipeline.push(events)
    return _shown(replace(replayed, session=replayed._pipeline.finish()))


def _shown(replayed: Replayed) -> Replayed:
    """The same with its reps as they stand; a curve is drawn anew only where it was corrected."""
    pipeline = replayed._pipeline
    corrected = pipeline.corrected()
    before = {each.corrected.wanted: each.trace for each in replayed.reps}
    starts = [each.start_s for each in corrected] + [math.inf]
    reps = []
    for rep, each, (start_s, next_s) in zip(
        replayed.session.reps, corrected, pairwise(starts), strict=True
    ):
        trace = before.get(each.wanted) or _trace(replayed, each)
        reps.append(
            ShownRep(
                rep=rep,
                corrected=each,
                next_start_s=next_s,
                trace=trace,
                said=pipeline.coach.notes_of(start_s, next_s),
            )
        )
    newest = pipeline.coach.newest
    return replace(replayed, reps=tuple(reps), newest=newest and newest[:2])


def _trace(replayed: Replayed, corrected: CorrectedRep) -> RepTrace | NotThere:
    first_s, last_s = corrected.wanted.span_s
    pieces = [
        piece
        for piece in replayed._pieces
        if piece.span_s[1] >= first_s and not piece.span_s[0] > last_s
    ]
    finder = replayed._finder.finder
    return trace_again(pieces, corrected.wanted, replayed._pipeline.rig, finder)


def _why_not(recording: Recording) -> str:
    if not recording.closed:
        return "This recording was never closed: repair it before correcting it."
    if recording.damage:
        return "This recording is damaged: repair it before correcting it."
    return ""
