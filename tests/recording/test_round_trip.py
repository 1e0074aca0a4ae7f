"""What is written comes back: exactly, in order, by our reader and by the standard one."""

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader

from sledmon.errors import RecordingError
from sledmon.recording.reader import open_recording, read_batches
from sledmon.recording.writer import RecordingWriter
from sledmon.samples import Connected, Event, Lost, Opened, Packet, Record, Tick

OPENED = Opened(0, "simulated", "[sled]\nmass_kg = 12.0\n", "sledmon 0.1.0", "2026-11-20", "Größe")

SESSION: list[Record] = [
    OPENED,
    Connected(1_000_000, "imu", "sledmon-1", bytes(range(52)), "sledmon-imu-7"),
    Connected(2_000_000, "encoder", "sledmon-1", b"", ""),
    Tick(2_000_000),
    Packet(3_000_000, "imu", b"\x01\x00abc"),
    Packet(3_000_001, "encoder", b""),
    Event(5_000_000, 0.1 + 0.2, "load_kg", "4.5"),
    Tick(900_000_000),
    Packet(1_700_000_000, "imu", bytes(244)),
    Lost(1_800_000_000, "encoder", "timed out"),
    Packet(1_900_000_000, "imu", b"\x02"),
]


def write(path: Path, records: list[Record]) -> Path:
    with RecordingWriter(path) as writer:
        for record in records:
            writer.write(record)
    return path


def read(path: Path) -> list[Record]:
    return [record for batch in read_batches(path) for record in batch]


def test_every_kind_of_record_comes_back_exactly_and_in_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", SESSION)
    back = read(path)
    assert back == SESSION
    assert [type(record) for record in back] == [type(record) for record in SESSION]
    recording = open_recording(path)
    assert (recording.closed, recording.damage, recording.restored) == (True, (), 0)
    assert recording.opened == OPENED
    assert recording.format == "1.0"
    assert recording.duration_s == 1.9


TIMES = st.integers(0, 3_600_000_000_000)
DEVICE = st.sampled_from(["imu", "encoder"])
TEXT = st.text(st.characters(), max_size=30)  # lone surrogates included
RECORDS = st.lists(
    st.one_of(
        st.builds(Tick, TIMES),
        st.builds(Packet, TIMES, DEVICE, st.binary(max_size=300)),
        st.builds(Connected, TIMES, DEVICE, TEXT, st.binary(max_size=60), TEXT),
        st.builds(Lost, TIMES, DEVICE, TEXT),
        st.builds(Event, TIMES, st.floats(allow_nan=False), TEXT, TEXT),
    ),
    max_size=40,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(records=RECORDS, start=st.integers(-(10**13), 0), in_order=st.booleans())
def test_any_records_come_back(
    tmp_path: Path, records: list[Record], start: int, in_order: bool
) -> None:
    if in_order:
        records = sorted(records, key=lambda record: record.received_ns)
    path = tmp_path / "a.mcap"
    path.unlink(missing_ok=True)
    whole = [Opened(start, "import", TEXT_RIG, "x"), *records]
    write(path, whole)
    assert read(path) == whole


TEXT_RIG = "[encoder]\n"


def test_negative_session_times_come_back_and_log_times_are_never_negative(tmp_path: Path) -> None:
    records: list[Record] = [
        Opened(-2_500_000_000, "import", "", "x"),
        Packet(-2_400_000_000, "encoder", b"a"),
        Packet(100, "encoder", b"b"),
    ]
    path = write(tmp_path / "a.mcap", records)
    assert read(path) == records
    with path.open("rb") as stream:
        times = [message.log_time for _, _, message in make_reader(stream).iter_messages()]
    assert min(times) == 0
    assert open_recording(path).duration_s == 2.5000001


def test_an_hour_is_read_in_several_batches_that_join_to_the_whole(tmp_path: Path) -> None:
    records: list[Record] = [OPENED, *(Tick(i * 100_000_000) for i in range(5000))]
    path = write(tmp_path / "a.mcap", records)
    batches = list(read_batches(path))
    assert len(batches) > 3
    assert all(batches)
    assert [record for batch in batches for record in batch] == records


def test_the_standard_reader_reads_a_closed_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", SESSION)
    with path.open("rb") as stream:
        reader = make_reader(stream, validate_crcs=True)
        assert reader.get_header().profile == "sledmon"
        summary = reader.get_summary()
        assert summary is not None
        assert {number: channel.topic for number, channel in summary.channels.items()} == {
            1: "tick",
            2: "imu/packet",
            3: "encoder/packet",
            4: "state",
            5: "state-copy",
        }
        found = [
            (channel.topic, message.log_time, message.data)
            for _, channel, message in reader.iter_messages(topics=["imu/packet"])
        ]
    assert found == [
        ("imu/packet", record.received_ns, record.payload)
        for record in SESSION
        if isinstance(record, Packet) and record.device == "imu"
    ]


def test_the_standard_streaming_reader_agrees_with_the_checksum_over_the_whole_file(
    tmp_path: Path,
) -> None:
    from mcap.stream_reader import StreamReader

    path = write(tmp_path / "a.mcap", SESSION)
    with path.open("rb") as stream:
        kinds = {
            type(record).__name__ for record in StreamReader(stream, validate_crcs=True).records
        }
    assert {"Header", "Schema", "Channel", "Message", "DataEnd", "Footer"} <= kinds


def test_attachments_come_back_without_any_folder_in_their_name(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    content = bytes(range(256)) * 50
    with RecordingWriter(path) as writer:
        writer.write(OPENED)
        writer.write(Tick(5))
        writer.attach("/home/someone/secret/encoder.csv", content)
        writer.write(Tick(6))
    recording = open_recording(path)
    assert recording.attachments() == (("encoder.csv", "text/csv", content),)
    assert read(path) == [OPENED, Tick(5), Tick(6)]
    assert b"someone" not in path.read_bytes()


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(b"precious")
    with pytest.raises(RecordingError, match="never overwritten"):
        RecordingWriter(path)
    assert path.read_bytes() == b"precious"


def test_the_first_record_must_be_opened_and_there_is_only_one(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with RecordingWriter(path) as writer:
        with pytest.raises(RecordingError, match="must be Opened, not Tick"):
            writer.write(Tick(0))
        writer.write(OPENED)
        with pytest.raises(RecordingError, match="one Opened"):
            writer.write(OPENED)
        writer.write(Tick(1))
    assert read(path) == [OPENED, Tick(1)]


def test_opened_is_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with RecordingWriter(path) as writer:
        writer.write(OPENED)
        assert open_recording(path).opened == OPENED
        assert not open_recording(path).closed


def test_a_writer_that_never_got_a_record_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    RecordingWriter(path).close()
    assert not path.exists()


def test_records_that_a_file_cannot_hold_are_refused_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with RecordingWriter(path) as writer:
        writer.write(OPENED)
        with pytest.raises(RecordingError, match="larger than"):
            writer.write(Packet(1, "imu", bytes(2_000_000)))
        with pytest.raises(RecordingError, match="lies outside"):
            writer.write(Tick(-1))
        writer.write(Tick(2))
    assert read(path) == [OPENED, Tick(2)]
    with pytest.raises(RecordingError, match="closed"):
        writer.write(Tick(3))


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"cannot write .*its folder does not exist; make it"):
        RecordingWriter(tmp_path / "missing" / "a.mcap")


def test_event_times_that_are_not_finite_do_not_stop_a_recording(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", [OPENED, Event(1, math.inf, "note", "x")])
    assert read(path)[1] == Event(1, math.inf, "note", "x")
