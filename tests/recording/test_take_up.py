"""Going on with a recording whose process died: nothing old is lost, nothing new is odd."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sledmon.errors import RecordingError
from sledmon.recording import RecordingWriter, check, open_recording, put_back, take_up
from sledmon.recording.take_up import REASON
from sledmon.samples import Connected, Event, Lost, Opened, Packet, Record, Tick

WRITING = """
import sys
from sledmon.recording import RecordingWriter
from sledmon.samples import Connected, Event, Lost, Opened, Packet
writer = RecordingWriter(sys.argv[1])
writer.write(Opened(0, "ble", "", "x"))
writer.write(Connected(1, "imu", "stream-1", b"abc"))
writer.write(Connected(2, "encoder", "stream-1", b"def"))
writer.write(Lost(3, "encoder", "timed out"))
for number in range(400):
    writer.write(Packet(10_000_000 * (number + 1), "imu", number.to_bytes(8, "little")))
writer.write(Event(4_010_000_000, 4.01, "athlete", "Ana"))
print("written", flush=True)
sys.stdin.read()
"""
TAKING_UP = """
import sys
from pathlib import Path
from sledmon.recording import take_up, writer
left = int(sys.argv[2])
write = writer.RecordingWriter.write

def counted(self, record):
    global left
    if not left:
        print("in the middle", flush=True)
        sys.stdin.read()
    left -= 1
    write(self, record)

writer.RecordingWriter.write = counted
take_up(Path(sys.argv[1]))
print("taken up", flush=True)
sys.stdin.read()
"""


def killed(program: str, *arguments: object) -> str:
    """Run until the first line, then SIGKILL; the line."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    return line


def records_in(path: Path) -> list[Record]:
    return [record for batch in open_recording(path).batches() for record in batch]


@pytest.fixture
def cut_off(tmp_path: Path) -> Path:
    """A recording of a process that was killed."""
    path = tmp_path / "session.mcap"
    assert killed(WRITING, path) == "written"
    assert not open_recording(path).closed
    return path


def hidden_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if each.name.startswith(".")]


def test_a_killed_recording_goes_on_behind_all_it_held(cut_off: Path) -> None:
    before = records_in(cut_off)
    assert isinstance(before[-1], Event)
    written_s = cut_off.stat().st_mtime
    resumed = take_up(cut_off)
    assert resumed.written_utc_s == written_s
    with resumed.writer as writer:
        writer.write(Tick(5_000_000_000))
        writer.write(Connected(5_000_000_001, "imu", "stream-1", b"abc"))
    after = records_in(cut_off)
    assert after[: len(before)] == before
    assert resumed.records == after[:-2]
    assert after[len(before) : -2] == [Lost(before[-1].received_ns, "imu", REASON)]
    assert open_recording(cut_off).closed
    assert check(cut_off).lines[0].startswith("The file is whole")
    assert hidden_in(cut_off.parent) == []


def test_only_sensors_that_were_connected_are_told_lost(cut_off: Path) -> None:
    """The tether was lost already when the process died."""
    resumed = take_up(cut_off)
    resumed.writer.close()
    lost = [record for record in resumed.records if isinstance(record, Lost)]
    assert [(record.device, record.reason) for record in lost] == [
        ("encoder", "timed out"),
        ("imu", REASON),
    ]


def test_the_last_bytes_of_a_torn_file_may_be_missing(cut_off: Path) -> None:
    before = records_in(cut_off)
    os.truncate(cut_off, cut_off.stat().st_size * 2 // 3)
    kept = records_in(cut_off)
    assert 0 < len(kept) < len(before)
    resumed = take_up(cut_off)
    resumed.writer.close()
    assert resumed.records[: len(kept)] == kept == before[: len(kept)]
    assert check(cut_off).lines[0].startswith("The file is whole")


@pytest.mark.parametrize("written", [0, 1, 2, 200, 404, 405])
def test_killed_in_the_middle_of_taking_up_loses_nothing(cut_off: Path, written: int) -> None:
    before = records_in(cut_off)
    assert killed(TAKING_UP, cut_off, written) == "in the middle"
    resumed = take_up(cut_off)
    resumed.writer.close()
    assert records_in(cut_off)[: len(before)] == before
    assert [record for record in resumed.records if isinstance(record, Packet)] == [
        record for record in before if isinstance(record, Packet)
    ]
    assert hidden_in(cut_off.parent) == []


@pytest.mark.parametrize("written", [0, 100, 405])
def test_a_recording_set_aside_gets_its_name_back(cut_off: Path, written: int) -> None:
    """The start screen lists names: nobody should have to know of what lies beside."""
    before = records_in(cut_off)
    killed(TAKING_UP, cut_off, written)
    put_back(cut_off.parent)
    assert records_in(cut_off)[: len(before)] == before
    assert hidden_in(cut_off.parent) == []
    put_back(cut_off.parent)
    put_back(cut_off.parent / "no such folder")
    assert records_in(cut_off)[: len(before)] == before


def test_killed_again_right_behind_taking_up_it_is_taken_up_again(cut_off: Path) -> None:
    before = records_in(cut_off)
    for _ in range(3):
        assert killed(TAKING_UP, cut_off, 1000) == "taken up"
    resumed = take_up(cut_off)
    resumed.writer.close()
    assert resumed.records[:-1] == before
    assert isinstance(resumed.records[-1], Lost), "told lost once, not at every try"


def test_a_file_without_a_record_says_what_to_do(tmp_path: Path) -> None:
    missing = tmp_path / "missing.mcap"
    with pytest.raises(RecordingError, match="nothing to go on with; begin a new session"):
        take_up(missing)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_recording_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "notes.mcap"
    other.write_text("not a recording")
    with pytest.raises(RecordingError):
        take_up(other)
    assert other.read_text() == "not a recording"
    assert hidden_in(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_one_sentence_and_nothing_is_lost(
    cut_off: Path,
) -> None:
    before = records_in(cut_off)
    aside = cut_off.with_name(f".{cut_off.name}.before")
    aside.mkdir()
    with pytest.raises(RecordingError) as refused:
        take_up(cut_off)
    assert "\n" not in str(refused.value)
    aside.rmdir()
    assert records_in(cut_off) == before


def test_a_writer_that_goes_on_flushes_as_any(cut_off: Path) -> None:
    resumed = take_up(cut_off)
    resumed.writer.write(Tick(6_000_000_000))
    assert isinstance(records_in(cut_off)[-1], Tick), "on the disk without closing"
    resumed.writer.close()


def test_a_whole_recording_may_be_gone_on_with_too(tmp_path: Path) -> None:
    path = tmp_path / "whole.mcap"
    with RecordingWriter(path) as writer:
        writer.write(Opened(0, "ble", "", "x"))
        writer.write(Tick(100_000_000))
    resumed = take_up(path)
    with resumed.writer as writer:
        writer.write(Tick(200_000_000))
    assert [record.received_ns for record in records_in(path)] == [0, 100_000_000, 200_000_000]
    assert time.gmtime(resumed.written_utc_s).tm_year > 2000
