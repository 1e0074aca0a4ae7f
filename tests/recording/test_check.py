"""Is the file whole, what was lost, and what a repair brings back."""

import shutil
from pathlib import Path

import pytest

from sledmon.errors import RecordingError
from sledmon.recording.check import REPAIR_NOTE, check, format_report, repair
from sledmon.recording.chunks import chunk_at
from sledmon.recording.reader import open_recording
from sledmon.recording.scan import scan
from sledmon.recording.source import FileBytes
from sledmon.recording.writer import RecordingWriter
from sledmon.samples import Connected, Event, Opened, Packet, Record, Tick


def session() -> list[Record]:
    records: list[Record] = [Opened(0, "ble", "", "x"), Connected(1, "imu", "a", b"\x07")]
    for i in range(1, 100):
        records.append(Tick(i * 100_000_000))
        records.append(Packet(i * 100_000_000 + 5, "imu", i.to_bytes(4, "little")))
    records.append(Event(9_950_000_000, 9.95, "load_kg", "4.5"))
    return records


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "whole.mcap"
    with RecordingWriter(path) as writer:
        for record in session():
            writer.write(record)
        writer.attach("imu.csv", b"time_s\n")
    return path


def flip(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 0x40
    path.write_bytes(content)


def middle_of_chunk(path: Path, number: int) -> int:
    with FileBytes(path) as source:
        offset = scan(source).chunks[number]
        chunk = chunk_at(source, offset)
        assert chunk is not None
        return (offset + chunk[1]) // 2


def records_of(path: Path) -> list[Record]:
    return [record for batch in open_recording(path).batches() for record in batch]


def test_a_whole_file_is_said_to_be_whole(whole: Path) -> None:
    report = check(whole)
    assert report.whole
    assert report.closed
    assert report.damage == ()
    assert report.records == {
        "opened": 1,
        "connected": 1,
        "ticks": 99,
        "imu packets": 99,
        "events": 1,
    }
    assert report.duration_s == 9.95
    assert report.attachments == ("imu.csv",)
    assert "The file is whole" in format_report(report)


def test_any_flipped_byte_anywhere_is_noticed(whole: Path, tmp_path: Path) -> None:
    size = whole.stat().st_size
    for position in range(0, size, 41):
        path = tmp_path / "flipped.mcap"
        shutil.copy(whole, path)
        flip(path, position)
        assert not check(path).whole, f"byte {position} of {size}"


def test_what_was_lost_is_named_with_its_times(whole: Path) -> None:
    flip(whole, middle_of_chunk(whole, 8))
    report = check(whole)
    assert not report.whole
    assert report.closed
    (damage,) = report.damage
    assert damage.start_s is not None
    assert damage.end_s is not None
    assert 0.4 < damage.end_s - damage.start_s < 0.9
    assert damage.lost_records
    text = format_report(report)
    assert "The file is damaged" in text
    assert f"{damage.lost_records} records lost" in text
    assert f"From {damage.start_s:.2f} s to {damage.end_s:.2f} s" in text


def test_a_file_that_was_never_closed_says_so(whole: Path) -> None:
    content = whole.read_bytes()
    with FileBytes(whole) as source:
        chunk = chunk_at(source, scan(source).chunks[-2])
    assert chunk is not None
    whole.write_bytes(content[: chunk[1]])
    report = check(whole)
    assert not report.closed
    assert not report.whole
    assert report.damage == ()
    assert "never closed" in format_report(report)


def test_a_repaired_file_is_whole_and_holds_all_that_could_be_recovered(
    whole: Path, tmp_path: Path
) -> None:
    flip(whole, middle_of_chunk(whole, 8))
    flip(whole, middle_of_chunk(whole, 0))
    before = whole.read_bytes()
    out = tmp_path / "repaired.mcap"
    report = repair(whole, out)
    assert not report.whole
    assert report.restored == 1
    assert check(out).whole
    assert records_of(out) == records_of(whole)
    assert {a.name for a in open_recording(out).attachments()} == {"imu.csv", REPAIR_NOTE}
    assert whole.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"whole.mcap", "repaired.mcap"}


def test_a_repair_never_overwrites_anything_and_leaves_nothing_behind(
    whole: Path, tmp_path: Path
) -> None:
    before = whole.read_bytes()
    with pytest.raises(RecordingError, match="never overwritten"):
        repair(whole, whole)
    assert whole.read_bytes() == before
    with pytest.raises(RecordingError, match=r"cannot write .*b\.mcap: its folder") as error:
        repair(whole, tmp_path / "missing" / "b.mcap")
    assert ".part" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["whole.mcap"]
