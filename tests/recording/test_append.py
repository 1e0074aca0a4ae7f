"""Events added later stand behind everything else; whoever is killed leaves the old file whole."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mcap.reader import make_reader

from sledmon.errors import EventError, RecordingError
from sledmon.recording import RecordingWriter, Said, append_events, check, open_recording
from sledmon.samples import Event, Opened, Packet, Record, Tick

SESSION: list[Record] = [
    Opened(0, "simulated", "", "sledmon 0.1.0", "2026-11-20", "Größe"),
    Packet(3_000_000, "imu", bytes(range(200))),
    Event(5_000_000, 0.005, "load_kg", "4.5"),
    *(Packet(10_000_000 * k, "encoder", os.urandom(60)) for k in range(1, 400)),
    Tick(4_000_000_000),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with RecordingWriter(tmp_path / "a.mcap") as writer:
        for record in SESSION:
            writer.write(record)
        writer.attach("gates.csv", b"time_s\n1.0\n")
    return tmp_path / "a.mcap"


def records(path: Path) -> list[Record]:
    return [record for batch in open_recording(path).batches() for record in batch]


def test_events_stand_behind_every_record_and_the_duration_stays(path: Path) -> None:
    before = open_recording(path).duration_s
    first = append_events(path, [Said("note", "slipped", 1.5), Said("exclude_rep", "1,5")])
    second = append_events(path, [Said("undo")])
    assert records(path) == [*SESSION, *first, *second]
    last_ns = 4_000_000_000
    assert first == (
        Event(last_ns, 1.5, "note", "slipped"),
        Event(last_ns, 4.0, "exclude_rep", "1.5"),
    )
    assert open_recording(path).duration_s == before
    report = check(path)
    assert (report.whole, report.attachments) == (True, ("gates.csv",))
    with path.open("rb") as stream:  # for every other MCAP tool as well
        summary = make_reader(stream, validate_crcs=True).get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.channel_message_counts[4] == 5


def test_an_event_without_sense_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(EventError, match="did you mean 'load_kg'"):
        append_events(path, [Said("note", "fine"), Said("laod_kg", "4")])
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_still_written_or_damaged_is_refused(path: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    running = RecordingWriter(tmp_path / "running.mcap")
    for record in SESSION:
        running.write(record)
    with pytest.raises(RecordingError, match="being recorded just now"):
        append_events(running.path, [Said("undo")])
    running.close()
    path.write_bytes(whole[:600] + bytes([whole[600] ^ 1]) + whole[601:])
    with pytest.raises(RecordingError, match=r"is damaged.*--repair"):
        append_events(path, [Said("undo")])


def test_a_folder_that_cannot_be_written_says_so(path: Path) -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    path.parent.chmod(0o500)
    try:
        with pytest.raises(RecordingError, match="no right to write there"):
            append_events(path, [Said("undo")])
    finally:
        path.parent.chmod(0o700)
    assert records(path) == SESSION


APPENDING = """
import sys
from sledmon.recording import Said, append_events
print("ready", flush=True)
while True:
    append_events(sys.argv[1], [Said("note", "again")])
    print("one more", flush=True)
"""


def test_a_process_killed_while_it_appends_leaves_a_whole_file(path: Path) -> None:
    for kill in range(6):
        mine = path.with_name(f"{kill}.mcap")
        shutil.copy(path, mine)
        child = subprocess.Popen(
            [sys.executable, "-c", APPENDING, mine], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.02 + 0.03 * kill)  # somewhere in the middle of it
        child.kill()
        told = child.stdout.read().count("one more")
        child.stdout.close()
        child.wait()
        assert check(mine).whole
        after = records(mine)
        assert after[: len(SESSION)] == SESSION
        assert len(after) - len(SESSION) in (told, told + 1)
