"""Many recordings: time, memory and scaling of ``sledmon analyze --jobs``, and of its cache.

``python -m benchmarks.batch [--recordings 1000] [--jobs 2]``

Ten-minute sessions of twenty simulated athletes, each written again under another title until
there are enough, so that no two files are alike and no cache can help. The command itself is run,
start-up included.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from sledmon.acquire import with_ticks
from sledmon.recording import RecordingWriter
from sledmon.samples import Opened
from sledmon.twin import SessionParams, simulate

ATHLETES = 20
REPS = 23
"""Ten minutes at a rep every 25 s."""
FAULTS = ("none", "mild", "harsh")


class Run(NamedTuple):
    """What one run of the command took."""

    seconds: float
    peak_mb: float
    """Of the processes together, each at its own peak."""


def write_season(folder: Path, recordings: int) -> list[Path]:
    """Recordings of ten minutes, all different."""
    paths = []
    for athlete in range(min(ATHLETES, recordings)):
        params = SessionParams(seed=athlete, reps=REPS, faults=FAULTS[athlete % len(FAULTS)])
        records = list(with_ticks(simulate(params).records))
        for copy in range(athlete, recordings, ATHLETES):
            path = folder / f"{copy:05}.mcap"
            with RecordingWriter(path) as writer:
                for record in records:
                    titled = isinstance(record, Opened)
                    writer.write(record._replace(title=f"session {copy}") if titled else record)
            paths.append(path)
    return sorted(paths)


def analyze(paths: list[Path], jobs: int, cache: Path | None, output: Path) -> Run:
    """One run of the command."""
    arguments = [*map(str, paths), "--jobs", str(jobs), "--format", "csv", "--output", str(output)]
    command = [sys.executable, "-m", "sledmon", "analyze", *arguments]
    environment = os.environ | {
        "OPENBLAS_NUM_THREADS": "1",
        "SLEDMON_CACHE": "none" if cache is None else str(cache),
    }
    began_s = time.perf_counter()  # noqa: TID251 - a stopwatch
    with subprocess.Popen(command, env=environment) as process:
        peaks: dict[int, float] = {}
        while process.poll() is None:
            for pid in [process.pid, *_children(process.pid)]:
                peaks[pid] = max(peaks.get(pid, 0.0), _peak_mb(pid))
            time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"analyze ended with {process.returncode}")
    took_s = time.perf_counter() - began_s  # noqa: TID251
    return Run(took_s, sum(peaks.values()))


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [int(word) for word in listed.read_text().split()]
    except OSError:
        return []


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "season").mkdir()
        paths = write_season(folder / "season", asked.recordings)
        output = folder / "reps.csv"
        print(f"{len(paths)} recordings of ten minutes, {REPS} reps each")
        for share in (4, 2, 1):
            some = paths[: len(paths) // share]
            run = analyze(some, asked.jobs, None, output)
            print(_line(f"--jobs {asked.jobs}, {len(some)} recordings", run, len(some)))
        reps = output.read_bytes()
        alone = analyze(paths, 1, None, output)
        print(_line(f"--jobs 1, {len(paths)} recordings", alone, len(paths)))
        print(f"  scaling {alone.seconds / run.seconds:.2f}")
        if output.read_bytes() != reps:
            raise SystemExit("--jobs changes the results")
        first = analyze(paths, asked.jobs, folder / "cache", output)
        print(_line("the same, keeping results", first, len(paths)))
        again = analyze(paths, asked.jobs, folder / "cache", output)
        print(_line("again, from the cache", again, len(paths)))
        print(f"  {first.seconds / again.seconds:.0f} times as fast")
        if output.read_bytes() != reps:
            raise SystemExit("the cache changes the results")


def _line(what: str, run: Run, recordings: int) -> str:
    each_ms = 1000 * run.seconds / recordings
    return f"  {what}: {run.seconds:.1f} s, {each_ms:.1f} ms a recording, peak {run.peak_mb:.0f} MB"


if __name__ == "__main__":
    main()
