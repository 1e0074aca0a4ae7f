"""A process that writes in real time and is killed at any moment loses at most one second."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from sledmon.recording.reader import open_recording
from sledmon.samples import Event, Packet

KILLS = int(os.environ.get("SLEDMON_KILLS", "8"))
AT_ONCE = 8

WRITING = """
import os, sys, time
from sledmon.recording.writer import RecordingWriter
from sledmon.samples import Connected, Event, Opened, Packet, Tick
started = time.monotonic_ns()
with RecordingWriter(sys.argv[1]) as writer:
    writer.write(Opened(0, "ble", "", "x"))
    writer.write(Connected(1, "imu", "sledmon-1", b"abc"))
    number = 0
    while True:
        received_ns = time.monotonic_ns() - started
        writer.write(Packet(received_ns, "imu", number.to_bytes(8, "little")))
        os.write(1, received_ns.to_bytes(8, "little"))  # what the parent knows was written
        if number % 40 == 39:
            writer.write(Event(received_ns, received_ns / 1e9, "load_kg", str(number)))
        number += 1
        time.sleep(0.01)
"""


def test_a_killed_process_loses_at_most_one_second(tmp_path: Path) -> None:
    generator = random.Random(20)
    losses = []
    for first in range(0, KILLS, AT_ONCE):
        moments = sorted(generator.uniform(0.3, 3.0) for _ in range(min(AT_ONCE, KILLS - first)))
        paths = [tmp_path / f"{first + i}.mcap" for i in range(len(moments))]
        children = [
            subprocess.Popen([sys.executable, "-c", WRITING, path], stdout=subprocess.PIPE)
            for path in paths
        ]
        begun = 0.0
        for child in children:
            assert child.stdout is not None
            assert child.stdout.read(8)  # it writes
        for child, moment in zip(children, moments, strict=True):
            time.sleep(moment - begun)
            begun = moment
            child.kill()
        for child, path in zip(children, paths, strict=True):
            assert child.stdout is not None
            times = child.stdout.read()
            child.stdout.close()
            child.wait()
            losses.append(lost_s(path, times))
    assert len(losses) == KILLS
    assert max(losses) <= 1.0


def lost_s(path: Path, times: bytes) -> float:
    recording = open_recording(path)
    records = [record for batch in recording.batches() for record in batch]
    assert not recording.closed
    numbers = [int.from_bytes(r.payload, "little") for r in records if isinstance(r, Packet)]
    assert numbers == list(range(len(numbers)))
    assert all(isinstance(record, Event | Packet) for record in records[2:])
    whole = len(times) // 8 * 8
    last_written_ns = int.from_bytes(times[whole - 8 : whole], "little")
    return (last_written_ns - records[-1].received_ns) / 1e9
