"""A session while it runs: the radio in one thread, recording and estimating in another.

Packets are stamped in the radio's thread whatever else is busy. What happens goes into one queue
that the window drains when it likes; nothing waits for it.
"""

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, aclosing
from functools import partial
from pathlib import Path
from typing import Final, Self

import numpy as np

from sledmon.acquire.live import seconds_since
from sledmon.acquire.radio_thread import RadioThread
from sledmon.acquire.sensor import SensorStatus
from sledmon.errors import SledmonError
from sledmon.pipeline import Pipeline
from sledmon.pipeline import run as run_pipeline
from sledmon.present.running.sources import Source
from sledmon.present.running.storing import NO_LIBRARY, Storing, library_or_told
from sledmon.present.running.updates import (
    Ended,
    Felt,
    Moved,
    Opened,
    Reached,
    RepsNow,
    Said,
    SensorNow,
    Told,
    Unrecorded,
    Update,
)
from sledmon.recording import RecordingWriter, Resumed, take_up
from sledmon.results import Rep, Session
from sledmon.rig import parse_rig
from sledmon.samples import Event, ImuBlock, Record, VelocityBlock
from sledmon.samples import Opened as OpenedRecord
from sledmon.units import NANOSECONDS_PER_SECOND

HELD_RECORDS: Final = 4000
"""An hour that was cut off passes in pieces of so many, so that one sees it come back."""


class RunningSession:
    """One session of one to four lanes; made, started, and stopped once."""

    def __init__(
        self,
        source: Source,
        paths: Sequence[Path],
        library: str = NO_LIBRARY,
        taken_up: "TakenUp | None" = None,
    ) -> None:
        """Each lane is recorded to its path; reps are kept in the library as they end.

        ``taken_up``: a session of one lane that was cut off goes on.
        """
        self._taken_up = taken_up
        self.paths = tuple(paths)
        self.updates: queue.SimpleQueue[Update] = queue.SimpleQueue()
        self._source = source
        self._library = library
        self._radio = RadioThread(partial(source.run, self._report), source.new_loop)
        self._thread = threading.Thread(target=self._run, name="pipelines")

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End it in good order; returns at once, ``Ended`` comes when all is on the disk."""
        self._radio.stop()

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join()

    @property
    def running(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread.is_alive()

    def say(
        self, kind: str, value: str = "", *, lane: int = 1, time_s: float | None = None
    ) -> None:
        """A coach's input; it comes back as ``Said`` once it is recorded."""
        self._radio.call(self._source.event, lane, kind, value, time_s)

    def waiting(self) -> Iterator[Update]:
        """What has come and was not taken yet; never waits."""
        while True:
            try:
                yield self.updates.get_nowait()
            except queue.Empty:
                return

    def _report(self, lane: int, status: SensorStatus) -> None:
        self.updates.put(SensorNow(lane, status))

    def _tell(self, sentence: str) -> None:
        self.updates.put(Told(sentence))

    def _run(self) -> None:
        sessions: list[Session] = []
        try:
            with ExitStack() as stack:
                kept_in = None
                if self._library != NO_LIBRARY:
                    kept_in = library_or_told(self._library, self._tell)
                    if kept_in is not None:
                        stack.enter_context(kept_in)
                recorders = [
                    Storing(kept_in, stack.enter_context(self._writer(path)), path, self._tell)
                    for path in self.paths
                ]
                sessions = asyncio.run(self._estimate(recorders))
                for recorder, session in zip(recorders, sessions, strict=False):
                    recorder.finish(session)
        except SledmonError as error:
            self._tell(str(error))
        finally:
            self.updates.put(Ended(tuple(sessions)))

    def _writer(self, path: Path) -> "AbstractContextManager[RecordingWriter | TakenUp]":
        return RecordingWriter(path) if self._taken_up is None else self._taken_up

    async def _estimate(self, recorders: Sequence[Storing]) -> list[Session]:
        sessions: list[Session] = []
        try:
            with self._radio:
                lanes = enumerate(recorders, start=1)
                sessions = await asyncio.gather(*(self._lane(*lane) for lane in lanes))
        except SledmonError as error:  # whatever ended the radio: what was recorded stands
            self._tell(str(error))
        return sessions if all(recorder.begun for recorder in recorders) else []

    async def _lane(self, lane: int, recorder: Storing) -> Session:
        again = self._taken_up is not None

        def moved(block: VelocityBlock) -> None:
            self.updates.put(Moved(lane, block))

        def felt(block: ImuBlock) -> None:
            acc_mps2 = float(np.mean(np.linalg.norm(block.acc_sensor_mps2, axis=1)))
            self.updates.put(Felt(lane, acc_mps2))

        def show(reps: tuple[Rep, ...]) -> None:
            self.updates.put(RepsNow(lane, reps, pipeline.athletes(), pipeline.refused(), again))

        async def records() -> AsyncGenerator[Sequence[Record], None]:
            nonlocal again
            if self._taken_up is not None:
                held = self._taken_up.records
                for begin in range(0, len(held), HELD_RECORDS):
                    yield held[begin : begin + HELD_RECORDS]
            again = False
            async with aclosing(self._source.inboxes[lane - 1].batches()) as batches:
                async for batch in batches:
                    yield batch

        pipeline = Pipeline(watch=moved, feel=felt, reread=recorder.reread)
        return await run_pipeline(
            records(),
            pipeline,
            recorder=_Telling(recorder, lane, self.updates.put),
            show=recorder.showing(show),
        )


class TakenUp:
    """A recording that was cut off, to be gone on with: what it held is not written again."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet: an hour takes a while, which no window should wait for."""
        self._path = path
        self._resumed: Resumed | None = None
        self._held = 0

    @property
    def records(self) -> list[Record]:
        """What it held when it was taken up."""
        return self._resumed.records if self._resumed else []

    def resumed_ns(self) -> int:
        """Session time now: the pause counts. Asked once it is taken up."""
        if self._resumed is None:
            raise ValueError("not taken up yet")
        pause_s = seconds_since(self._resumed.written_utc_s)
        return self.records[-1].received_ns + round(pause_s * NANOSECONDS_PER_SECOND)

    def write(self, record: Record) -> None:
        """Append one record, once those it held have passed."""
        if self._held:
            self._held -= 1
        elif self._resumed is not None:
            self._resumed.writer.write(record)

    def __enter__(self) -> Self:
        self._resumed = take_up(self._path)
        self._held = len(self.records)
        return self

    def __exit__(self, *_: object) -> None:
        if self._resumed is not None:
            self._resumed.writer.close()


class _Telling:
    """Records first, then tells how far the session has come and what the coach said."""

    def __init__(self, recorder: Storing, lane: int, put: Callable[[Update], None]) -> None:
        self._recorder = recorder
        self._lane = lane
        self._put = put
        self._told_ns = -NANOSECONDS_PER_SECOND

    def write(self, record: Record) -> None:
        whole = not self._recorder.failure
        self._recorder.write(record)
        if whole and self._recorder.failure:
            self._put(Unrecorded(self._lane, self._recorder.failure))
        if isinstance(record, OpenedRecord):
            rig = parse_rig(record.rig_toml, where="the recording's rig")
            self._put(Opened(self._lane, rig))
        elif isinstance(record, Event):
            self._put(Said(self._lane, record))
        if record.received_ns - self._told_ns >= _REACHED_PERIOD_NS:
            self._told_ns = record.received_ns
            self._put(Reached(self._lane, record.received_ns / NANOSECONDS_PER_SECOND))


_REACHED_PERIOD_NS: Final = 50_000_000
