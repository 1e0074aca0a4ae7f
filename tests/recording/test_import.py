"""Foreign tables become recordings, or one sentence with file, line and column and no file."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sledmon.errors import ImportTableError, RecordingError, RigError, SledmonError
from sledmon.recording.check import check
from sledmon.recording.csv_rows import open_csv, read_carefully, read_fast, read_numbers
from sledmon.recording.reader import open_recording
from sledmon.recording.tables import LAYOUT, ImportSummary, import_tables
from sledmon.samples import Connected, Event, FloatArray, Opened, Packet, Record
from sledmon.wire.table import IMU, unpack_rows, unpack_table_descriptor

ENCODER_CSV = "time_s,distance_m\n0.00,1.5\n0.01,1.45\n0.02,1.55\n0.13,2\n"
IMU_HEADER = ",".join(IMU)


def csv(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def run(folder: Path, encoder: str | bytes, **others: str | bytes) -> ImportSummary:
    given = {name: csv(folder, f"{name}.csv", text) for name, text in others.items()}
    return import_tables(folder / "out.mcap", encoder=csv(folder, "encoder.csv", encoder), **given)


def records(folder: Path) -> list[Record]:
    return [r for batch in open_recording(folder / "out.mcap").batches() for r in batch]


def rows(found: list[Record], device: str, columns: int) -> FloatArray:
    packets = [r for r in found if isinstance(r, Packet) and r.device == device]
    return np.concatenate([unpack_rows(packet.payload, columns) for packet in packets])


def test_rows_become_table_packets_exactly(tmp_path: Path) -> None:
    summary = run(tmp_path, ENCODER_CSV)
    found = records(tmp_path)
    assert isinstance(found[0], Opened)
    assert (found[0].source, found[0].rig_toml, found[0].received_ns) == ("import", "", 0)
    assert isinstance(found[1], Connected)
    assert (found[1].layout, found[1].device, found[1].name) == (LAYOUT, "encoder", "encoder.csv")
    descriptor = unpack_table_descriptor(found[1].descriptor)
    assert descriptor == (("time_s", "distance_m"), 0.01)
    assert [(type(r), r.received_ns) for r in found[2:]] == [
        (Packet, 20_000_000),
        (Packet, 130_000_000),
    ]
    expected = [[0.0, 1.5], [0.01, 1.45], [0.02, 1.55], [0.13, 2.0]]
    assert rows(found, "encoder", 2).tolist() == expected
    assert summary.rows == {"encoder": 4}
    assert summary.duration_s == 0.13
    assert "No geometry correction" in summary.notes[0]
    recording = open_recording(tmp_path / "out.mcap")
    assert recording.attachments() == (("encoder.csv", "text/csv", ENCODER_CSV.encode()),)
    assert check(tmp_path / "out.mcap").whole


@pytest.mark.parametrize(
    "text",
    [
        "time_s;distance_m\n0,00;1,5\n0,01;1,45\n0,02;1,55\n0,13;2\n",
        "time_s;distance_m\n0.00;1.5\n0.01;1.45\n0.02;1.55\n0.13;2\n",
        "\ufefftime_s,distance_m\r\n0.00,1.5\r\n0.01,1.45\r\n0.02,1.55\r\n0.13,2\r\n\r\n",
        "\ufefftime_s;distance_m\r\n0,00;1,5\r\n0,01;1,45\r\n0,02;1,55\r\n0,13;2",
        "distance_m,time_s\n1.5,0\n1.45,0.01\n1.55,0.02\n2,0.13\n",
        'time_s,distance_m\n"0.00","1.5"\n"0,01","1,45"\n0.02, 1.55\n0.13,2e0\n\n',
        "time_s,note,distance_m,\n0,a,1.5,\n0.01,b,1.45,\n0.02,é,1.55,\n0.13,,2,\n",
        "time_s,distance_m\r0.00,1.5\r0.01,1.45\r0.02,1.55\r0.13,2\r",
    ],
)
def test_every_dialect_gives_the_same_rows(tmp_path: Path, text: str) -> None:
    summary = run(tmp_path, text)
    expected = [[0.0, 1.5], [0.01, 1.45], [0.02, 1.55], [0.13, 2.0]]
    assert rows(records(tmp_path), "encoder", 2).tolist() == expected
    assert any("not used: note, (without a name)" in n for n in summary.notes) == ("note" in text)


def test_two_tables_and_events_are_merged_by_arrival(tmp_path: Path) -> None:
    imu = IMU_HEADER + "\n" + "".join(f"{i / 50:.2f},0,0,9.81,0,0,{i}\n" for i in range(-5, 10))
    events = (
        "time_s,event,value\n0.13,load_kg,10\n-0.05,athlete,Ana\n0.02,zero\n"
        '9,note,"late, but kept"\n0.021,baseline,"4.51 0.03"\n'
    )
    rig = "[encoder]\nheight_m = 0.5\n"
    summary = run(tmp_path, ENCODER_CSV, imu=imu, events=events, rig=rig)
    found = records(tmp_path)
    opened = found[0]
    assert isinstance(opened, Opened)
    assert opened.rig_toml == rig
    assert opened.received_ns == -100_000_000
    assert [r.device for r in found[1:3] if isinstance(r, Connected)] == ["imu", "encoder"]
    assert [
        (r.received_ns // 1_000_000, r.kind if isinstance(r, Event) else r.device)
        for r in found[3:]
        if isinstance(r, Event | Packet)
    ] == [
        (-50, "athlete"),
        (-20, "imu"),
        (20, "zero"),
        (20, "encoder"),
        (21, "baseline"),
        (80, "imu"),
        (130, "load_kg"),
        (130, "encoder"),
        (180, "imu"),
        (9000, "note"),
    ]
    assert Event(9_000_000_000, 9.0, "note", "late, but kept") in found
    assert Event(130_000_000, 0.13, "load_kg", "10.0") in found
    assert rows(found, "imu", 7)[:, 6].tolist() == list(range(-5, 10))
    assert summary.events == 5
    assert any("1 event comes after the last row at 0.18 s" in note for note in summary.notes)
    assert not any("geometry" in note for note in summary.notes)


def test_events_before_the_tables_are_kept_with_a_note(tmp_path: Path) -> None:
    summary = run(
        tmp_path,
        ENCODER_CSV,
        events="time_s,event,value\n-900,athlete,Ana\n-1,load_kg,10\n0,set,2\n0.1,set,3\n",
    )
    assert any(
        note == "2 events come before the first row at 0 s; check that their times are the"
        " tables' own."
        for note in summary.notes
    )
    assert not any("after the last row" in note for note in summary.notes)


def test_counts_without_a_rig_are_imported_with_a_note(tmp_path: Path) -> None:
    summary = run(tmp_path, "time_s,count\n0,1\n1,2\n2,5\n")
    assert any("counts_per_m is not given: 5000" in note for note in summary.notes)
    assert any("in seconds" in note for note in summary.notes)
    assert rows(records(tmp_path), "encoder", 2).tolist() == [[0, 1], [1, 2], [2, 5]]


def test_no_path_of_this_machine_is_kept(tmp_path: Path) -> None:
    run(tmp_path, ENCODER_CSV)
    recording = open_recording(tmp_path / "out.mcap")
    assert str(tmp_path).encode() not in (tmp_path / "out.mcap").read_bytes()
    assert all(str(tmp_path) not in repr(r) for batch in recording.batches() for r in batch)


HEAD = "time_s,distance_m\n0,0\n"
BAD_TABLES = [
    (HEAD + "0.1,abc\n", "line 3, column distance_m: 'abc' is not a finite number"),
    (HEAD + "0.1,\n", "line 3, column distance_m: empty"),
    (HEAD + ",1\n", "line 3, column time_s: empty"),
    (HEAD + "0.1,nan\n", "line 3, column distance_m: 'nan' is not a finite number"),
    (HEAD + "0.1,inf\n", "line 3, column distance_m: 'inf'"),
    (HEAD + "0.1,1e999\n", "line 3, column distance_m: '1e999'"),
    (HEAD + "0.1,1_0\n", "line 3, column distance_m: '1_0'"),
    (HEAD + "0.1,0x10\n", "line 3, column distance_m: '0x10'"),
    (HEAD + "0.1,1 2\n", "line 3, column distance_m: '1 2'"),
    (HEAD + "0.1,١\n", "line 3, column distance_m"),
    (HEAD + "0.1,1\n\n0.1,2\n", "line 5, column time_s: 0.1 does not come after 0.1"),
    (HEAD + "-1,1\n", "line 3, column time_s: -1.0 does not come after 0.0"),
    (HEAD + "0.1\n", "line 3, column distance_m: missing; the row has 1 value where"),
    (HEAD + "0,1,0,2\n", "line 3, column distance_m: more values follow it"),
    (HEAD + "0.1,1\n1e13,2\n", "line 4, column time_s: 1e+13 is not a time in seconds"),
    (HEAD + '0.1,"1\n', "line 3, column time_s, distance_m: unexpected end"),
    (HEAD.encode() + b"0.1,\xff\n", "line 3, column distance_m: not UTF-8"),
    (HEAD + "0.1,1\0\n", "line 3, column distance_m"),
    (HEAD, "has 1 row below its header"),
    ("time_s,distance_m\n", "has 0 rows"),
    ("", "is empty"),
    ("\n \n", "is empty"),
    ('""\n', "is empty"),
    (
        "time_s,distance_metre\n0,0\n",
        "line 1, column distance_m: missing; rename 'distance_metre' to it",
    ),
    ("t\n0\n", "line 1, column time_s: missing; the first line must hold time_s, distance_m"),
    ("time_s,distance_m,count\n0,0,0\n", "line 1, column count: there is a column distance_m"),
    ("time_s,time_s,count\n0,0,0\n", "line 1, column time_s: it stands there twice"),
    (HEAD.encode("utf-16"), "is UTF-16"),
    ("time_s;distance_m\n0;0\n1;1.234,5\n", "line 3, column distance_m: '1.234,5'"),
]


@pytest.mark.parametrize(("text", "message"), BAD_TABLES)
def test_a_bad_row_is_named_and_nothing_is_written(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(ImportTableError) as error:
        run(tmp_path, text)
    assert message in str(error.value)
    assert "encoder.csv" in str(error.value)
    assert "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["encoder.csv"]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ("time_s,event,value\n1,laod_kg,4\n", "line 2, column event: unknown event 'laod_kg'"),
        (
            "time_s,event,value\n1,plan,pure-sped\n",
            "line 2, column value: plan: no plan is named 'pure-sped'; did",
        ),
        ("time_s,event,value\n1,load_kg,-4\n", "line 2, column value: load_kg = -4"),
        ("time_s,event,value\nx,load_kg,4\n", "line 2, column time_s: 'x' is not"),
        ("time_s,event,value\n1e13,load_kg,4\n", "line 2, column time_s"),
        ("time_s,event,value\n1,note,a,b\n", "commas in a text need quotes"),
        ("time_s,event,value\n1\n", "line 2, column event: missing"),
        ("time_s,kind,value\n", "line 1, column event: missing"),
        ("", "is empty"),
    ],
)
def test_a_bad_event_is_named_and_nothing_is_written(
    tmp_path: Path, events: str, message: str
) -> None:
    with pytest.raises(ImportTableError) as error:
        run(tmp_path, ENCODER_CSV, events=events)
    assert message in str(error.value)
    assert "events.csv" in str(error.value)
    assert not (tmp_path / "out.mcap").exists()


def test_a_bad_rig_a_missing_file_and_an_existing_output_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RigError, match="unknown key 'hight_m'"):
        run(tmp_path, ENCODER_CSV, rig="[encoder]\nhight_m = 1\n")
    encoder = tmp_path / "encoder.csv"
    with pytest.raises(RigError, match="cannot read"):
        import_tables(tmp_path / "out.mcap", encoder=encoder, rig=tmp_path / "no.toml")
    with pytest.raises(ImportTableError, match=r"cannot read .*: it does not exist; check"):
        import_tables(tmp_path / "out.mcap", encoder=tmp_path / "no.csv")
    (tmp_path / "out.mcap").write_bytes(b"precious")
    with pytest.raises(RecordingError, match="never overwritten"):
        import_tables(tmp_path / "out.mcap", encoder=encoder)
    assert (tmp_path / "out.mcap").read_bytes() == b"precious"
    with pytest.raises(RecordingError, match="its folder does not exist; make it first"):
        import_tables(tmp_path / "missing" / "out.mcap", encoder=encoder)
    assert not list(tmp_path.glob(".*"))


FIELDS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=64).map(repr),
    st.sampled_from(
        ["0", "-0.5", "+1.", ".5", " 2 ", "1e5", "1E-3", "nan", "", "1,5", "0x1", "1_0"]
    ),
    st.text(st.sampled_from("0123456789.,-+eE _'"), max_size=6),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=4),
    delimiter=st.sampled_from(",;"),
    end=st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_the_fast_and_the_careful_reader_agree(
    tmp_path: Path, fields: list[tuple[str, str]], delimiter: str, end: str
) -> None:
    lines = [f"{i}{delimiter}{a}{delimiter}{b}" for i, (a, b) in enumerate(fields)]
    text = end.join([delimiter.join(["time_s", "a", "b"]), *lines, ""])
    file = open_csv(csv(tmp_path, "a.csv", text))
    fast = read_fast(file, ["time_s", "b", "a"], (1.0, 1.0, 1.0))
    try:
        careful = read_carefully(file, ["time_s", "b", "a"], (1.0, 1.0, 1.0))
    except ImportTableError:
        assert fast is None
    else:
        assert fast is None or np.array_equal(fast, careful)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), header=st.sampled_from([b"", HEAD.encode()]))
def test_no_file_raises_anything_but_one_sentence(
    tmp_path: Path, content: bytes, header: bytes
) -> None:
    path = csv(tmp_path, "a.csv", header + content)
    try:
        read_numbers(open_csv(path), ["time_s", "distance_m"])
    except SledmonError as error:
        assert "\n" not in str(error)


def test_a_clean_file_takes_the_fast_way(tmp_path: Path) -> None:
    file = open_csv(csv(tmp_path, "a.csv", ENCODER_CSV.replace("\n", "\r\n")))
    fast = read_fast(file, ["time_s", "distance_m"], (1.0, 1.0))
    assert fast is not None
    assert np.array_equal(fast, read_carefully(file, ["time_s", "distance_m"], (1.0, 1.0)))
