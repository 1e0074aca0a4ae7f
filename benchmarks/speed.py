"""Time and memory of the whole path, of the smoother beside filterpy's, and of the live path.

``python -m benchmarks.speed [--hours 1 4 8]``

CPU seconds of this process, imports left out. filterpy is not among the locked requirements:
``pip install filterpy`` into the environment to see it beside ours.
"""

import argparse
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sledmon.acquire import with_ticks
from sledmon.estimate.motion.smooth import SmoothParams, smooth_positions
from sledmon.pipeline import Pipeline
from sledmon.recording import RecordingWriter, open_recording
from sledmon.samples import Connected, FloatArray, Opened, Record
from sledmon.twin import SessionParams, simulate
from sledmon.wire.descriptor import pack_descriptor, unpack_descriptor

REPS_AN_HOUR = 139
"""A rep every 26 s."""
LIVE_BATCH_NS = 50_000_000


def hours_of(records: list[Record], hours: int) -> Iterator[Record]:
    """An hour's records over and over; each time the sensors have restarted."""
    length_ns = records[-1].received_ns + 100_000_000
    for hour in range(hours):
        for record in records:
            if isinstance(record, Opened) and hour:
                continue
            shifted = record._replace(received_ns=record.received_ns + hour * length_ns)
            if isinstance(shifted, Connected):
                seen = unpack_descriptor(shifted.descriptor)
                fresh = replace(seen, boot_id=seen.boot_id + 1000 * hour)
                shifted = shifted._replace(descriptor=pack_descriptor(fresh))
            yield shifted


def analyze(path: Path) -> None:
    """What one process needs for one recording; printed for the parent to read."""
    import scipy.linalg  # noqa: F401  an import is not analysis

    gc.set_threshold(100_000, 50, 50)  # as the command does
    before_s = time.process_time()
    pipeline = Pipeline()
    for batch in open_recording(path).batches():
        pipeline.push(batch)
    session = pipeline.finish()
    cpu_s = time.process_time() - before_s
    print(session.duration_s, cpu_s, _peak_mb(), len(session.reps))


def _peak_mb() -> float:
    """Of this program alone: on Linux, getrusage also counts what it was forked from."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def whole_path(hours: list[int]) -> None:
    """Recordings of several lengths, each in a process of its own."""
    simulation = simulate(SessionParams(seed=3, reps=REPS_AN_HOUR))
    records = list(with_ticks(simulation.records))
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    print("whole path (read, decode, estimate, judge), 200 Hz + 100 Hz, 10 samples a packet")
    with tempfile.TemporaryDirectory() as folder:
        for count in hours:
            path = Path(folder) / f"{count}h.mcap"
            with RecordingWriter(path) as writer:
                for record in hours_of(records, count):
                    writer.write(record)
            command = [sys.executable, "-m", "benchmarks.speed", "--one", str(path)]
            rows = [
                [float(word) for word in subprocess.check_output(command, env=environment).split()]
                for _ in range(3)
            ]
            duration_s, cpu_s, peak_mb, reps = min(rows, key=lambda row: row[1])
            print(
                f"  {duration_s / 3600:5.2f} h, {reps:4.0f} reps: {cpu_s:6.2f} s CPU"
                f" = {duration_s / cpu_s:5.0f} x real time, {cpu_s / duration_s * 3600:.2f} s/h,"
                f" peak {peak_mb:.0f} MB"
            )


def smoother() -> None:
    """The banded solve against filterpy's Kalman filter and RTS smoother, same model, same data."""
    try:
        from filterpy.kalman import KalmanFilter
    except ImportError:
        print("smoother: filterpy is not installed; nothing to compare with")
        return
    rng = np.random.default_rng(1)
    n, step, params = 6000, 0.01, SmoothParams()
    time_s = np.arange(n) * step
    truth = np.cumsum(2.0 + np.sin(2 * np.pi * 0.2 * time_s)) * step
    positions = truth + 0.0015 * rng.standard_normal(n)

    own_s = []
    for _ in range(5):
        before = time.process_time()
        path = smooth_positions(time_s, positions, 0.0015, params)
        own_s.append(time.process_time() - before)
    other_s = []
    for _ in range(5):
        before = time.process_time()
        smooth = _with_filterpy(KalmanFilter, positions, step, params)
        other_s.append(time.process_time() - before)
    off_x = float(np.max(np.abs(smooth[:, 0, 0] - path.distance_m)))
    off_v = float(np.max(np.abs(smooth[:, 1, 0] - path.velocity_mps)))
    print(
        f"smoother, {n} positions, best of 5: {1000 * min(own_s):.1f} ms against filterpy's"
        f" {1000 * min(other_s):.0f} ms = {min(other_s) / min(own_s):.0f} x;"
        f" results differ by at most {off_x:.1e} m and {off_v:.1e} m/s"
    )


def _with_filterpy(
    kalman_filter: Any, positions: FloatArray, step: float, params: SmoothParams
) -> FloatArray:
    """Means of a Kalman filter and RTS smoother of the same model."""
    kalman = kalman_filter(dim_x=3, dim_z=1)
    kalman.F = np.array([[1, step, step**2 / 2], [0, 1, step], [0, 0, 1]])
    kalman.H = np.array([[1.0, 0, 0]])
    kalman.R *= 0.0015**2
    t = step
    kalman.Q = params.jerk_psd * np.array(
        [
            [t**5 / 20, t**4 / 8, t**3 / 6],
            [t**4 / 8, t**3 / 3, t**2 / 2],
            [t**3 / 6, t**2 / 2, t],
        ]
    )
    kalman.x = np.zeros((3, 1))
    # A position not known at all: the banded form has no prior there.
    kalman.P = np.diag([1e6, params.velocity_sigma_mps**2, params.acceleration_sigma_mps2**2])
    means, covariances = [], []
    for k, z in enumerate(positions):
        if k:
            kalman.predict()
        kalman.update(z)
        means.append(kalman.x.copy())
        covariances.append(kalman.P.copy())
    smooth: FloatArray = kalman.rts_smoother(np.array(means), np.array(covariances))[0]
    return smooth


def live() -> None:
    """One rig, and eight at once, pushed in pieces of 50 ms with the running velocity watched."""
    records = list(with_ticks(simulate(SessionParams(seed=5, reps=8)).records))
    duration_s = records[-1].received_ns / 1e9
    for rigs in (1, 8):
        pipelines = [Pipeline(watch=lambda _: None) for _ in range(rigs)]
        worst_s, before = 0.0, time.process_time()
        begin = 0
        while begin < len(records):
            until_ns = records[begin].received_ns + LIVE_BATCH_NS
            end = begin + 1
            while end < len(records) and records[end].received_ns < until_ns:
                end += 1
            piece_from = time.process_time()
            for pipeline in pipelines:
                if pipeline.push(records[begin:end]):
                    pipeline.reps()
            worst_s = max(worst_s, time.process_time() - piece_from)
            begin = end
        cpu_s = time.process_time() - before
        print(
            f"live, rigs: {rigs}: {100 * cpu_s / duration_s:.1f} % of a core,"
            f" longest piece {1000 * worst_s:.0f} ms"
        )


def main() -> None:
    """Print all three."""
    parser = argparse.ArgumentParser(description="Time and memory.")
    parser.add_argument("--hours", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        analyze(asked.one)
        return
    live()
    smoother()
    whole_path(asked.hours)


if __name__ == "__main__":
    main()
