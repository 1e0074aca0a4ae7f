"""Every export reloads to the same values, by other people's readers and by our own script."""

import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sledmon
from sledmon.analysis.table import Table
from sledmon.present.export.folder import Form, export_session
from sledmon.present.export.scripts.load_session import load_session
from sledmon.present.export.tables_parquet import write_reps_parquet
from sledmon.recording import RecordingWriter
from sledmon.samples import Event, Opened
from tests.pipeline.sessions import path_of

CLEAN = path_of("simulated-clean-10yd")
SHORT = path_of("simulated-false-starts")
H10 = path_of("simulated-polar-h10")


@pytest.fixture(scope="module", params=[CLEAN, SHORT, H10], ids=lambda path: path.stem)
def session(request: pytest.FixtureRequest) -> sledmon.Session:
    """All sensors and all reps whole; a rep stopped short; a belt without gyro."""
    return sledmon.analyze(request.param)


def assert_same(frame: Any, table: Table) -> None:
    """A frame holds a table's values, every one of them."""
    assert list(frame.columns) == [column.name for column in table.columns]
    for column in table.columns:
        read = [None if pd.isna(value) else value for value in frame[column.name]]
        assert read == column.cells(), column.name


@pytest.mark.parametrize("form", list(Form))
def test_what_was_written_reloads_to_the_same_values(
    session: sledmon.Session, form: Form, tmp_path: Path
) -> None:
    export_session(session, form, tmp_path / "out")
    tables = load_session(tmp_path / "out")
    assert {"reps", "samples"} <= tables.keys()
    for name, frame in tables.items():
        assert_same(frame, session.table(name))


@pytest.fixture(scope="module")
def clean() -> sledmon.Session:
    return sledmon.analyze(CLEAN)


@pytest.fixture(scope="module", params=list(Form))
def folder(
    request: pytest.FixtureRequest,
    clean: sledmon.Session,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """One export of each form."""
    out = tmp_path_factory.mktemp(str(request.param)) / "out"
    export_session(clean, request.param, out)
    return out


def test_the_script_runs_as_it_lies_there(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "load_session.py"], cwd=folder, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "reps: 4 rows, 48 columns" in ran.stdout
    assert ran.stderr == ""


def test_checksums_and_dictionary_are_those_of_the_files(
    folder: Path, clean: sledmon.Session
) -> None:
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    written = [path for path in folder.iterdir() if path.is_file()]
    assert set(sums) == {path.name for path in written} - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        assert resource["hash"] == f"sha256:{sums[resource['path']]}"
        assert resource["bytes"] == (folder / resource["path"]).stat().st_size
        columns = clean.table(resource["name"]).columns
        fields = resource["schema"]["fields"]
        assert [(f["name"], f["unit"]) for f in fields] == [(c.name, c.unit) for c in columns]
    assert package["provenance"]["packets_sha256"] == clean.results.sha256


def test_the_same_session_gives_the_same_bytes(tmp_path: Path) -> None:
    for form in Form:
        for folder in ("a", "b"):
            export_session(sledmon.analyze(H10), form, tmp_path / f"{form}-{folder}")
        for path in (tmp_path / f"{form}-a").iterdir():
            again = tmp_path / f"{form}-b" / path.name
            assert path.read_bytes() == again.read_bytes(), path.name


def test_mcap_channels_are_in_order_of_time_and_describe_themselves(tmp_path: Path) -> None:
    from mcap.reader import make_reader

    session = sledmon.analyze(CLEAN)
    export_session(session, Form.MCAP, tmp_path / "out")
    with (tmp_path / "out" / "session.mcap").open("rb") as file:
        messages = list(make_reader(file).iter_messages(log_time_order=False))
    times = [message.log_time for _, _, message in messages]
    assert times == sorted(times)
    assert {channel.topic for _, channel, _ in messages} == {
        "/reps",
        "/samples",
        "/imu",
        "/encoder",
    }
    schema, channel, message = next(each for each in messages if each[1].topic == "/samples")
    assert schema is not None
    assert (schema.encoding, channel.message_encoding) == ("jsonschema", "json")
    described, told = json.loads(schema.data), json.loads(message.data)
    assert described["type"] == "object"
    assert set(told) <= set(described["properties"])
    assert message.log_time == round(told["time_s"] * 1e9)
    types = {"string": str, "integer": int, "number": float, "boolean": bool}
    for name, value in told.items():
        assert isinstance(value, types[described["properties"][name]["type"]])


def test_mcap_times_are_those_of_the_day_where_it_is_known(tmp_path: Path) -> None:
    from mcap.reader import make_reader

    recording = tmp_path / "day.mcap"
    with RecordingWriter(recording) as writer:
        for records in sledmon.load(CLEAN).batches():
            for record in records:
                if isinstance(record, Opened):
                    record = record._replace(started_utc="2026-11-25T10:00:00+00:00")
                writer.write(record)
    export_session(sledmon.analyze(recording), Form.MCAP, tmp_path / "out")
    with (tmp_path / "out" / "session.mcap").open("rb") as file:
        first = next(iter(make_reader(file).iter_messages()))[2]
    assert pd.Timestamp(first.log_time, tz="UTC").date().isoformat() == "2026-11-25"


def test_names_with_commas_quotes_and_formulas_come_back_as_they_were(tmp_path: Path) -> None:
    name = '=SUM(A1), "Ánn"'
    recording = tmp_path / "named.mcap"
    with RecordingWriter(recording) as writer:
        for records in sledmon.load(CLEAN).batches():
            for record in records:
                if isinstance(record, Event) and record.kind == "athlete":
                    record = record._replace(value=name)
                writer.write(record)
    session = sledmon.analyze(recording)
    assert name in session.to_frame()["athlete"].tolist()
    for form in Form:
        export_session(session, form, tmp_path / form)
        assert_same(load_session(tmp_path / form)["reps"], session.table("reps"))


def test_a_workbook_has_a_dictionary_and_says_how_it_was_made(tmp_path: Path) -> None:
    session = sledmon.analyze(CLEAN)
    export_session(session, Form.XLSX, tmp_path / "out")
    sheets = pd.read_excel(tmp_path / "out" / "session.xlsx", sheet_name=None)
    assert list(sheets) == ["reps", "curves", "samples", "dictionary", "made"]
    told = set(sheets["dictionary"]["column"])
    assert {column.name for column in session.table("reps").columns} <= told
    made = dict(sheets["made"].to_numpy().tolist())
    assert made["device packets, SHA-256"] == session.results.sha256


def test_reps_of_several_recordings_go_into_one_parquet_table(tmp_path: Path) -> None:
    sessions = [(str(path), sledmon.analyze(path).results) for path in (CLEAN, SHORT)]
    write_reps_parquet(sessions, tmp_path / "reps.parquet")
    frame = pd.read_parquet(tmp_path / "reps.parquet")
    assert frame["recording"].nunique() == 2
    expected = [rep.estimates.start_s for _, session in sessions for rep in session.reps]
    assert np.allclose(frame["start_s"], expected, atol=1e-9)
    assert not any(math.isinf(value) for value in frame["start_s"])


@pytest.mark.parametrize("form", list(Form))
def test_a_recording_without_reps_or_samples_is_exported_all_the_same(
    form: Form, tmp_path: Path
) -> None:
    with RecordingWriter(tmp_path / "empty.mcap") as writer:
        writer.write(Opened(0, "ble", "", "sledmon"))
    session = sledmon.analyze(tmp_path / "empty.mcap")
    export_session(session, form, tmp_path / "out")
    for name, frame in load_session(tmp_path / "out").items():
        assert_same(frame, session.table(name))
        assert len(frame) == 0
