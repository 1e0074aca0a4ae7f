"""A real ``sledmon demo --record`` killed at random moments: what is missing from each recording.

``python -m benchmarks.sigkill [--kills 50]``
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from sledmon.recording import check, open_recording
from sledmon.samples import Opened

DEMO = [sys.executable, "-m", "sledmon", "demo", "--headless", "--speed", "1", "--faults", "harsh"]
AT_ONCE = 4
"""More at once on a small computer would measure its load, not the recording."""
LATEST_S = 8.0
POLL_S = 0.005


class Killed(NamedTuple):
    """One process that was killed."""

    after_s: float
    """Time since the recording's first bytes appeared: the session time that was reached."""
    last_s: float
    """Session time of the last record in the file."""
    missing_s: float
    lines: tuple[str, ...]
    """What ``check`` says."""


def killed(kills: int, folder: Path, seed: int = 1) -> list[Killed]:
    """Start demos at real speed, kill each at a random moment, and look at what they left."""
    generator = random.Random(seed)
    out: list[Killed] = []
    for first in range(0, kills, AT_ONCE):
        moments = [generator.uniform(0.3, LATEST_S) for _ in range(min(AT_ONCE, kills - first))]
        out += _killed_together(moments, folder, first)
    return out


def _killed_together(moments_s: list[float], folder: Path, first: int) -> list[Killed]:
    paths = [folder / f"killed-{first + i}.mcap" for i in range(len(moments_s))]
    processes = [
        subprocess.Popen(
            [*DEMO, "--seed", str(first + i), "--record", str(path)],
            stdout=subprocess.DEVNULL,
        )
        for i, path in enumerate(paths)
    ]
    began: dict[int, float] = {}
    after_s: dict[int, float] = {}
    try:
        give_up = time.monotonic() + 60.0 + LATEST_S  # noqa: TID251 - other processes are timed
        while len(after_s) < len(paths):
            now = time.monotonic()  # noqa: TID251
            if now > give_up:
                raise TimeoutError("a demo never began to record")
            for i, path in enumerate(paths):
                if i not in began and path.exists() and path.stat().st_size:
                    began[i] = now
                if i in began and i not in after_s and now - began[i] >= moments_s[i]:
                    processes[i].kill()
                    after_s[i] = time.monotonic() - began[i]  # noqa: TID251
            time.sleep(POLL_S)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [_looked_at(path, after_s[i]) for i, path in enumerate(paths)]


def _looked_at(path: Path, after_s: float) -> Killed:
    recording = open_recording(path)
    records = [record for batch in recording.batches() for record in batch]
    if not isinstance(records[0], Opened):
        raise TypeError(f"{path} does not begin with Opened")
    last_s = records[-1].received_ns / 1e9
    return Killed(after_s, last_s, after_s - last_s, check(path).lines)


def main() -> None:
    """Kill and print."""
    parser = argparse.ArgumentParser(description="What a killed demo's recording lacks.")
    parser.add_argument("--kills", type=int, default=50)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = killed(asked.kills, Path(folder))
    missing = sorted(result.missing_s for result in results)
    print(f"{len(results)} demos killed 0.3 to {LATEST_S:g} s after they began to record")
    print("every file opens; check says of each:")
    for line in sorted({result.lines[0] for result in results}):
        print(f"  {sum(result.lines[0] == line for result in results)} x {line}")
    print(
        f"missing at the end: median {missing[len(missing) // 2]:.2f} s, most {missing[-1]:.2f} s,"
        f" more than 1 s in {sum(m > 1.0 for m in missing)}"
    )


if __name__ == "__main__":
    main()
