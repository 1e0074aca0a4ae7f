"""Damaged files: the same records, or fewer and told so, or one sentence. Never a wrong record."""

import itertools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sledmon.errors import RecordingError
from sledmon.recording.chunks import chunk_at
from sledmon.recording.reader import open_recording
from sledmon.recording.scan import scan
from sledmon.recording.source import FileBytes
from sledmon.recording.writer import RecordingWriter
from sledmon.samples import Connected, Event, Opened, Packet, Record, Tick

SMALL: list[Record] = [
    Opened(0, "simulated", "", "x"),
    Connected(10, "imu", "a", b"\x01\x02"),
    Packet(20, "imu", b"first"),
    Tick(100_000_000),
    Event(110_000_000, 0.11, "load_kg", "10.0"),
    Packet(120_000_000, "imu", b"second"),
    Packet(700_000_000, "imu", b"third"),
    Tick(800_000_000),
    Packet(1_500_000_000, "imu", b"fourth"),
]


def write(path: Path, records: list[Record]) -> Path:
    with RecordingWriter(path) as writer:
        for record in records[: len(records) // 2]:
            writer.write(record)
        writer.attach("imu.csv", b"time_s\n1\n2\n")
        for record in records[len(records) // 2 :]:
            writer.write(record)
    return path


def whole_chunks(path: Path) -> list[tuple[int, int]]:
    with FileBytes(path) as source:
        found = []
        for offset in scan(source).chunks:
            chunk = chunk_at(source, offset)
            assert chunk is not None
            found.append((offset, chunk[1]))
    return found


def is_subsequence(part: list[Record], whole: list[Record]) -> bool:
    rest = iter(whole)
    return all(any(record == other for other in rest) for record in part)


def assert_honest(path: Path, written: list[Record]) -> str:
    """Read a damaged file; returns what happened."""
    try:
        recording = open_recording(path)
        back = [record for batch in recording.batches() for record in batch]
        attachments = recording.attachments()
    except RecordingError as error:
        assert "\n" not in str(error)
        return "refused"
    for attachment in attachments:
        assert attachment == ("imu.csv", "text/csv", b"time_s\n1\n2\n")
    if back == written:
        return "same"
    assert is_subsequence(back, written), "a record was altered or out of order"
    assert recording.damage or not recording.closed, "records are missing and nobody says so"
    return "fewer"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("small") / "small.mcap", SMALL)


def test_every_truncation_gives_a_beginning_of_the_records(small: Path, tmp_path: Path) -> None:
    content = small.read_bytes()
    path = tmp_path / "cut.mcap"
    longest = 0
    for length in range(len(content)):
        path.write_bytes(content[:length])
        outcome = assert_honest(path, SMALL)
        if outcome == "refused":
            assert longest == 0
            continue
        recording = open_recording(path)
        back = [record for batch in recording.batches() for record in batch]
        assert back == SMALL[: len(back)]
        assert not recording.closed
        assert len(back) >= longest
        longest = len(back)
    assert longest == len(SMALL)


@pytest.mark.parametrize("pattern", [0x01, 0xFF])
def test_every_flipped_byte_is_harmless_or_reported(
    small: Path, tmp_path: Path, pattern: int
) -> None:
    content = bytearray(small.read_bytes())
    path = tmp_path / "flip.mcap"
    outcomes = []
    for position in range(len(content)):
        content[position] ^= pattern
        path.write_bytes(content)
        content[position] ^= pattern
        outcomes.append(assert_honest(path, SMALL))
    # One flip never costs the whole file, and never a state record: they stand there twice.
    assert "refused" not in outcomes


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_rough_treatment_is_honest(small: Path, data: st.DataObject) -> None:
    content = bytearray(small.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 200))
        kind = data.draw(st.sampled_from(["zero", "noise", "remove", "repeat", "insert"]))
        piece = content[at : at + length]
        if kind == "zero":
            content[at : at + length] = bytes(len(piece))
        elif kind == "noise":
            content[at : at + length] = data.draw(
                st.binary(min_size=len(piece), max_size=len(piece))
            )
        elif kind == "remove":
            del content[at : at + length]
        elif kind == "repeat":
            content[at:at] = piece
        else:
            content[at:at] = data.draw(st.binary(max_size=60))
        if not content:
            return
    path = small.with_name("rough.mcap")
    path.write_bytes(content)
    assert_honest(path, SMALL)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_noise_is_refused_in_one_sentence(small: Path, noise: bytes) -> None:
    path = small.with_name("noise.mcap")
    for content in (noise, small.read_bytes()[:8] + noise):
        path.write_bytes(content)
        with pytest.raises(RecordingError):
            open_recording(path)


def session(seconds: int) -> list[Record]:
    records: list[Record] = [Opened(0, "ble", "", "x"), Connected(1, "imu", "a", b"\x07")]
    for i in range(1, seconds * 10):
        records.append(Tick(i * 100_000_000))
        records.append(Packet(i * 100_000_000 + 5, "imu", i.to_bytes(4, "little")))
        if i % 37 == 0:
            records.append(Event(i * 100_000_000 + 9, i / 10, "load_kg", str(i)))
    return records


def spoil(path: Path, start: int, end: int) -> None:
    with path.open("r+b") as stream:
        middle = (start + end) // 2
        stream.seek(middle)
        byte = stream.read(1)[0]
        stream.seek(middle)
        stream.write(bytes([byte ^ 0x10]))


def test_a_damaged_chunk_costs_packets_but_never_a_state_record(tmp_path: Path) -> None:
    records = session(20)
    original = write(tmp_path / "a.mcap", records)
    states = [r for r in records if not isinstance(r, Tick | Packet)]
    lost_some = 0
    for chunk in whole_chunks(original):
        path = tmp_path / "b.mcap"
        shutil.copy(original, path)
        spoil(path, *chunk)
        recording = open_recording(path)
        back = [record for batch in recording.batches() for record in batch]
        assert [r for r in back if not isinstance(r, Tick | Packet)] == states
        assert is_subsequence(back, records), "a restored record is not at its place"
        (damage,) = recording.damage
        assert chunk[0] <= damage.start_byte < damage.end_byte
        lost = len(records) - len(back)
        assert damage.lost_records in (lost, None)
        assert damage.start_s is None or damage.end_s is None or damage.start_s < damage.end_s
        lost_some += lost > 0
    assert lost_some > 20


def test_two_damaged_neighbours_lose_no_state_once_a_later_copy_exists(tmp_path: Path) -> None:
    records = session(20)
    original = write(tmp_path / "a.mcap", records)
    states = [r for r in records if not isinstance(r, Tick | Packet)]
    chunks = whole_chunks(original)
    for first, second in itertools.pairwise(chunks[:-1]):
        path = tmp_path / "b.mcap"
        shutil.copy(original, path)
        spoil(path, *first)
        spoil(path, *second)
        recording = open_recording(path)
        back = [record for batch in recording.batches() for record in batch]
        assert [r for r in back if not isinstance(r, Tick | Packet)] == states
        assert is_subsequence(back, records)
        (damage,) = recording.damage
        assert (damage.start_byte, damage.lost_records) == (first[0], len(records) - len(back))


def test_a_state_record_lost_with_all_its_copies_is_reported(tmp_path: Path) -> None:
    records = session(20)
    original = write(tmp_path / "a.mcap", records)
    event = next(r for r in records if isinstance(r, Event))
    with FileBytes(original) as source:
        chunks = whole_chunks(original)
        spoken = f'"time_s":{event.time_s!r},'.encode()
        holding = [c for c in chunks if spoken in (chunk_at(source, c[0]) or (b"", 0))[0]]
    assert len(holding) == 3  # itself, the next chunk, the last one
    for chunk in holding:
        spoil(original, *chunk)
    recording = open_recording(original)
    back = [record for batch in recording.batches() for record in batch]
    assert event not in back
    assert any("coach" in damage.what for damage in recording.damage)


def test_all_state_is_written_again_every_minute(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    writer = RecordingWriter(path)
    records = session(130)
    for record in records:
        writer.write(record)
    spare = tmp_path / "b.mcap"
    shutil.copy(path, spare)  # as a killed process would leave it
    writer.close()
    for chunk in whole_chunks(spare)[:60]:
        spoil(spare, *chunk)
    recording = open_recording(spare)
    assert not recording.closed
    back = [record for batch in recording.batches() for record in batch]
    states = [r for r in records if not isinstance(r, Tick | Packet)]
    assert [r for r in back if not isinstance(r, Tick | Packet)] == states
    assert recording.restored == 9


def test_a_second_recording_behind_the_first_is_not_mixed_in(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", SMALL)
    other = write(tmp_path / "b.mcap", [SMALL[0], *(Tick(i) for i in range(50))])
    whole = path.read_bytes()
    path.write_bytes(whole + other.read_bytes())
    assert [r for batch in open_recording(path).batches() for r in batch] == SMALL
    # Even where the first was never closed: the other's first records would be numbered as seen.
    path.write_bytes(whole[: whole_chunks(path)[-1][1]] + other.read_bytes()[:-400])
    recording = open_recording(path)
    back = [r for batch in recording.batches() for r in batch]
    assert back[: len(SMALL)] == SMALL
    assert recording.damage
    assert sum(isinstance(record, Opened) for record in back) == 1


def test_a_file_of_zeros_in_the_tail_as_after_a_power_cut_keeps_the_rest(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", SMALL)
    end = whole_chunks(path)[-2][1]
    path.write_bytes(path.read_bytes()[:end] + bytes(5000))
    recording = open_recording(path)
    assert [r for batch in recording.batches() for r in batch] == SMALL[: len(SMALL)]
    assert not recording.closed
    assert recording.damage[0].end_s is None


def test_foreign_files_are_refused_in_one_sentence(tmp_path: Path) -> None:
    from mcap.writer import Writer

    def refusal(path: Path) -> str:
        with pytest.raises(RecordingError) as error:
            open_recording(path)
        assert "\n" not in str(error.value)
        return str(error.value)

    path = tmp_path / "a.mcap"
    assert "does not exist" in refusal(path)
    assert "is not a file" in refusal(tmp_path)
    path.write_bytes(b"")
    assert "is empty" in refusal(path)
    path.write_bytes(b"time_s,distance_m\n" * 1000)
    assert "is not a recording" in refusal(path)
    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.start("ros2")
        schema = writer.register_schema("a", "json", b"{}")
        for _ in range(5):
            channel = writer.register_channel("b", "json", schema)
        writer.add_message(channel, 0, b"{}", 0)
        writer.add_message(4, 0, b"{}", 0)
        writer.finish()  # type: ignore[no-untyped-call]
    assert "not of sledmon" in refusal(path)


def rewrite(path: Path, old: bytes, new: bytes) -> None:
    """Make the same file with other state JSON, as another version would write it."""
    from mcap.reader import make_reader
    from mcap.writer import Writer

    with path.open("rb") as stream:
        found = [
            (channel.id, message)
            for _, channel, message in make_reader(stream).iter_messages(log_time_order=False)
        ]
    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.start("sledmon", "another")
        for number in range(5):
            writer.register_schema(str(number), "", b"")
            writer.register_channel(str(number), "json", number)
        for channel, message in found:
            data = message.data.replace(old, new)
            writer.add_message(
                channel, message.log_time, data, message.publish_time, message.sequence
            )
        writer.finish()  # type: ignore[no-untyped-call]


def test_a_newer_major_format_is_refused_with_update_sledmon(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", SMALL)
    rewrite(path, b'"format":"1.0"', b'"format":"2.0"')
    with pytest.raises(RecordingError, match=r"format 2\.0 .* update sledmon"):
        open_recording(path)


def test_a_newer_minor_format_is_read_and_its_new_kinds_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", SMALL)
    rewrite(path, b'"format":"1.0"', b'"format":"1.7","colour":"red"')
    recording = open_recording(path)
    assert recording.format == "1.7"
    assert [r for batch in recording.batches() for r in batch] == SMALL
    rewrite(path, b'"record":"event"', b'"record":"weather"')
    recording = open_recording(path)
    back = [r for batch in recording.batches() for r in batch]
    assert back == [record for record in SMALL if not isinstance(record, Event)]
    assert recording.damage == ()


def test_a_disk_that_fills_up_is_told_once_and_the_beginning_is_kept(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    path = tmp_path / "a.mcap"
    child = """
import os, resource, signal, sys
from sledmon.errors import RecordingError
from sledmon.recording.writer import RecordingWriter
from sledmon.samples import Opened, Packet
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
refused = []
with RecordingWriter(sys.argv[1]) as writer:
    writer.write(Opened(0, "ble", "", "x"))
    for i in range(1000):
        try:
            writer.write(Packet(i * 10**8, "imu", os.urandom(200)))
        except RecordingError as error:
            refused.append(str(error))
    assert writer.failure == refused[0]
assert len(refused) == 1, refused
print(refused[0])
"""
    run = subprocess.run(
        [sys.executable, "-c", child, path], capture_output=True, text=True, timeout=30, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "the disk is full" in run.stdout
    assert "free some space and begin a new recording" in run.stdout
    recording = open_recording(path)
    records = [record for batch in recording.batches() for record in batch]
    assert 150 < len(records) < 400
    assert [record.received_ns for record in records[1:]] == [
        i * 10**8 for i in range(len(records) - 1)
    ]
