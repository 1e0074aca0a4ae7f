"""THE one path: source -> record -> decode -> estimate -> judge -> show.

Live sensors, a recording, a simulated session and an import differ in the source only.
"""

import hashlib
import math
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Protocol

import numpy as np

from sledmon.decode import Decoded, Decoder, QualityLog
from sledmon.errors import EventError
from sledmon.estimate import (
    CorrectedRep,
    CorrectedReps,
    Corrections,
    LiveVelocity,
    Piece,
    RepFinder,
    RepFinderParams,
)
from sledmon.judge import MEASURED_BY, CoachLog, Judge, JudgeParams
from sledmon.plan import Plan
from sledmon.results import AthleteSummary, Rep, Session
from sledmon.rig import Rig, parse_rig
from sledmon.samples import DEVICES, Event, ImuBlock, Opened, Packet, Record, VelocityBlock
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.version import VERSION

Source = AsyncGenerator[Sequence[Record], None]


class Recorder(Protocol):
    """Keeps records; stands before decoding, so that a packet is kept whatever fails later."""

    def write(self, record: Record) -> None:
        """Append one record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelineParams:
    """Parameters of every stage; they travel with the results."""

    finder: RepFinderParams = field(default_factory=RepFinderParams)
    judge: JudgeParams = field(default_factory=JudgeParams)
    kept_s: float = 600.0
    """Samples of so long are kept in memory for corrections, 9 MB; judged."""
    plan: Plan | None = None
    """Stands instead of whatever plan the events bring."""


class _PacketsHash:
    """SHA-256 of the device packets: of their bytes, and of when they came, from whom, how long."""

    def __init__(self) -> None:
        self._payloads = hashlib.sha256()
        self._heads = hashlib.sha256()

    def add(self, records: Sequence[Record]) -> None:
        packets = [record for record in records if isinstance(record, Packet)]
        self._payloads.update(b"".join([packet.payload for packet in packets]))
        heads = [(p.received_ns, DEVICES.index(p.device), len(p.payload)) for p in packets]
        self._heads.update(np.array(heads, "<i8").tobytes())

    def hexdigest(self) -> str:
        return hashlib.sha256(self._payloads.digest() + self._heads.digest()).hexdigest()


class Pipeline:
    """Records in, a session out; a function of the records and their order alone."""

    def __init__(
        self,
        params: PipelineParams | None = None,
        *,
        watch: Callable[[VelocityBlock], None] | None = None,
        feel: Callable[[ImuBlock], None] | None = None,
        reread: Callable[[], Iterable[Sequence[Record]]] | None = None,
    ) -> None:
        """``watch`` is given the running velocity as it comes; without it none is computed.

        ``feel`` is given the belt's samples.

        ``reread`` gives the recording from its beginning once more: with it, corrections may reach
        back for ever, without it as far as samples are kept.
        """
        self._watch = watch
        self._feel = feel
        self._live = LiveVelocity()
        self._params = params or PipelineParams()
        self._decoder = Decoder()
        self._quality = QualityLog()
        self._finder = RepFinder(self._params.finder)
        self._corrected = CorrectedReps(
            self._params.finder,
            self._params.kept_s,
            None if reread is None else lambda: decoded_again(reread(), self._rig),
        )
        self._coach = CoachLog(self._params.plan)
        self._judge = Judge(self._params.judge)
        self._rig = Rig()
        self._records = 0
        self._first_ns: int | None = None
        self._last_ns = 0
        self._packets_hash = _PacketsHash()
        self._events_hash = hashlib.sha256()
        self._refused: list[str] = []
        self._not_corrected: Sequence[str] = ()
        self._ended = False

    def push(self, records: Sequence[Record]) -> bool:
        """Advance by records in order of arrival; True when a rep or its state may have changed.

        A batch is cut behind each event: an event is acted on with what had arrived by then.
        """
        changed = False
        begin = 0
        for end, record in enumerate(records, 1):
            if isinstance(record, Event):
                changed |= self._push(records[begin:end])
                begin = end
        return self._push(records[begin:]) or changed

    def _push(self, records: Sequence[Record]) -> bool:
        """Advance by records of which the last one alone may be an event."""
        if not records:
            return False
        first, event = self._records, records[-1] if isinstance(records[-1], Event) else None
        self._records += len(records)
        if self._first_ns is None:
            self._first_ns = records[0].received_ns
            if isinstance(records[0], Opened):
                self._take_rig(records[0])
        self._last_ns = records[-1].received_ns
        self._packets_hash.add(records)
        if event is not None:
            self._take_event(event, self._records - 1)
        decoded = self._decoder.push(records, first)
        self._quality.add(decoded)
        if self._watch is not None and decoded.encoder:
            self._watch(self._live.push(decoded.encoder, self._rig.encoder.counts_per_m))
        if self._feel is not None:
            for block in decoded.imu:
                self._feel(block)
        piece = _piece(decoded, first, records)
        found = self._finder.push(
            piece.encoder, piece.imu, first, piece.received_ns, self._coach.distance_at
        )
        changed = self._corrected.push(piece, found)
        if event is not None and event.kind in MEASURED_BY:
            coach = self._coach
            said = Corrections(coach.distance_now, coach.edges_of, coach.missed_reps())
            # Undoing may concern any rep, and edges may lie before the moment they are told at.
            whole = event.kind in ("undo", "rep_edges", "recover_rep")
            self._corrected.correct(said, -math.inf if whole else event.time_s)
        return changed or event is not None

    def finish(self) -> Session:
        """The session after its last record: a rep still open ends with what there is.

        Events may be pushed behind it, and the session asked for again: a coach corrects later.
        """
        if not self._ended:
            self._ended = True
            self._corrected.finish(self._finder.finish(self._coach.distance_at))
            self._quality.add(self._decoder.finish(self._last_ns))
        reps = self.reps()
        return Session(
            software=VERSION,
            duration_s=(self._last_ns - (self._first_ns or 0)) / NANOSECONDS_PER_SECOND,
            sha256=self._packets_hash.hexdigest(),
            events_sha256=self._events_hash.hexdigest(),
            quality=replace(
                self._quality.quality(self._decoder.periods_s),
                sync_offset_s=self._finder.sync_offset_s,
            ),
            reps=reps,
            athletes=self.athletes(),
            notes=self._notes(),
        )

    def reps(self) -> tuple[Rep, ...]:
        """Every finished rep with its state and verdict as of now."""
        corrected, self._not_corrected = self._corrected.reps()
        starts = [each.start_s for each in corrected] + [float("inf")]
        states = [self._coach.state_of(start_s, end_s) for start_s, end_s in pairwise(starts)]
        reps = [
            Rep(
                number=number,
                # What was measured, should the distance not be that which was asked for.
                conditions=replace(state.conditions, distance_m=each.estimates.window.to_m),
                estimates=each.estimates,
                start_rule="set by hand" if each.edges_set else self._params.finder.rep.start_rule,
                excluded=state.excluded,
            )
            for number, (each, state) in enumerate(zip(corrected, states, strict=True), 1)
        ]
        return self._judge.judge(
            reps, [state.baseline for state in states], [state.plan for state in states]
        )

    def athletes(self) -> tuple[AthleteSummary, ...]:
        """What the session says of each athlete, by the reps last asked for."""
        return self._judge.summaries()

    def refused(self) -> tuple[str, ...]:
        """What the coach said without effect, and why, by the reps last asked for."""
        return (*self._not_corrected, *self._refused)

    def corrected(self) -> Sequence[CorrectedRep]:
        """How each of ``reps`` was found and is measured."""
        return self._corrected.reps()[0]

    @property
    def rig(self) -> Rig:
        """As the recording names it."""
        return self._rig

    @property
    def coach(self) -> CoachLog:
        """What the coach said so far."""
        return self._coach

    def _take_rig(self, opened: Opened) -> None:
        self._rig = parse_rig(opened.rig_toml, where="the recording's rig")
        for stage in (self._decoder, self._finder, self._corrected, self._coach):
            stage.set_rig(self._rig)

    def _take_event(self, event: Event, ordinal: int) -> None:
        self._events_hash.update(f"{event.time_s!r},{event.kind},{event.value}\n".encode())
        try:
            self._coach.add(event, ordinal)
        except EventError as error:
            self._refused.append(f"event at {event.time_s:.1f} s has no effect: {error}")

    def _notes(self) -> tuple[str, ...]:
        assumed = self._rig.assumed
        rig = (f"rig defaults assumed: {', '.join(assumed)}",) if assumed else ()
        return rig + self.refused()


def _piece(decoded: Decoded, first: int, records: Sequence[Record]) -> Piece:
    received_ns = np.array([record.received_ns for record in records], np.int64)
    return Piece(first, received_ns, decoded.encoder, decoded.imu)


def decoded_again(batches: Iterable[Sequence[Record]], rig: Rig) -> Iterator[Piece]:
    """The samples of a recording from its beginning; cut otherwise, they are the same."""
    decoder, first = Decoder(), 0
    decoder.set_rig(rig)
    for records in batches:
        yield _piece(decoder.push(records, first), first, records)
        first += len(records)


async def run(
    source: Source,
    pipeline: Pipeline,
    *,
    recorder: Recorder | None = None,
    show: Callable[[tuple[Rep, ...]], None] | None = None,
) -> Session:
    """Drive a pipeline from a source to its end, recording first and showing last."""
    async with aclosing(source) as batches:
        async for batch in batches:
            if recorder is not None:
                for record in batch:
                    recorder.write(record)
            if pipeline.push(batch) and show is not None:
                show(pipeline.reps())
    session = pipeline.finish()
    if show is not None:
        show(session.reps)
    return session
