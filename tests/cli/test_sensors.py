"""``scan``, ``probe`` and ``doctor`` as processes, without any Bluetooth."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.command import sledmon_process


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer without a system bus, and homes of its own."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path


def test_scan_shows_simulated_sensors_as_table_and_as_json() -> None:
    ran = sledmon_process("scan", "--demo", "--seconds", "0.5")
    assert (ran.code, ran.err) == (0, "")
    assert "demo-belt" in ran.out
    assert "demo-tether" in ran.out
    rows = json.loads(sledmon_process("scan", "--demo", "--format", "json").out)
    assert {row["kind"] for row in rows} == {"belt IMU", "tether encoder"}


def test_probe_passes_a_simulated_sensor_and_says_what_it_asked() -> None:
    ran = sledmon_process("probe", "demo-tether", "--demo", "--seconds", "5", "--format", "json")
    document = json.loads(ran.out)
    failed = [row for row in document["findings"] if row["outcome"] == "fail"]
    assert (ran.code, document["failed"], failed) == (0, 0, [])
    assert len(document["findings"]) > 30


@pytest.mark.parametrize(
    ("named", "words"),
    [("demo-sled", "no sensor called 'demo-sled'"), ("", "more than one sensor called ''")],
)
def test_probe_wants_one_sensor(named: str, words: str) -> None:
    ran = sledmon_process("probe", named, "--demo")
    assert ran.code == 1
    assert words in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="the system bus is Linux's")
def test_doctor_without_bluetooth_says_what_to_mend_and_exits_with_1(nowhere: Path) -> None:
    ran = sledmon_process("doctor")
    assert ran.code == 1
    assert "MEND  Bluetooth" in ran.out
    assert "ok    disk" in ran.out
    rows = json.loads(sledmon_process("doctor", "--format", "json").out)
    states = {row["what"]: row["state"] for row in rows}
    assert states["Bluetooth"] == "mend"
    assert all(row["mend"] != "" for row in rows)


@pytest.mark.skipif(os.name == "nt", reason="the system bus is Linux's")
def test_live_names_a_rig_file_that_is_not_there(nowhere: Path) -> None:
    ran = sledmon_process("live", "--rig", nowhere / "no.toml")
    assert ran.code == 1
    assert f"cannot read {nowhere / 'no.toml'}: it does not exist" in ran.err
