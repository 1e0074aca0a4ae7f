"""Sensors over the fake bluetoothd for long: what is lost, how fast they return, what it costs.

``python -m benchmarks.bluetooth [--two 30] [--eight 5]``: minutes of two sensors with a drop-out a
minute, then of eight at once. Linux with dbus-daemon. Less than 54 minutes: sequences would wrap.
Ends with 1 where a target was missed.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import sys
import tempfile
import threading
import time
from array import array
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from sledmon.acquire.ble import BleRadio
from sledmon.acquire.inbox import Inbox
from sledmon.acquire.live import LaneRequest, LiveLanes
from sledmon.acquire.radio_thread import RadioThread
from sledmon.acquire.sensor import Phase, SensorStatus
from sledmon.pipeline import Pipeline, run
from sledmon.recording import RecordingWriter, open_recording
from sledmon.samples import Packet, Record
from sledmon.twin import SessionParams, simulate
from sledmon.twin.firmware_params import belt, tether
from tests.bluetooth.fake_bluez.sensor import Motion
from tests.bluetooth.fake_radio import FakeRadio
from tests.bluetooth.fake_world import FakeSensor, FakeWorld
from tests.bluetooth.lanes import assert_every_number_is_told, choice_of, payloads

REAL_TIMING = {"connect_s": 0.05, "resolve_s": 0.15, "resolve_again_s": 0.08, "disconnect_s": 2.0}
DROP_OUT_S = (0.1, 20.0)
BUSY_S = 10.0
"""Of every minute, in which another thread works and writes."""
HELD_S = 0.5
"""A link may survive a silence below the supervision timeout, 0.42 s."""
LOOK_S = 1.0
SETTLE_S = 120.0
"""Left out of the slope of memory: imports, first windows, allocator."""
MEBIBYTE = 1 << 20


class TimedInbox(Inbox):
    """Keeps when each packet was put, until somebody takes the times away."""

    def __init__(self) -> None:
        super().__init__()
        self.put_at: deque[tuple[bytes, int]] = deque()

    def put(self, record: Record) -> None:
        """Queue, and stamp after that."""
        super().put(record)
        if isinstance(record, Packet):
            self.put_at.append((record.payload, time.perf_counter_ns()))


class Latency:
    """From bluetoothd's signal to the queue, packet by packet."""

    def __init__(self, sensors: Sequence[FakeSensor], inbox: TimedInbox) -> None:
        self.busy = threading.Event()
        self.quiet_ms = array("d")
        self.busy_ms = array("d")
        self._sensors = sensors
        self._inbox = inbox
        self._taken = dict.fromkeys((sensor.address for sensor in sensors), 0)
        self._sent: dict[bytes, int] = {}

    def look(self) -> None:
        """Match what has come since the last look; blocks, so not in a loop that matters."""
        into = self.busy_ms if self.busy.is_set() else self.quiet_ms
        arrived = [self._inbox.put_at.popleft() for _ in range(len(self._inbox.put_at))]
        for sensor in self._sensors:
            fresh = sensor.deliveries(self._taken[sensor.address])
            self._taken[sensor.address] += len(fresh)
            self._sent.update((one.payload, one.sent_ns) for one in fresh)
        into.extend((at - self._sent.pop(what)) / 1e6 for what, at in arrived if what in self._sent)


class Client:
    """Lanes at work as in ``sledmon live``."""

    def __init__(self, folder: Path, lanes: Sequence[Sequence[FakeSensor]]) -> None:
        self.lanes = lanes
        self.inboxes = [TimedInbox() for _ in lanes]
        self.paths = [folder / f"lane-{lane}.mcap" for lane in range(len(lanes))]
        self.phases: dict[str, Phase] = {}
        self.streaming_since: dict[str, int] = {}
        self.reps = 0

    async def acquire(self) -> None:
        """In the radio's thread."""
        requests = [
            LaneRequest(sensors=tuple(map(choice_of, sensors)), inbox=inbox)
            for sensors, inbox in zip(self.lanes, self.inboxes, strict=True)
        ]
        await LiveLanes(BleRadio(), requests, self._told).run()

    def _told(self, _: int, status: SensorStatus) -> None:
        if status.phase is Phase.STREAMING and self.phases.get(status.address) != status.phase:
            self.streaming_since[status.address] = time.perf_counter_ns()
        self.phases[status.address] = status.phase

    async def work(self) -> None:
        """Pipelines and recordings."""
        recorders = [RecordingWriter(path) for path in self.paths]
        sessions = await asyncio.gather(
            *(
                run(inbox.batches(), Pipeline(), recorder=recorder)
                for inbox, recorder in zip(self.inboxes, recorders, strict=True)
            )
        )
        for recorder in recorders:
            recorder.close()
        self.reps = sum(len(session.reps) for session in sessions)

    async def all_stream(self) -> None:
        """Wait until every sensor streams."""
        wanted = {sensor.address for lane in self.lanes for sensor in lane}
        async with asyncio.timeout(60.0):
            while {a for a, p in self.phases.items() if p is Phase.STREAMING} != wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@asynccontextmanager
async def at_work(client: Client) -> AsyncIterator[None]:
    with RadioThread(client.acquire) as radio:
        working = asyncio.create_task(client.work())
        try:
            await client.all_stream()
            yield
        finally:
            radio.stop()
            await working


def motions(minutes: float, seed: int) -> dict[str, Motion]:
    """A simulated session over and over, cord and belt."""
    session = simulate(SessionParams(seed=seed, reps=6, unresisted=2, faults="none"))
    raw = session.sensors["imu"].samples.raw.astype(np.int64)  # type: ignore[union-attr]
    count = session.sensors["encoder"].samples.count.astype(np.int64)  # type: ignore[union-attr]
    times = 1 + int((minutes + 2.0) * 60.0 / session.duration_s)
    onwards = (count[-1] - count[0]) * np.repeat(np.arange(times), len(count))
    return {
        "imu": Motion(samples=np.tile(raw, (times, 1)), crystal_ppm=30.0, rate_error=0.01),
        "encoder": Motion(samples=np.tile(count, times) + onwards, crystal_ppm=-20.0),
    }


def rig(world: FakeWorld, number: int, minutes: float) -> tuple[FakeSensor, FakeSensor]:
    moved = motions(minutes, number)
    return (
        world.power_on(belt(f"SM-B-26{number:05}"), moved["imu"]),
        world.power_on(tether(f"SM-T-26{number:05}"), moved["encoder"]),
    )


def now_s() -> float:
    return time.perf_counter()  # noqa: TID251 - a benchmark


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE


def be_busy(folder: Path, busy: threading.Event, over: threading.Event) -> None:
    """Python work without pause, and half a megabyte to the disk ten times a second."""
    path = folder / "busy"
    while not over.is_set():
        if not busy.wait(0.2):
            continue
        due_s = now_s() + 0.1
        while now_s() < due_s:
            json.dumps([k * k % 977 for k in range(2000)])
        with path.open("wb") as stream:
            stream.write(os.urandom(MEBIBYTE // 2))
            os.fsync(stream.fileno())


async def drop_out(client: Client, sensor: FakeSensor, duration_s: float) -> float | None:
    """Out of range and back: seconds from back to streaming; None where the link held."""
    before = client.streaming_since[sensor.address]
    await asyncio.to_thread(sensor.out_of_range)
    await asyncio.sleep(duration_s)
    back_ns = time.perf_counter_ns()
    await asyncio.to_thread(sensor.back_in_range)
    for step in range(600):
        streams = client.phases[sensor.address] is Phase.STREAMING
        since_ns = client.streaming_since[sensor.address]
        if streams and since_ns != before:
            return (since_ns - back_ns) / 1e9
        if streams and duration_s < HELD_S and step > 50:
            return None
        await asyncio.sleep(0.02)
    raise AssertionError(f"{sensor.address} did not come back within 12 s of being back")


class Targets:
    """What was wanted and missed."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def want(self, what: str, value: float, below: float) -> str:
        """Hold a value against its limit; the words for it."""
        if not value < below:
            self.missed.append(f"{what}: {value:.2f}, wanted < {below:g}")
        return f"wanted < {below:g}"


async def two_for_long(world: FakeWorld, folder: Path, minutes: float, targets: Targets) -> None:
    sensors = rig(world, 1, minutes)
    client = Client(folder, [sensors])
    latency = Latency(sensors, client.inboxes[0])
    rng = random.Random(1)
    memory: list[tuple[float, float]] = []
    returns: list[tuple[float, float]] = []
    outs = 0
    over = threading.Event()
    worker = threading.Thread(target=be_busy, args=(folder, latency.busy, over))
    async with at_work(client):
        worker.start()
        began_s, cpu_s = now_s(), time.process_time()

        async def watch() -> None:
            while True:
                await asyncio.to_thread(latency.look)
                memory.append((now_s() - began_s, rss_mb()))
                await asyncio.sleep(LOOK_S)

        watching = asyncio.create_task(watch())
        for minute in range(round(minutes)):
            await asyncio.to_thread(latency.look)
            latency.busy.set()
            await asyncio.sleep(BUSY_S)
            await asyncio.to_thread(latency.look)
            latency.busy.clear()
            await asyncio.sleep(rng.uniform(1.0, 15.0))
            duration_s = DROP_OUT_S[0] * (DROP_OUT_S[1] / DROP_OUT_S[0]) ** rng.random()
            took_s = await drop_out(client, sensors[minute % 2], duration_s)
            outs += 1
            if took_s is not None:
                returns.append((duration_s, took_s))
            left_s = began_s + 60.0 * (minute + 1) - now_s()
            await asyncio.sleep(max(0.0, left_s))
        wall_s, used_s = now_s() - began_s, time.process_time() - cpu_s
        watching.cancel()
        over.set()
        worker.join()
    print(f"two sensors, {wall_s / 60:.1f} min, {outs} drop-outs of {DROP_OUT_S} s,"
          f" load average {os.getloadavg()[1]:.1f}")  # fmt: skip
    told(sensors, client.paths[0], targets)
    took = np.array([took_s for _, took_s in returns])
    wanted = targets.want("s until streaming again", took.max(initial=0.0), 1.0)
    print(f"  back to streaming, of {len(took)} lost links: p50 {np.median(took):.2f} s,"
          f" max {took.max():.2f} s ({wanted})")  # fmt: skip
    for name, values in (("quiet", latency.quiet_ms), ("busy", latency.busy_ms)):
        p50, p99, most = np.percentile(values, [50, 99, 100])
        wanted = targets.want(f"ms to the queue, p99, {name}", p99, 5.0)
        print(f"  bluetoothd's signal to our queue, {name}: {len(values)} packets, p50 {p50:.2f},"
              f" p99 {p99:.2f}, max {most:.1f} ms (p99 {wanted})")  # fmt: skip
    at_s, mb = np.array(memory).T
    settled = at_s > min(SETTLE_S, 0.3 * at_s[-1])
    slope = np.polyfit(at_s[settled], mb[settled], 1)[0] * 3600.0
    print(f"  memory: {mb[settled][0]:.0f} MB at first, {mb[-1]:.0f} at the end, {mb.max():.0f} at"
          f" most, slope {slope:+.1f} MB/h")  # fmt: skip
    print(f"  CPU {100 * used_s / wall_s:.0f} % of a core, the busy thread's with it;"
          f" reps {client.reps}")  # fmt: skip


async def eight_at_once(world: FakeWorld, folder: Path, minutes: float, targets: Targets) -> None:
    rigs = [rig(world, lane, minutes) for lane in range(1, 5)]
    client = Client(folder, rigs)
    async with at_work(client):
        began_s, cpu_s = now_s(), time.process_time()
        await asyncio.sleep(60.0 * minutes)
        wall_s, used_s = now_s() - began_s, time.process_time() - cpu_s
    print(f"eight sensors, {wall_s / 60:.1f} min, load average {os.getloadavg()[1]:.1f}")
    for sensors, path in zip(rigs, client.paths, strict=True):
        told(sensors, path, targets)
    wanted = targets.want("% of a core", 100 * used_s / wall_s, 60.0)
    print(f"  CPU {100 * used_s / wall_s:.0f} % of a core ({wanted}); reps {client.reps}")


def told(sensors: Sequence[FakeSensor], path: Path, targets: Targets) -> None:
    """Whether everything sent is in the recording or counted in a gap."""
    recording = open_recording(path)
    assert recording.closed
    assert not recording.damage
    records = [record for batch in recording.batches() for record in batch]
    for sensor in sensors:
        came, sent = payloads(records, sensor), sensor.delivered()
        if came != sent:
            targets.missed.append(f"{sensor.params.serial}: what was signalled is not what came")
        never = assert_every_number_is_told(records, sensor)
        print(f"  {sensor.params.serial}: {len(sent)} signalled, {len(came)} recorded,"
              f" {'the same' if came == sent else 'NOT THE SAME'}; {len(sensor.lost())} lost in the"
              f" air; {len(never)} numbers never came, each counted in a gap")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--two", type=float, default=30.0, metavar="MINUTES")
    parser.add_argument("--eight", type=float, default=5.0, metavar="MINUTES")
    asked = parser.parse_args()
    gc.set_threshold(100_000, 50, 50)  # as the command does
    radio, targets = FakeRadio(), Targets()
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = radio.bus_address
    for work, minutes in ((two_for_long, asked.two), (eight_at_once, asked.eight)):
        if minutes:
            with tempfile.TemporaryDirectory() as folder:
                world = FakeWorld(radio)
                world.timing(**REAL_TIMING)
                asyncio.run(work(world, Path(folder), minutes, targets))
                world.end()
    radio.close()
    for missed in targets.missed:
        print(f"missed: {missed}")
    sys.exit(1 if targets.missed else 0)


if __name__ == "__main__":
    main()
