"""THE one path: source -> record -> decode -> estimate -> judge -> show.

Live sensors, a recording, a simulated session and an import differ in the source only.
"""

import hashlib
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Protocol

import numpy as np

from sledmon.decode import Decoder, QualityLog
from sledmon.errors import EventError
from sledmon.estimate import FoundRep, LiveVelocity, RepFinder, RepFinderParams
from sledmon.judge import CoachLog, JudgeParams, judge_reps
from sledmon.results import Rep, Session
from sledmon.rig import Rig, parse_rig
from sledmon.samples import DEVICES, Event, Opened, Packet, Record, VelocityBlock
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
    ) -> None:
        """``watch`` is given the running velocity as it comes; without it none is computed."""
        self._watch = watch
        self._live = LiveVelocity()
        self._params = params or PipelineParams()
        self._decoder = Decoder()
        self._quality = QualityLog()
        self._finder = RepFinder(self._params.finder)
        self._coach = CoachLog()
        self._rig = Rig()
        self._found: list[FoundRep] = []
        self._records = 0
        self._first_ns: int | None = None
        self._last_ns = 0
        self._packets_hash = _PacketsHash()
        self._events_hash = hashlib.sha256()
        self._refused: list[str] = []

    def push(self, records: Sequence[Record]) -> bool:
        """Advance by records in order of arrival; True when a rep or its state may have changed."""
        if not records:
            return False
        first, changed = self._records, False
        self._records += len(records)
        if self._first_ns is None:
            self._first_ns = records[0].received_ns
        self._last_ns = records[-1].received_ns
        for ordinal, record in enumerate(records, first):
            if isinstance(record, Event):
                self._take_event(record, ordinal)
                changed = True
            elif isinstance(record, Opened) and ordinal == 0:
                self._rig = parse_rig(record.rig_toml, where="the recording's rig")
                self._decoder.set_rig(self._rig)
                self._finder.set_rig(self._rig)
                self._coach.set_rig(self._rig)
        self._packets_hash.add(records)
        decoded = self._decoder.push(records, first)
        self._quality.add(decoded)
        if self._watch is not None and decoded.encoder:
            self._watch(self._live.push(decoded.encoder, self._rig.encoder.counts_per_m))
        received_ns = np.array([record.received_ns for record in records], np.int64)
        found = self._finder.push(
            decoded.encoder, decoded.imu, first, received_ns, self._coach.distance_at
        )
        self._found += found
        return changed or bool(found)

    def finish(self) -> Session:
        """The session after its last record: a rep still open ends with what there is."""
        self._found += self._finder.finish(self._coach.distance_at)
        self._quality.add(self._decoder.finish(self._last_ns))
        return Session(
            software=VERSION,
            duration_s=(self._last_ns - (self._first_ns or 0)) / NANOSECONDS_PER_SECOND,
            sha256=self._packets_hash.hexdigest(),
            events_sha256=self._events_hash.hexdigest(),
            quality=replace(
                self._quality.quality(self._decoder.periods_s),
                sync_offset_s=self._finder.sync_offset_s,
            ),
            reps=self.reps(),
            notes=self._notes(),
        )

    def reps(self) -> tuple[Rep, ...]:
        """Every finished rep with its state and verdict as of now."""
        starts = [found.estimates.start_s for found in self._found] + [float("inf")]
        states = [self._coach.state_of(start_s, end_s) for start_s, end_s in pairwise(starts)]
        reps = [
            Rep(
                number=number,
                # What was measured, should the distance have been corrected since.
                conditions=replace(state.conditions, distance_m=found.estimates.window.to_m),
                estimates=found.estimates,
                start_rule=self._params.finder.rep.start_rule,
                excluded=state.excluded,
            )
            for number, (found, state) in enumerate(zip(self._found, states, strict=True), 1)
        ]
        return judge_reps(reps, [state.baseline for state in states], self._params.judge)

    def _take_event(self, event: Event, ordinal: int) -> None:
        self._events_hash.update(f"{event.time_s!r},{event.kind},{event.value}\n".encode())
        try:
            self._coach.add(event, ordinal)
        except EventError as error:
            self._refused.append(f"event at {event.time_s:.1f} s has no effect: {error}")

    def _notes(self) -> tuple[str, ...]:
        assumed = self._rig.assumed
        rig = (f"rig defaults assumed: {', '.join(assumed)}",) if assumed else ()
        return rig + self._coach.not_acted_on() + tuple(self._refused)


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
