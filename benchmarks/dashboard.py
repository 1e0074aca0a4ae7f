"""How fast the window is: notification to paint, CPU, lanes, stalls. By hand, on a screen.

    xvfb-run -s "-screen 0 1920x1080x24" python -m benchmarks.dashboard

Everything is the real thing: the twin's sensors in the radio's thread, recording and estimating in
another, the live screen at 1920x1080 with its curves painted anew in every frame. Each line says
what was asked beside what was measured; the exit code is 1 where one is missed.
"""

import argparse
import queue
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from sledmon.acquire.inbox import Inbox
from sledmon.present.athletes.queue import Queue
from sledmon.present.dashboard.feed import Feed
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.running import DemoSource, Moved, RunningSession, Update
from sledmon.present.settings import Settings
from sledmon.present.sideline.actions import Sideline
from sledmon.present.sideline.state import Happening, SidelineState
from sledmon.samples import Packet, Record
from sledmon.twin import SessionParams, simulate

STALL_S = 0.2
STALL_EVERY_MS = 1000


def _now_s() -> float:
    return time.perf_counter()  # noqa: TID251 - what is measured


def _busy() -> None:
    """Holds the window, and Python with it."""
    until_s = _now_s() + STALL_S
    while _now_s() < until_s:
        pass


class _Clocked(Inbox):
    """Notes by the computer's own clock when each tether packet came."""

    def __init__(self) -> None:
        super().__init__()
        self._arrived_s: deque[float] = deque()
        self.of_batch: list[float] = []
        """Of the batch that the pipeline works on."""
        self.late_ms: list[float] = []
        """How far each packet's stamp lies behind the clock, from the first one on."""
        self._zero_s = 0.0

    def put(self, record: Record) -> None:
        """Queue, and note."""
        if isinstance(record, Packet) and record.device == "encoder":
            now_s = _now_s()
            self._zero_s = self._zero_s or now_s - record.received_ns / 1e9
            self.late_ms.append(1000 * (now_s - self._zero_s - record.received_ns / 1e9))
            self._arrived_s.append(now_s)
        super().put(record)

    async def batches(self) -> AsyncGenerator[Sequence[Record], None]:
        """What came, and when."""
        async for batch in super().batches():
            packets = sum(isinstance(r, Packet) and r.device == "encoder" for r in batch)
            self.of_batch = [self._arrived_s.popleft() for _ in range(packets)]
            yield batch


class _Noting:
    """The session's queue, with the arrivals behind each running velocity of the first lane."""

    def __init__(self, inbox: _Clocked) -> None:
        self.arrivals: deque[list[float]] = deque()
        self._inbox = inbox
        self._queue: queue.SimpleQueue[Update] = queue.SimpleQueue()

    def put(self, update: Update) -> None:
        if isinstance(update, Moved) and update.lane == 1:
            self.arrivals.append(self._inbox.of_batch)
        self._queue.put(update)

    def get_nowait(self) -> Update:
        return self._queue.get_nowait()


class _Session(RunningSession):
    """A running session that knows what the window has taken of it."""

    def __init__(self, source: DemoSource, paths: Sequence[Path], inbox: _Clocked) -> None:
        super().__init__(source, paths)
        self.updates = self.noting = _Noting(inbox)  # type: ignore[assignment]
        self.taken_s: list[float] = []

    def waiting(self) -> Iterator[Update]:
        for update in super().waiting():
            if isinstance(update, Moved) and update.lane == 1:
                self.taken_s += self.noting.arrivals.popleft()
            yield update


class _Timed(Window):
    """Knows when what was asked to be painted has been painted."""

    run: "Run | None" = None

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and self.run is not None:
            self.run.painted()
        return done


class Run:
    """One measured session at real pace."""

    def __init__(self, lanes: int, fps: int, reps: int, *, stalls: bool = False) -> None:
        simulated = [
            simulate(SessionParams(seed=lane + 1, reps=reps, unresisted=3, faults="none"))
            for lane in range(lanes)
        ]
        source = DemoSource(*simulated)
        self.inboxes = [_Clocked() for _ in simulated]
        source.inboxes = self.inboxes
        self._folder = tempfile.TemporaryDirectory()
        self._paths = [Path(self._folder.name) / f"{lane}.mcap" for lane in range(lanes)]
        self.session = _Session(source, self._paths, self.inboxes[0])
        self.state = SidelineState()
        self.delays_ms: list[float] = []
        self.frames = 0
        sideline = Sideline(self.state, lambda *_: None, Settings(), Queue())
        self.window = _Timed(Settings(), lambda _: None)
        self.window.run = self
        self.window.resize(1920, 1080)
        self.live = LiveScreen(sideline, lanes)
        self.window.show_screen(self.live)
        self.window.show()
        self._feed = Feed(self.session, self.state, round(1000 / fps))
        self._feed.frame.connect(self._frame)
        self._stall = QTimer()
        self._stall.timeout.connect(_busy)
        if stalls:
            self._stall.start(STALL_EVERY_MS)

    def play(self) -> "Run":
        """Run it to its end."""
        began_s, cpu_s = _now_s(), time.process_time()
        self.session.start()
        QApplication.exec()
        wall_s = _now_s() - began_s
        self.cpu = (time.process_time() - cpu_s) / wall_s
        self.fps = self.frames / wall_s
        self.session.join()
        self._stall.stop()
        self.window.run = None
        self.window.close()
        qualities = [session.quality for session in self.state.sessions or ()]
        sensors = [sensor for q in qualities for sensor in (q.imu, q.encoder) if sensor]
        if len(sensors) != 2 * len(self.inboxes):
            raise RuntimeError("a sensor was never there")
        self.missing = sum(sensor.lost for sensor in sensors)
        late_ms = np.array(self.inboxes[0].late_ms)
        self.late_ms = float(np.percentile(late_ms - np.median(late_ms), 99))
        return self

    def painted(self) -> None:
        """What the window had taken is on the screen."""
        taken_s, self.session.taken_s = self.session.taken_s, []
        now_s = _now_s()
        self.delays_ms += [1000 * (now_s - arrived_s) for arrived_s in taken_s]

    def _frame(self, happenings: list[Happening], changed: bool) -> None:
        self.frames += 1
        self.live.frame(happenings, changed)
        for board in self.live.boards:
            board.trace.update()
        if self.state.ended:
            QApplication.quit()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=3, help="of each session; 25 s a rep")
    reps = parser.parse_args().reps
    app = QApplication(sys.argv[:1])
    print(f"Qt platform {app.platformName()}, {reps} reps a session")
    met = []

    def line(what: str, seen: float, unit: str, most: float) -> None:
        met.append(seen <= most)
        print(f"  {what:<44} {seen:8.1f} {unit:<4} asked: at most {most:g}", flush=True)

    at_60, at_30, four = (
        Run(lanes, fps, reps).play() for lanes, fps in ((1, 60), (1, 30), (4, 30))
    )
    stalled = Run(1, 60, reps, stalls=True).play()
    print(f"1 lane, {at_60.fps:.0f} frames/s of 60 asked")
    line("notification to painted, median", float(np.median(at_60.delays_ms)), "ms", 20.0)
    line("notification to painted, p99", float(np.percentile(at_60.delays_ms, 99)), "ms", 50.0)
    line("CPU", 100 * at_60.cpu, "%", 60.0)
    print(f"1 lane, {at_30.fps:.0f} frames/s of 30 asked")
    line("CPU", 100 * at_30.cpu, "%", 30.0)
    print(f"4 lanes, {four.fps:.0f} frames/s of 30 asked; CPU {100 * four.cpu:.0f} %")
    line("samples lost", four.missing, "", 0.0)
    print(f"1 lane, the window busy for {1000 * STALL_S:.0f} ms of every second")
    line("stamps later than without, p99", stalled.late_ms - at_60.late_ms, "ms", 20.0)
    line("samples lost", stalled.missing, "", 0.0)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
